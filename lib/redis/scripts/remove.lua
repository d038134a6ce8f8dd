-- Removes a session that has ended, where it is still its owner's.
--
-- KEYS[1]  session hash   (see save.lua)
-- ARGV[1]  generation     ARGV[2]  milliseconds that an owner of before may still not know
-- Returns  1 where it was removed, else 0
local session = KEYS[1]
local generation = redis.call('HGET', session, '#generation')
if generation and tonumber(generation) > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', session)
if tonumber(ARGV[1]) > 1 then
  -- One that does not know would take what is missing for something that was lost, and write it anew.
  redis.call('HSET', session, '#generation', ARGV[1], '#over', '1')
  redis.call('PEXPIRE', session, ARGV[2])
end
return 1
