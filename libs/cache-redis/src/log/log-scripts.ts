import { script, type Script } from "../script.ts";

/** Records that `read` can go back over, about. Further back, the reader loads a snapshot. */
const TAIL_RECORDS = 4096;
/** Batches whose ids are kept, so that one that is sent again is known. */
const KEPT_BATCHES = 1024;

/**
 * Begins every script. KEYS: state, tail. ARGV: id for a new log, own D in ms, "1" = this server loses nothing in a crash.
 *
 * A position must never be issued twice. The hash is the log: where it is gone, so is the log, and a new id begins a new one. Where the
 * process is another than the one that wrote last, it may have begun from an older dump, or as a replica that had not got all:
 * a new id too, unless all was appended under `appendfsync always` and the process never took over from another. Where the process is the same and has
 * another replication id, it may have been a replica in between, with what another server had: a new id, unless it never took over either.
 * A replica, which may lag behind, gives no answer: process or replication id is not that of who wrote last, and what then is to be written it refuses.
 * Nor does a master that misses the replicas it is told to have, since another may be master by now: it refuses writes, also one that changes nothing.
 * Every caller's D is in the hash before the caller has its answer.
 */
const BEGIN = `
local S, T = KEYS[1], KEYS[2]
local process = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local replication = redis.call('INFO', 'replication')
local run = process .. ' ' .. string.match(replication, 'master_replid:(%w+)')
local known = redis.call('HMGET', S, 'log', 'n', 'lease', 'run', 'safe')
local log, n, lease = known[1], tonumber(known[2] or '0'), tonumber(known[3] or '0')
local lost = not log
if log and known[4] ~= run then
  local tookOver = not string.find(replication, 'master_replid2:0000000000000000000000000000000000000000', 1, true)
  local same = known[4] and string.match(known[4], '^%w+') == process
  if not tookOver and (same or known[5] == '1' and ARGV[3] == '1') then redis.call('HSET', S, 'run', run)
  else lost = true end
end
if lost then
  lease = math.max(lease, tonumber(ARGV[2]))
  log, n = ARGV[1], 0
  redis.call('DEL', S, T)
  redis.call('HSET', S, 'log', log, 'n', '0', 'lease', lease, 'run', run, 'safe', ARGV[3])
else
  if tonumber(ARGV[2]) > lease then
    lease = tonumber(ARGV[2])
    redis.call('HSET', S, 'lease', ARGV[2])
  end
  if known[5] == '1' and ARGV[3] ~= '1' then redis.call('HSET', S, 'safe', '0') end
end
if string.find(replication, 'min_slaves_good_slaves:', 1, true) then redis.call('HDEL', S, 'nothing') end
local function text(number) return string.format('%.0f', number) end
local answer = {log, text(n), text(lease)}
`;

/** Answers {log id, position, D}. */
export const LOG_HEAD: Script = script(`${BEGIN} return answer`);

/** ARGV further: log id, position. Answers the head and "records" with all JSON after the position, or "reset". */
export const LOG_READ: Script = script(`${BEGIN}
local from = tonumber(ARGV[5])
answer[4] = 'reset'
if ARGV[4] ~= log or from > n or n - from > ${2 * TAIL_RECORDS} then return answer end
local rows = {}
if n > from then
  rows = redis.pcall('XRANGE', T, text(from + 1) .. '-0', text(n) .. '-0')
  if rows.err or #rows ~= n - from then return answer end
end
answer[4] = 'records'
for i, row in ipairs(rows) do answer[4 + i] = row[2][2] end
return answer
`);

/** Answers the head and, flat, the fields and values of the hash. */
export const LOG_SNAPSHOT: Script = script(`${BEGIN}
answer[4] = redis.call('HGETALL', S)
return answer
`);

/**
 * ARGV further: batch id; since ("" = no condition); the number of fields, and the fields, one of which behind \`since\` is the condition's
 * end; the number and the names of fields that only may be; the number of records, and for each its scope's name, tenant, mode, "1" where it
 * may cover what no field is named after, digest, JSON.
 * Answers the head after the batch and "appended" or "known", or the head and "covered" or "judge".
 */
export const LOG_APPEND: Script = script(`${BEGIN}
local at = 4
local function take()
  at = at + 1
  return ARGV[at - 1]
end
local function last(field)
  local value = redis.call('HGET', S, field)
  return value and tonumber(string.match(value, '^%d+')) or 0
end
local batch = take()
local done = redis.call('HGET', S, 'b ' .. batch)
if done then
  answer[2], answer[4] = done, 'known'
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
  answer[4] = verdict
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
  local added = redis.pcall('XADD', T, 'MAXLEN', '~', ${TAIL_RECORDS}, position .. '-0', 'r', json)
  if type(added) == 'table' and added.err then
    redis.call('DEL', T)
    redis.call('XADD', T, position .. '-0', 'r', json)
  end
end
local slot = 'r ' .. text(redis.call('HINCRBY', S, 'batches', 1) % ${KEPT_BATCHES})
local old = redis.call('HGET', S, slot)
if old then redis.call('HDEL', S, 'b ' .. old) end
redis.call('HSET', S, 'n', text(n), slot, batch, 'b ' .. batch, text(n))
answer[2], answer[4] = text(n), 'appended'
return answer
`);
