import { script, type Script } from "../script.ts";
import { ASK, REFUSE_ALONE, SERVER, TABLE } from "./table-lua.ts";

/** Announcements that are kept for who listens again after a pause. */
const KEPT_NEWS = 64;

/**
 * Begins every script. KEYS: the hash, announcements, acknowledgements. ARGV: incarnation for a new table, the caller's D in ms, "".
 * The table is made anew where it is gone, and where another process or replication id answers: it may then lack who joined last. Replicas and
 * masters that miss theirs give no answer.
 */
const BEGIN = `
local S, N, A = KEYS[1], KEYS[2], KEYS[3]
${SERVER}
local known = redis.call('HMGET', S, 'table', 'run', 'lease', 'mature', 'level', 'news')
local incarnation, lease, mature, level = known[1], tonumber(known[3] or '0'), known[4], known[5]
local news = tonumber(known[6] or '0')
if not incarnation or known[2] ~= run then
  lease = math.max(lease, tonumber(ARGV[2]))
  incarnation, mature, level, news = ARGV[1], false, false, 0
  redis.call('DEL', S, N, A)
  redis.call('HSET', S, 'table', incarnation, 'run', run, 'lease', lease)
elseif tonumber(ARGV[2]) > lease then
  lease = tonumber(ARGV[2])
  redis.call('HSET', S, 'lease', ARGV[2])
end
${REFUSE_ALONE}
local function named(of) return of end
${TABLE}
local function head(answer)
  answer[1], answer[2], answer[3], answer[4] = incarnation, mature or '', level or '', text(news)
  return answer
end
`;

/**
 * ARGV further: sessions to drop; own id, number of this renewal, log, position. Answers {incarnation, under which name it shortens acknowledgements,
 * the last acknowledgement, number of the last announcement}, as every other one does first, and the rows of the table.
 */
export const TABLE_REPORT: Script = script(`${BEGIN}
dropAll()
local id, count, of, position = take(), tonumber(take()), take(), tonumber(take())
renew(id, of, position, count)
advance()
return head({'', '', '', '', rows()})
`);

/** ARGV further: as {@link ASK}. */
export const TABLE_ASK: Script = script(`${BEGIN}
local answer = {}
${ASK(5)}
`);

/** ARGV further: a name that begins with the incarnation that it means, and a space. */
export const TABLE_CONFIRM: Script = script(`${BEGIN}
local name = take()
if string.sub(name, 1, #incarnation + 1) == incarnation .. ' ' then confirm(name) end
return head({})
`);

/** ARGV further: own id. */
export const TABLE_LEAVE: Script = script(`${BEGIN}
leave(take())
advance()
return head({})
`);

/**
 * ARGV further: what to announce, and "1" where that covers all that was announced of a tenant before: none of it is kept then. Nothing is kept for
 * longer than somebody who serves may go without reading the log itself.
 */
export const TABLE_ANNOUNCE: Script = script(`${BEGIN}
local told, covers = take(), take()
news = redis.call('HINCRBY', S, 'news', 1)
if covers == '1' then redis.call('DEL', N) end
local added = redis.pcall('XADD', N, 'MAXLEN', '~', ${KEPT_NEWS}, news .. '-0', 'n', told)
if type(added) == 'table' and added.err then
  redis.call('DEL', N)
  redis.call('XADD', N, news .. '-0', 'n', told)
end
redis.call('PEXPIRE', N, text(math.ceil(lease)))
return head({})
`);
