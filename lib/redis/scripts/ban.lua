-- Adds a ban to a room's, instead of the one that the user has.
--
-- KEYS[1]  bans hash      user id → `<since> <until, or 0> <JSON>`
-- ARGV[1]  user id        ARGV[2]  value
-- ARGV[3]  now            milliseconds since 1970
-- ARGV[4]  bans at most   past that the oldest goes
local now, last, forever = tonumber(ARGV[3]), 0, false
local count, oldest, first = 1, nil, nil
local function look(value)
  local since, till = string.match(value, '^(%d+) (%d+)')
  since, till = tonumber(since), tonumber(till)
  if till == 0 then forever = true else last = math.max(last, till) end
  return since, till
end
look(ARGV[2])
local known = redis.call('HGETALL', KEYS[1])
for index = 1, #known, 2 do
  if known[index] ~= ARGV[1] then
    local since, till = look(known[index + 1])
    if till ~= 0 and till <= now then
      redis.call('HDEL', KEYS[1], known[index])
    else
      count = count + 1
      if first == nil or since < first then oldest, first = known[index], since end
    end
  end
end
if count > tonumber(ARGV[4]) and oldest then redis.call('HDEL', KEYS[1], oldest) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if forever then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], math.max(1, last - now)) end
return 1
