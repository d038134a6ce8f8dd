-- Writes fields of a session, where it is still its owner's.
--
-- KEYS[1]  session hash   #generation, #node, #away (since when nobody is connected, in ms), #over (a session that has ended),
--                         and fields; `ended` stays, those that begin with `x:` are others' to write, and so is the answer (`a...`) in
--                         one that begins with `q:` where the owner still believes that it runs (`r...`) elsewhere
-- ARGV[1]  generation     ARGV[2]  node      ARGV[3]  milliseconds it is kept
-- ARGV[4]  "1" to remove all fields that are not written, "2" to write it also where it is missing
-- ARGV[5]  "1" where nobody is connected     ARGV[6]  now in ms; empty for Redis's own clock, which all nodes have in common
-- ARGV[7]  how many fields are removed       then their names, then names and values of those that are written
-- Returns  1 where it was written, 0 where it is another's by now or over, -1 where it is missing, or older than the owner knows
local session, whole = KEYS[1], ARGV[4] ~= '0'
local generation = redis.call('HGET', session, '#generation')
if not generation or tonumber(generation) < tonumber(ARGV[1]) then
  if ARGV[4] ~= '2' then return -1 end
elseif generation ~= ARGV[1] or redis.call('HEXISTS', session, '#over') == 1 then
  return 0
end

local function apply(command, from, to)
  for start = from, to, 1000 do
    redis.call(command, session, unpack(ARGV, start, math.min(start + 999, to)))
  end
end

local away = redis.call('HGET', session, '#away')
local marks, answers = {}, {}
if whole then
  local before = redis.call('HGETALL', session)
  for i = 1, #before, 2 do
    local kind, value = string.sub(before[i], 1, 2), before[i + 1]
    if kind == 'x:' or before[i] == 'ended' then marks[before[i]] = value end
    if kind == 'q:' and string.sub(value, 1, 1) == 'a' then answers[before[i]] = value end
  end
  redis.call('DEL', session)
  redis.call('HSET', session, '#generation', ARGV[1], '#node', ARGV[2])
  for field, value in pairs(marks) do redis.call('HSET', session, field, value) end
  if away then redis.call('HSET', session, '#away', away) end
end
if ARGV[5] == '0' then
  if away then redis.call('HDEL', session, '#away') end
elseif not away then
  local time = redis.call('TIME')
  local now = tonumber(ARGV[6]) or time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('HSET', session, '#away', string.format('%.0f', now))
end
local gone = tonumber(ARGV[7])
apply('HDEL', 8, 7 + gone)
apply('HSET', 8 + gone, #ARGV)
for i = 8 + gone, #ARGV, 2 do
  local answer = answers[ARGV[i]]
  if answer and string.sub(ARGV[i + 1], 1, 1) == 'r' then redis.call('HSET', session, ARGV[i], answer) end
end
redis.call('PEXPIRE', session, ARGV[3])
return 1
