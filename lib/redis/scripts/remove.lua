-- Ends a session, where it is still its owner's.
--
-- KEYS[1]  session hash   ARGV[1]  generation
-- Returns  1 where it was, or nothing was left of it; else 0
local generation = redis.call('HGET', KEYS[1], '#generation')
if generation and generation ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
