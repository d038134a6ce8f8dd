-- Takes a session over, where nobody else was faster.
--
-- KEYS[1]  session hash   (see save.lua)
-- ARGV[1]  generation that it must have      ARGV[2]  the node that takes it      ARGV[3]  milliseconds it is kept
-- ARGV[4]  "1" where nobody is connected to it             ARGV[5]  now in ms; empty for Redis's own clock
-- ARGV[6]  field that says that it is at its end: nobody comes back to it then, and who tells of its end may take it over
-- Returns  {milliseconds that it has been away, all fields}; nothing where the generation is another, or the session is gone
local session = KEYS[1]
if redis.call('HGET', session, '#generation') ~= ARGV[1] or redis.call('HEXISTS', session, '#over') == 1 then return {} end
if ARGV[4] ~= '1' and redis.call('HEXISTS', session, ARGV[6]) == 1 then return {} end
redis.call('HSET', session, '#generation', tostring(tonumber(ARGV[1]) + 1), '#node', ARGV[2])
local result = { 0 }
if ARGV[4] == '1' then
  local time = redis.call('TIME')
  local now = tonumber(ARGV[5]) or time[1] * 1000 + math.floor(time[2] / 1000)
  local away = tonumber(redis.call('HGET', session, '#away') or now)
  redis.call('HSET', session, '#away', string.format('%.0f', away))
  result[1] = now - away
else
  redis.call('HDEL', session, '#away')
end
redis.call('PEXPIRE', session, ARGV[3])
for _, text in ipairs(redis.call('HGETALL', session)) do result[#result + 1] = text end
return result
