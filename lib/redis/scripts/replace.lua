-- Writes one field of a session, whoever has it, where it is still what it was.
--
-- KEYS[1]  session hash   ARGV[1]  field   ARGV[2]  what it must be   ARGV[3]  what it becomes
-- Returns  the node that has the session; nothing where the field was another
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return false end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return redis.call('HGET', KEYS[1], '#node')
