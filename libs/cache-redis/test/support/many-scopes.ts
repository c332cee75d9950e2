import type { Redis } from "ioredis";
import { toPosition, type InvalidationLog, type LogRecord } from "@cogniverse/sdk";
import { recordArguments } from "../../src/log/log-fields.ts";
import { recordOf } from "./log-reader.ts";

const AT_ONCE = 20_000;

/** What LOG_APPEND keeps of the records n to m - 1. ARGV: n, m; a field and its value, in which `#` stands for the number. */
const LOAD = `
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
  local field, value = string.gsub(ARGV[3], '#', n), string.gsub(ARGV[4], '#', n)
  redis.call('HSET', KEYS[1], field, (n + 1) .. ' ' .. value)
end
redis.call('HSET', KEYS[1], 'n', ARGV[2], 'any t', ARGV[2])
`;

/** Puts the records of so many keys `k0`, `k1` ... into an empty log as appends would have left them, behind its back: quicker than appending them. */
export async function loadScopes(
  client: Redis,
  log: InvalidationLog,
  state: string,
  count: number,
): Promise<readonly LogRecord[]> {
  await log.head();
  const [scope = "", , mode = "", , digest = "", json = ""] = recordArguments(recordOf("k#"));
  for (let n = 0; n < count; n += AT_ONCE) {
    const end = String(Math.min(n + AT_ONCE, count));
    await client.eval(LOAD, 1, state, String(n), end, `${mode} ${scope}`, `${digest} ${json}`);
  }
  return Array.from({ length: count }, (_, n) => ({
    ...recordOf(`k${n}`),
    position: toPosition(n + 1),
  }));
}
