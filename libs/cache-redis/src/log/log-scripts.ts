import { script, type Script } from "../script.ts";
import { ASK, REFUSE_ALONE, SERVER, TABLE } from "../sessions/table-lua.ts";

/** Records that `read` can go back over, about. Further back, the reader loads a snapshot. */
const TAIL_RECORDS = 4096;
/** Batches whose ids are kept, so that one that is sent again is known. */
const KEPT_BATCHES = 1024;
/** Fields of the hash that one step of a walk over it looks at, about: one to two milliseconds of the server's one thread. */
export const PAGE_FIELDS: number = 500;
/** Fields that one HMGET names at most: Lua hands on no more than 8,000 arguments. */
export const MOST_NAMED: number = 2000;

/**
 * Begins every script. KEYS: state, tail, acknowledgements. ARGV: id for a new log or table, own D in ms, "1" = this server loses nothing in a crash.
 *
 * A position must never be issued twice. The hash is the log: where it is gone, so is the log, and a new id begins a new one. Where the
 * process is another than the one that wrote last, it may have begun from an older dump, or as a replica that had not got all:
 * a new id too, unless all was appended under `appendfsync always` and the process never took over from another. Where the process is the same and has
 * another replication id, it may have been a replica in between, with what another server had: a new id, unless it never took over either.
 * A replica, which may lag behind, gives no answer: process or replication id is not that of who wrote last, and what then is to be written it refuses.
 * Nor does a master that misses the replicas it is told to have, since another may be master by now: it refuses writes, also one that changes nothing.
 * Every caller's D is in the hash before the caller has its answer.
 *
 * The table of sessions is the hash's too. It is made anew with the log, and where another process or replication id answers though the log is
 * kept: nobody then stands in it, and it shortens nothing until somebody has known it for D.
 */
export const BEGIN: string = `
local S, T, A = KEYS[1], KEYS[2], KEYS[3]
${SERVER}
local known = redis.call('HMGET', S, 'log', 'n', 'lease', 'run', 'safe', 'table', 'mature', 'level')
local log, n, lease = known[1], tonumber(known[2] or '0'), tonumber(known[3] or '0')
local incarnation, mature, level = known[6], known[7], known[8]
local lost = not log
local renewed = not incarnation
if log and known[4] ~= run then
  renewed = true
  local tookOver = not string.find(replication, 'master_replid2:0000000000000000000000000000000000000000', 1, true)
  local same = known[4] and string.match(known[4], '^%w+') == process
  if not tookOver and (same or known[5] == '1' and ARGV[3] == '1') then redis.call('HSET', S, 'run', run)
  else lost = true end
end
if lost then
  lease = math.max(lease, tonumber(ARGV[2]))
  log, n, level = ARGV[1], 0, false
  redis.call('DEL', S, T, A)
  redis.call('HSET', S, 'log', log, 'n', '0', 'lease', lease, 'run', run, 'safe', ARGV[3])
else
  if tonumber(ARGV[2]) > lease then
    lease = tonumber(ARGV[2])
    redis.call('HSET', S, 'lease', ARGV[2])
  end
  if known[5] == '1' and ARGV[3] ~= '1' then redis.call('HSET', S, 'safe', '0') end
end
if lost or renewed then
  incarnation, mature = ARGV[1], false
  redis.call('HSET', S, 'table', incarnation)
  redis.call('HDEL', S, 'who', 'mature', 'wait')
end
${REFUSE_ALONE}
local function named() return log end
${TABLE}
local function head(answer)
  answer[1], answer[2], answer[3] = log, text(n), text(lease)
  answer[4], answer[5], answer[6] = incarnation, mature or '', level or ''
  return answer
end
local answer = head({})
`;

/** What a caller says of the table: the incarnation that he has known for D ("" = none), and whom he saw silent for D. */
const STANDING = `
if take() == incarnation and tonumber(ARGV[2]) >= lease then confirm(incarnation) end
dropAll()
`;

/** Behind a `read`: log id, position. Fills the answer from `slot` on. */
const READ = (slot: number): string => `
answer[${slot}] = 'reset'
if from.log ~= log or from.position > n or n - from.position > ${2 * TAIL_RECORDS} then return head(answer) end
local tail = {}
if n > from.position then
  tail = redis.pcall('XRANGE', T, text(from.position + 1) .. '-0', text(n) .. '-0')
  if tail.err or #tail ~= n - from.position then return head(answer) end
end
answer[${slot}] = 'records'
for i, row in ipairs(tail) do answer[${slot} + i] = row[2][2] end
return head(answer)
`;

/**
 * \`page(cursor)\` answers a page of the hash: {cursor of the next page ("0" = none), records of scopes as \`position digest JSON\`}. A scope's hard, soft
 * and other record come together, as they were in one step: an append turns one into another.
 */
const PAGE = `
local function page(cursor)
  local found = redis.call('HSCAN', S, cursor, 'COUNT', '${PAGE_FIELDS}')
  local rows, named = {found[1]}, {}
  for at = 1, #found[2], 2 do
    local field = found[2][at]
    local mode, scope = string.sub(field, 1, 5), string.sub(field, 6)
    if mode == 'hard ' or mode == 'soft ' then
      rows[#rows + 1] = found[2][at + 1]
      named[#named + 1] = (mode == 'hard ' and 'soft ' or 'hard ') .. scope
      named[#named + 1] = 'other ' .. scope
    end
  end
  for first = 1, #named, ${MOST_NAMED} do
    local values = redis.call('HMGET', S, unpack(named, first, math.min(first + ${MOST_NAMED} - 1, #named)))
    for _, value in ipairs(values) do
      if value then rows[#rows + 1] = value end
    end
  end
  return rows
end
`;

/** Answers {log id, position, D, incarnation of the table, under which name it shortens acknowledgements, the last one}; so does every other one first. */
export const LOG_HEAD: Script = script(`${BEGIN} return answer`);

/** ARGV further: log id, position. Answers "records" with all JSON after the position, or "reset". */
export const LOG_READ: Script = script(`${BEGIN}
local from = {log = take(), position = tonumber(take())}
${READ(7)}
`);

/** Begins a snapshot: answers the first page of it; see {@link PAGE}. */
export const LOG_SNAPSHOT: Script = script(`${BEGIN}${PAGE}
answer[7] = page('0')
return answer
`);

/**
 * Goes on with a snapshot. ARGV further: log id and position of the page before, and the cursor that it told. Answers a page, and behind it, in the same
 * step, what {@link LOG_READ} answers.
 */
export const LOG_SNAPSHOT_ON: Script = script(`${BEGIN}${PAGE}
local from = {log = take(), position = tonumber(take())}
answer[7] = page(take())
${READ(8)}
`);

/**
 * As {@link LOG_READ}, in one step with registering the session or renewing it. ARGV further: what the caller says of the table, own id, number of
 * this renewal; log id, position. Answers the rows of the table before the rest.
 */
export const SESSION_READ: Script = script(`${BEGIN}${STANDING}
local id, count = take(), tonumber(take())
local from = {log = take(), position = tonumber(take())}
renew(id, '0', from.log == log and from.position <= n and from.position or 0, count)
advance()
answer[7] = rows()
${READ(8)}
`);

/** As {@link LOG_SNAPSHOT}, in one step with registering the session, or renewing it, as one that has applied nothing. */
export const SESSION_SNAPSHOT: Script = script(`${BEGIN}${PAGE}${STANDING}
local id, count = take(), tonumber(take())
renew(id, '0', 0, count)
advance()
answer[7], answer[8] = rows(), page('0')
return head(answer)
`);

/** ARGV further: own id, log id, position. Extends nothing. */
export const SESSION_APPLIED: Script = script(`${BEGIN}
local id, its, position = take(), take(), tonumber(take())
if its == log and position <= n then applied(id, '0', position) end
advance()
return head(answer)
`);

/** ARGV further: as {@link ASK}, behind what the caller says of the table and the id of the log. */
export const SESSION_ASK: Script = script(`${BEGIN}
if take() == incarnation and tonumber(ARGV[2]) >= lease then confirm(incarnation) end
if take() ~= log then
  answer[7] = 'unknown'
  return head(answer)
end
${ASK(7)}
`);

/** ARGV further: own id. */
export const SESSION_LEAVE: Script = script(`${BEGIN}
leave(take())
advance()
return head(answer)
`);

/**
 * ARGV further: own session ("" = none, or several); batch id; since ("" = no condition); the number of fields, and the fields, one of which behind \`since\` is the condition's
 * end; the number and the names of fields that only may be; the number of records, and for each its scope's name, tenant, mode, "1" where it
 * may cover what no field is named after, digest, JSON.
 * Answers the head after the batch and "appended" or "known", or the head and "covered" or "judge"; "1" behind "appended" where the own session is
 * the only one.
 */
export const LOG_APPEND: Script = script(`${BEGIN}
local own = take()
local function last(field)
  local value = redis.call('HGET', S, field)
  return value and tonumber(string.match(value, '^%d+')) or 0
end
local batch = take()
local done = redis.call('HGET', S, 'b ' .. batch)
if done then
  answer[2], answer[7] = done, 'known'
  return answer
end
local since = take()
local verdict
for _, kind in ipairs({'covered', 'judge'}) do
  for _ = 1, tonumber(take()) do
    if last(take()) > tonumber(since) then verdict = verdict or kind end
  end
end
if since ~= '' and (tonumber(since) > n or (lost and tonumber(since) > 0)) then verdict = 'covered' end
if verdict then
  answer[7] = verdict
  return answer
end
for _ = 1, tonumber(take()) do
  local scope, tenant, mode, wide, digest, json = take(), take(), take(), take(), take(), take()
  n = n + 1
  local position = text(n)
  local was = redis.call('HMGET', S, 'hard ' .. scope, 'soft ' .. scope)
  local before = was[1] or was[2]
  if was[1] and was[2] then
    local hard, soft = tonumber(string.match(was[1], '^%d+')), tonumber(string.match(was[2], '^%d+'))
    if soft > hard then before = was[2] end
  end
  local same = before and digest ~= '' and string.match(before, '^%d+ (%S*) ') == digest
  if before and not same then redis.call('HSET', S, 'other ' .. scope, before) end
  redis.call('HSET', S, mode .. ' ' .. scope, position .. ' ' .. digest .. ' ' .. json, 'any ' .. tenant, position)
  if wide == '1' then redis.call('HSET', S, 'wide ' .. tenant, position) end
  local added = redis.pcall('XADD', T, 'MAXLEN', '~', ${TAIL_RECORDS}, position .. '-0', 'r', json, 'l', log)
  if type(added) == 'table' and added.err then
    redis.call('DEL', T)
    redis.call('XADD', T, position .. '-0', 'r', json, 'l', log)
  end
end
local slot = 'r ' .. text(redis.call('HINCRBY', S, 'batches', 1) % ${KEPT_BATCHES})
local old = redis.call('HGET', S, slot)
if old then redis.call('HDEL', S, 'b ' .. old) end
redis.call('HSET', S, 'n', text(n), slot, batch, 'b ' .. batch, text(n))
answer[7] = 'appended'
if mature and own ~= '' then
  leave(own)
  if rows() == ';' then answer[8] = '1' end
end
return head(answer)
`);
