import { script, type Script } from "../script.ts";
import { BEGIN, MOST_NAMED, PAGE_FIELDS } from "./log-scripts.ts";

/** Records behind a tenant's last one that the tail keeps when the tenant is forgotten; more are not worth the time. */
const MOST_KEPT = 256;

/**
 * One step of forgetting a tenant. ARGV further: name of the scope of the whole tenant, the tenant, a position; the cursor that the step before told ("0" = the first
 * step), and of which table of sessions that was. Answers the cursor of the next step, "0" = done: also where no hard record on the whole tenant
 * stands at the position or later, and where the note \`gone\` says that all steps were done; "again" where the cursor is of another process of the server.
 *
 * With a scope's hard or soft record goes the other one, wherever the cursor is: an append between two steps makes one of another, in a field that may have been passed.
 *
 * The tail goes first, of all tenants: whoever lags behind the position loads a snapshot. It is written anew, which takes no privilege that appends do not.
 */
export const LOG_FORGET: Script = script(`${BEGIN}
local whole, tenant, before, cursor, of = take(), take(), tonumber(take()), take(), take()
local function at(field)
  return tonumber(string.match(redis.call('HGET', S, field) or '', '^%d+') or '0')
end
answer[7] = '0'
if at('hard ' .. whole) < before or at('gone ' .. tenant) >= before then return answer end
if cursor ~= '0' and of ~= incarnation then
  answer[7] = 'again'
  return answer
end
if #redis.call('XRANGE', T, '-', text(before - 1) .. '-0', 'COUNT', '1') > 0 then
  local kept = redis.call('XRANGE', T, text(before) .. '-0', '+', 'COUNT', '${MOST_KEPT + 1}')
  redis.call('DEL', T)
  if #kept <= ${MOST_KEPT} then
    for _, row in ipairs(kept) do redis.call('XADD', T, row[1], unpack(row[2])) end
  end
end
local found = redis.call('HSCAN', S, cursor, 'COUNT', '${PAGE_FIELDS}')
local old = {}
for i = 1, #found[2], 2 do
  local field = found[2][i]
  local kind, owner = string.match(field, '^(%l+) ([^ ]+)')
  local isLast = kind == 'hard' or kind == 'soft'
  if owner == tenant and (isLast or kind == 'other' or kind == 'wide') then
    if at(field) < before then old[#old + 1] = field end
    local other = 'other' .. string.sub(field, 5)
    if isLast and at(other) < before then old[#old + 1] = other end
  end
end
for first = 1, #old, ${MOST_NAMED} do
  redis.call('HDEL', S, unpack(old, first, math.min(first + ${MOST_NAMED} - 1, #old)))
end
if found[1] == '0' then redis.call('HSET', S, 'gone ' .. tenant, text(before)) end
answer[7] = found[1]
return answer
`);
