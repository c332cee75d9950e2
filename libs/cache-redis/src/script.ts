import { createHash } from "node:crypto";

/** A Lua script and the name that the server knows it by. */
export type Script = Readonly<{ lua: string; sha: string }>;

/** `lua` must name all keys that it touches in KEYS. */
export function script(lua: string): Script {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}
