import { CacheError, type Call, type ExaminationFinding } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import type { Argument } from "./exchange.ts";
import type { Names } from "./names.ts";

type Probe = Readonly<{ command: string; args: readonly Argument[] }>;

/** What a user must be allowed, each in a form that does nothing to a name that nothing is stored under. */
function probes(entry: string, index: string): readonly Probe[] {
  const probe = (command: string, ...args: string[]): Probe => ({ command, args });
  return [
    probe("get", entry),
    probe("mget", entry),
    probe("exists", entry),
    probe("getrange", entry, "0", "0"),
    probe("strlen", entry),
    // Only where something is.
    probe("set", entry, "", "XX"),
    probe("unlink", entry),
    probe("del", entry),
    probe("pexpire", entry, "1000"),
    probe("persist", entry),
    probe("rename", entry, entry),
    probe("zadd", index, "XX", "0", "k"),
    probe("zrem", index, "k"),
    probe("zcard", index),
    probe("zrange", index, "0", "0"),
    probe("zrangebylex", index, "-", "+"),
    probe("zrandmember", index, "1"),
    probe("hget", entry, "f"),
    probe("hmget", entry, "f"),
    probe("hscan", entry, "0", "COUNT", "1"),
    // Refused for what is no number and for an odd argument, after the permission was checked.
    probe("hincrby", entry, "f", "none"),
    probe("hset", entry, "f", "v", "odd"),
    probe("hdel", entry, "f"),
    probe("xadd", entry, "NOMKSTREAM", "*", "f", "v"),
    probe("xrange", entry, "-", "+", "COUNT", "1"),
    probe("xread", "COUNT", "1", "STREAMS", entry, "$"),
    probe("info"),
    probe("scan", "0", "COUNT", "1"),
    probe("eval", "return 1", "1", entry),
    probe("evalsha", "0".repeat(40), "1", entry),
  ];
}

/** One finding for each command that this user may not run on the keys of this tier. */
export async function missingPermissions(
  connection: Connection,
  names: Names,
  call: Call | undefined,
): Promise<readonly ExaminationFinding[]> {
  const [bucket] = names.buckets("doctor");
  if (bucket === undefined) return [];
  const found = await Promise.all(
    probes(bucket.entry("permission-probe"), bucket.index).map(async ({ command, args }) => {
      const why = await refusal(connection, command, args, call);
      return why === undefined ? [] : [missing(command, names, why)];
    }),
  );
  return found.flat();
}

async function refusal(
  connection: Connection,
  command: string,
  args: readonly Argument[],
  call: Call | undefined,
): Promise<string | undefined> {
  try {
    await connection.send(command, args, { doing: `try ${command}`, signal: call?.signal });
    return undefined;
  } catch (error) {
    call?.signal?.throwIfAborted();
    if (CacheError.isInstance(error) && error.code === "auth") return error.message;
    if (CacheError.isInstance(error) && ["timeout", "closed"].includes(error.code)) throw error;
    return undefined;
  }
}

function missing(command: string, names: Names, message: string): ExaminationFinding {
  return {
    check: `permission ${command}`,
    level: "problem",
    message,
    remedy: `ACL SETUSER <user> +${command} ~${names.prefix}cog:*`,
  };
}
