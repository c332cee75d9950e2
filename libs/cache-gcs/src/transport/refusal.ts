import type { Refusal } from "../gcs-error.ts";
import type { GcsAnswer } from "./gcs-transport.ts";

/** What the body of a refusal says, in the JSON API's form, the XML API's, or neither. */
export function parseRefusal(status: number, body: string): Refusal {
  const json = body.trimStart().startsWith("{") ? fromJson(body) : undefined;
  const reason = json?.reason ?? tag(body, "Code") ?? "";
  const said = json?.said ?? tag(body, "Message") ?? "";
  return { status, reason, said: [said, tag(body, "Details")].filter(Boolean).join(" ") };
}

/** As {@link parseRefusal}, of an answer whole. */
export function parseAnswer(answer: GcsAnswer): Refusal {
  return parseRefusal(answer.status, answer.body.toString());
}

function fromJson(body: string): Readonly<{ reason: string; said: string }> | undefined {
  try {
    const { error } = JSON.parse(body) as ErrorBody; // The JSON API's form; anything else leaves both empty.
    if (typeof error === "string") return { reason: error, said: "" };
    return { reason: error?.errors?.[0]?.reason ?? "", said: error?.message ?? "" };
  } catch {
    return undefined;
  }
}

type ErrorBody = Readonly<{
  error?: string | { message?: string; errors?: readonly { reason?: string }[] };
}>;

function tag(body: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
}
