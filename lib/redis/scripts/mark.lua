-- Writes one field of a session, whoever has it, where another is there.
--
-- KEYS[1]  session hash   (see save.lua)     ARGV[1]  field that must be there   ARGV[2]  field   ARGV[3]  value
-- Returns  the node that has the session; nothing where the field is not there
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return false end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return redis.call('HGET', KEYS[1], '#node')
