/** Sets `run`: which process answers, and by which replication id it has what it has; and `replication`. */
export const SERVER = `
local process = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local replication = redis.call('INFO', 'replication')
local run = process .. ' ' .. string.match(replication, 'master_replid:(%w+)')
`;

/** Refused by a master that misses the replicas it is told to have, since another may be master by now. Changes nothing. */
export const REFUSE_ALONE = `
if string.find(replication, 'min_slaves_good_slaves:', 1, true) then redis.call('HDEL', S, 'nothing') end
`;

/**
 * The table of sessions in one field of the hash S: \`;id of position count;id of position count;\`, where \`of\` is the log that the position is of and
 * \`count\` the number that the session gave its latest renewal, which never falls. It stands behind what sets S, A (the stream of
 * acknowledgements), \`lease\` (D), \`incarnation\`, \`mature\` (false, or under which name it shortens acknowledgements), \`level\` (the last
 * acknowledgement) and \`named\` (the log's id, by \`of\`). ARGV[2]: the caller's D in ms.
 *
 * \`level\` and each entry of A say \`number of position sessions name\`: at that moment all sessions had applied all up to the position, and
 * whoever joins later reads the truth after that. So it never becomes untrue.
 */
export const TABLE = `
local who, changed
local function text(number) return string.format('%.0f', number) end
local function rows()
  who = who or redis.call('HGET', S, 'who') or ';'
  return who
end
local function find(id)
  local at = string.find(rows(), ';' .. id .. ' ', 1, true)
  if not at then return end
  local stop = string.find(who, ';', at + 1, true)
  local of, position, count = string.match(string.sub(who, at + 1, stop - 1), ' (%S+) (%d+) (%d+)$')
  return at, stop, of, tonumber(position), tonumber(count)
end
local function replace(at, stop, row)
  who = string.sub(who, 1, at) .. row .. string.sub(who, stop + 1)
  changed = true
end
local function row(id, of, position, count)
  return id .. ' ' .. of .. ' ' .. text(position) .. ' ' .. text(count) .. ';'
end
local function renew(id, of, position, count)
  local at, stop, its, had, before = find(id)
  if at and its == of and position > 0 then position = math.max(position, had) end
  local new = row(id, of, position, math.max(count, before or 0))
  if at then replace(at, stop, new) else replace(#who, #who, new) end
end
local function applied(id, of, position)
  local at, stop, its, had, count = find(id)
  if at and not (its == of and had >= position) then replace(at, stop, row(id, of, position, count)) end
end
local function leave(id)
  local at, stop = find(id)
  if at then replace(at, stop, '') end
end
local function drop(id, count)
  local _, _, _, _, now = find(id)
  if now == tonumber(count) and tonumber(ARGV[2]) >= lease then leave(id) end
end
local function confirm(name)
  if mature == name then return end
  mature = name
  redis.call('HSET', S, 'mature', name)
end
local function least(of)
  local low, count = math.huge, 0
  for its, position in string.gmatch(rows(), ' (%S+) (%d+) %d+;') do
    count = count + 1
    low = math.min(low, its == of and tonumber(position) or -1)
  end
  return low, count
end
local function announce(of, position, count)
  local number = (tonumber(string.match(level or '', '^%d+')) or 0) + 1
  level = number .. ' ' .. named(of) .. ' ' .. text(position) .. ' ' .. count .. ' ' .. mature
  redis.call('HSET', S, 'level', level)
  local added = redis.pcall('XADD', A, 'MAXLEN', '8', number .. '-0', 'a', level)
  if type(added) == 'table' and added.err then
    redis.call('DEL', A)
    redis.call('XADD', A, number .. '-0', 'a', level)
  end
end
local function waited()
  local of, low, high = string.match(redis.call('HGET', S, 'wait') or '', '^(%S+) (%d+) (%d+)$')
  return of, tonumber(low), tonumber(high)
end
local function advance()
  if changed then redis.call('HSET', S, 'who', who) end
  changed = false
  if not mature then return end
  local of, low, high = waited()
  if not of then return end
  local reached, count = least(of)
  -- Nobody serves: that says nothing of what comes after.
  if count == 0 then reached = high end
  if reached < low then return end
  announce(of, reached, count)
  if reached >= high then redis.call('HDEL', S, 'wait')
  else redis.call('HSET', S, 'wait', of .. ' ' .. text(reached + 1) .. ' ' .. text(high)) end
end
local function await(of, low, high)
  local its, lowest, highest = waited()
  if its == of then low, high = math.min(low, lowest), math.max(high, highest) end
  redis.call('HSET', S, 'wait', of .. ' ' .. text(low) .. ' ' .. text(high))
end
local at = 4
local function take()
  at = at + 1
  return ARGV[at - 1]
end
local function dropAll()
  for _ = 1, tonumber(take()) do
    local id = take()
    drop(id, take())
  end
end
`;

/**
 * Whether all sessions have applied what is waited for. ARGV further: the sessions to drop; own id; \`of\`; the least and the greatest position; under
 * which name ("" = any). Answers behind the head: "unknown", or how far all sessions are, the number of others, and, where somebody lags, the rows.
 */
export const ASK = (slot: number): string => `
dropAll()
local id, of, low, high, name = take(), take(), tonumber(take()), tonumber(take()), take()
applied(id, of, high)
advance()
if not mature or (name ~= '' and name ~= mature) then
  answer[${slot}] = 'unknown'
  return head(answer)
end
local reached, count = least(of)
if reached < high then
  await(of, math.max(low, reached + 1), high)
  answer[${slot} + 2] = rows()
end
answer[${slot}] = text(math.min(reached, high))
answer[${slot} + 1] = text(count - (find(id) and 1 or 0))
return head(answer)
`;
