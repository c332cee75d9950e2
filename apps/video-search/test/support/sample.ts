import { fileURLToPath } from "node:url";

/** 5.3 s of Big Buck Bunny: 132 frames, one shot. */
export const SAMPLE: string = fileURLToPath(
  new URL("../../sample/big-buck-bunny-5s.mp4", import.meta.url),
);

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}
