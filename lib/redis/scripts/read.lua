-- Reads a page of a room's log. Where the room has no epoch yet it gets one, since a position is about to be told.
--
-- KEYS[1]  meta hash      KEYS[2]  log list      (see append.lua)      KEYS[3]  roster hash (see enroll.lua)
-- ARGV[1]  now            milliseconds since 1970
-- ARGV[2]  a new epoch, for where one is needed
-- ARGV[3]  "since", "before" or "span"
-- ARGV[4]  offset         ARGV[5]  entries at most      ARGV[6]  bytes at most; the first entry always fits
-- ARGV[7]  milliseconds that the meta hash is kept at least
-- Returns  {epoch, oldest, top, 1 where there is more, offset of the first entry, nonce of the entry at `since` or empty
--          where it is not kept, entries...}; for a span the roster's revision instead of entries
local known = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'first', 'ttl')
local epoch, top, first = known[1], tonumber(known[2] or 0), tonumber(known[3] or 1)
local ttl = tonumber(known[4] or 600000)
if not epoch then
  epoch, top, first = ARGV[2], 0, 1
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'top', 0, 'first', 1, 'bytes', 0, 'began', 0)
  redis.call('DEL', KEYS[2])
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[7]) then redis.call('PEXPIRE', KEYS[1], ARGV[7]) end
if redis.call('EXISTS', KEYS[2]) == 0 then first = top + 1 end

local dropped = 0
while first <= top do
  local oldest = redis.call('LINDEX', KEYS[2], 0)
  if tonumber(string.match(oldest, '^%d+')) + ttl > tonumber(ARGV[1]) then break end
  redis.call('LPOP', KEYS[2])
  dropped = dropped + #oldest
  first = first + 1
end
if dropped > 0 then
  redis.call('HSET', KEYS[1], 'first', string.format('%.0f', first))
  redis.call('HINCRBY', KEYS[1], 'bytes', -dropped)
end

local result = { epoch, first, top, 0, 0, '' }
if ARGV[3] == 'span' then
  result[7] = redis.call('HGET', KEYS[3], '#rev') or '0'
  return result
end
local most, bytes = tonumber(ARGV[5]), tonumber(ARGV[6])
local from, to
if ARGV[3] == 'since' then
  local since = tonumber(ARGV[4])
  if since >= first and since <= top then
    result[6] = string.match(redis.call('LINDEX', KEYS[2], since - first), '^[^\31]*\31([^\31]*)')
  end
  from = math.max(since + 1, first)
  to = math.min(from + most - 1, top)
else
  to = math.min(tonumber(ARGV[4]) - 1, top)
  from = math.max(to - most + 1, first)
end
if from > to then return result end
local entries = redis.call('LRANGE', KEYS[2], from - first, to - first)
local begin, finish, total = 1, #entries, 0
if ARGV[3] == 'since' then
  for index = 1, #entries do
    total = total + #entries[index]
    if total > bytes and index > 1 then finish = index - 1 break end
  end
  if from + finish - 1 < top then result[4] = 1 end
else
  for index = #entries, 1, -1 do
    total = total + #entries[index]
    if total > bytes and index < #entries then begin = index + 1 break end
  end
  if from + begin - 1 > first then result[4] = 1 end
end
result[5] = from + begin - 1
for index = begin, finish do result[#result + 1] = entries[index] end
return result
