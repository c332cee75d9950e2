import type { Call } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import { REINDEX } from "./entry-scripts.ts";

/** Names that one step of SCAN looks at, about. */
const STEP = "1000";

/** Puts every entry that is there into its index. Bounded steps; every master of a cluster is walked. */
export async function reindex(
  connection: Connection,
  prefix: string,
  call: Call | undefined,
): Promise<number> {
  const doing = { doing: "list keys anew", signal: call?.signal, text: true };
  const pattern = `${prefix}cog:{*}:*`;
  let met = 0;
  for (const node of connection.masters()) {
    let cursor = "0";
    do {
      const args = [cursor, "MATCH", pattern, "COUNT", STEP];
      const [next, names] = asList(await connection.send("scan", args, doing, node));
      const entries = asList(names).flatMap((name) => placeOf(String(name), prefix));
      await Promise.all(
        entries.map(({ name, index, key }) => connection.run(REINDEX, [name, index], [key], doing)),
      );
      met += entries.length;
      cursor = String(next);
    } while (cursor !== "0");
  }
  return met;
}

type Place = Readonly<{ name: string; index: string; key: string }>;

/** The name taken apart, where it is an entry's. */
function placeOf(name: string, prefix: string): readonly Place[] {
  const parts = /^(cog:\{[^{}]+:[0-9a-f]\}):(.+)$/.exec(name.slice(prefix.length));
  const [, tag, key] = parts ?? [];
  if (tag === undefined || key === undefined) return [];
  return [{ name, index: `${prefix}${tag}#`, key }];
}
