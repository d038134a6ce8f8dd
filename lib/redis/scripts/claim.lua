-- Takes a session over, where nobody else was faster.
--
-- KEYS[1]  session hash   #generation, #node, and fields
-- ARGV[1]  generation that it must have      ARGV[2]  the node that takes it      ARGV[3]  milliseconds it is kept
-- Returns  all fields; nothing where the generation is another, or the session is gone
if redis.call('HGET', KEYS[1], '#generation') ~= ARGV[1] then return {} end
redis.call('HSET', KEYS[1], '#generation', tostring(tonumber(ARGV[1]) + 1), '#node', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('HGETALL', KEYS[1])
