import { script, type Script } from "./script.ts";
import { TRAILER_BYTES } from "./value-form.ts";

/**
 * KEYS: entry[, stage]. ARGV: value ("" = in the stage), life in ms ("" = for ever, "0" = over already: nothing is there then), condition
 * ("" = none), its argument, the log's mark. Answers 1 = stored, 0 = the condition was not met, -1 = the stage is gone.
 * A copy of another log never stands in the way of `not-newer`; nor does what is no value of ours.
 */
export const PUT: Script = script(`
local entry, stage = KEYS[1], KEYS[2]
local life, kind = ARGV[2], ARGV[3]
local met = true
if kind == 'absent' then met = redis.call('EXISTS', entry) == 0
elseif kind ~= '' then
  local tail = redis.pcall('GETRANGE', entry, -${TRAILER_BYTES}, -1)
  local whole = type(tail) == 'string' and #tail == ${TRAILER_BYTES}
  if kind == 'match' then met = whole and string.sub(tail, 1, 8) == ARGV[4]
  elseif whole and string.sub(tail, 17) == ARGV[5] then
    met = struct.unpack('<d', string.sub(tail, 9, 16)) <= tonumber(ARGV[4])
  end
end
if not met then
  if stage then redis.call('UNLINK', stage) end
  return 0
end
if life == '0' then
  redis.call('UNLINK', entry)
  return 1
end
if stage then
  if redis.call('EXISTS', stage) == 0 then return -1 end
  redis.call('RENAME', stage, entry)
  if life == '' then redis.call('PERSIST', entry) else redis.call('PEXPIRE', entry, life) end
elseif life == '' then redis.call('SET', entry, ARGV[1])
else redis.call('SET', entry, ARGV[1], 'PX', life) end
return 1
`);

/** KEYS: entry, index. ARGV: key, write id ("" = any). Answers 1 = deleted, 0 = not there, or another copy is. */
export const REMOVE: Script = script(`
if ARGV[2] ~= '' then
  local tail = redis.pcall('GETRANGE', KEYS[1], -${TRAILER_BYTES}, -${TRAILER_BYTES - 7})
  if type(tail) ~= 'string' or tail ~= ARGV[2] then return 0 end
end
local removed = redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return removed
`);

/**
 * KEYS: index, entries. ARGV: for each entry its key and its write id. Answers for each 1 = deleted, 0 = not there, or another copy is. What stays is
 * left in the index.
 */
export const REMOVE_MANY: Script = script(`
local removed = {}
for i = 1, #KEYS - 1 do
  local name = KEYS[i + 1]
  local tail = redis.pcall('GETRANGE', name, -${TRAILER_BYTES}, -${TRAILER_BYTES - 7})
  removed[i] = 0
  if type(tail) == 'string' and tail == ARGV[2 * i] then
    redis.call('UNLINK', name)
    redis.call('ZREM', KEYS[1], ARGV[2 * i - 1])
    removed[i] = 1
  end
end
return removed
`);

/** What one look takes of a value: nearly every header, and small values whole, for which a script then makes one call and not three. */
export const LOOK_BYTES = 1024;

/**
 * Answers of an entry: the whole value where it is small; {frame header, trailer, length} of a larger one, {start, "", length} where that is no frame;
 * 0 for what is no string, nil for nothing.
 */
const HEAD_OF = `
local function head(name)
  local start = redis.pcall('GETRANGE', name, 0, ${LOOK_BYTES - 1})
  if type(start) ~= 'string' then return 0 end
  if #start < ${LOOK_BYTES} then
    if start == '' and redis.call('EXISTS', name) == 0 then return false end
    return start
  end
  local bytes = redis.call('STRLEN', name)
  if string.sub(start, 2, 4) ~= 'COG' then return {string.sub(start, 1, 12), '', bytes} end
  local tail = redis.call('GETRANGE', name, -${TRAILER_BYTES}, -1)
  local header = math.min(bytes, 24 + struct.unpack('<I4', string.sub(start, 9, 12)) + 63)
  if header > #start then start = redis.call('GETRANGE', name, 0, header - 1) end
  return {string.sub(start, 1, header), tail, bytes}
end
`;

/** KEYS: entry. See {@link HEAD_OF}. */
export const HEAD: Script = script(`${HEAD_OF} return head(KEYS[1])`);

/**
 * KEYS: index, entries. ARGV: their keys, in order. Answers what is there of each, and takes what is not out of the index: in one step, so
 * that a write which comes meanwhile is not forgotten.
 */
function pageScript(answer: string): Script {
  return script(`${HEAD_OF}
local found = {}
for i = 1, #ARGV do
  local name = KEYS[i + 1]
  found[i] = ${answer}
  if not found[i] then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return found`);
}

/** Answers for each key its head. */
export const PAGE_HEADS: Script = pageScript("head(name)");

/** Answers for each key 1 or nil. */
export const PAGE_PRESENCE: Script = pageScript("redis.call('EXISTS', name) == 1 and 1");

/** Answers for each key the bytes of its value or nil. What is no string counts 0. */
export const PAGE_SIZES: Script = script(`
local found = {}
for i = 1, #ARGV do
  local name = KEYS[i + 1]
  local bytes = redis.pcall('STRLEN', name)
  if type(bytes) ~= 'number' then found[i] = 0
  elseif bytes > 0 or redis.call('EXISTS', name) == 1 then found[i] = bytes
  else
    found[i] = false
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return found`);

/** KEYS: entry, index. ARGV: key. Lists the entry if it is there still. */
export const REINDEX: Script = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('ZADD', KEYS[2], 0, ARGV[1]) end
return 1
`);
