/** What a similarity search starts from. */
export type ExampleFrame = Readonly<
  { kind: "moment"; video: string; timestampMs: number } | { kind: "image"; path: string }
>;

const MOMENT =
  /^(?<video>[^@]+)@(?:(?<hours>\d+):(?=\d+:))?(?:(?<minutes>\d+):)?(?<count>\d+(?:\.\d+)?)(?<unit>ms|s)?$/;

/**
 * `video@83500ms`, `video@83.5s`, `video@1:23.5` and `video@1:02:03` name a moment; without a unit or
 * a colon the number is milliseconds, as hits print it. Anything else is the path of a picture.
 */
export function parseExampleFrame(text: string): ExampleFrame {
  const parts = MOMENT.exec(text)?.groups;
  if (parts?.["video"] === undefined) return { kind: "image", path: text };
  const { video, hours, minutes, count, unit } = parts;
  const isClock = minutes !== undefined;
  const scale = isClock || unit === "s" ? 1000 : 1;
  const wholeMinutes = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  const timestampMs = Math.round(wholeMinutes * 60_000 + Number(count) * scale);
  return { kind: "moment", video, timestampMs };
}
