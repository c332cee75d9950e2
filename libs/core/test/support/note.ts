import { defineKeyType, jsonCodec } from "@cogniverse/core";
import type { SetUp } from "./set-up.ts";

/** A small JSON value of a family that no built-in key type has. */
const note = defineKeyType("notes/{id}", jsonCodec<number>());
/** The key that these tests are about. */
export const key = note({ id: 1 });

/** The names of the tiers that hold an entry, in tier order. */
export async function holders(
  { backends }: SetUp,
  tenantId = "acme",
  path = key.path,
): Promise<string[]> {
  const held: string[] = [];
  for (const [name, backend] of Object.entries(backends))
    if (await backend.exists(path, tenantId)) held.push(name);
  return held;
}
