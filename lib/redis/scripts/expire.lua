-- Ends a session that nobody came back to: its owner, which may not have heard of everything, and Redis's clock have to agree.
--
-- KEYS[1]  session hash   (see save.lua)
-- ARGV[1]  generation     ARGV[2]  milliseconds that it has to be away      ARGV[3]  field, ARGV[4] value that say it has ended
-- ARGV[5]  now in ms; empty for Redis's own clock, which all nodes have in common
-- Returns  0 where it has ended, or nothing is known of it; milliseconds that are left; -1 where it is another's by now
local session = KEYS[1]
local generation = redis.call('HGET', session, '#generation')
if not generation or tonumber(generation) < tonumber(ARGV[1]) then return 0 end
if generation ~= ARGV[1] or redis.call('HEXISTS', session, '#over') == 1 then return -1 end
if redis.call('HEXISTS', session, ARGV[3]) == 1 then return 0 end
local time = redis.call('TIME')
local now = tonumber(ARGV[5]) or time[1] * 1000 + math.floor(time[2] / 1000)
local away = redis.call('HGET', session, '#away')
if not away then
  away = now
  redis.call('HSET', session, '#away', string.format('%.0f', now))
end
local left = tonumber(away) + tonumber(ARGV[2]) - now
if left > 0 then return left end
redis.call('HSET', session, ARGV[3], ARGV[4])
return 0
