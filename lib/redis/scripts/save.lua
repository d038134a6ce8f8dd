-- Writes fields of a session, where it is still its owner's.
--
-- KEYS[1]  session hash
-- ARGV[1]  generation     ARGV[2]  milliseconds it is kept      ARGV[3]  "1" to remove all fields that are not written
-- ARGV[4]  how many fields are removed       then their names, then names and values of those that are written
-- Returns  1 where it was written, else 0
if redis.call('HGET', KEYS[1], '#generation') ~= ARGV[1] then return 0 end
if ARGV[3] == '1' then
  local node = redis.call('HGET', KEYS[1], '#node')
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], '#generation', ARGV[1], '#node', node)
end
local gone = tonumber(ARGV[4])
if gone > 0 then redis.call('HDEL', KEYS[1], unpack(ARGV, 5, 4 + gone)) end
if #ARGV > 4 + gone then redis.call('HSET', KEYS[1], unpack(ARGV, 5 + gone)) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
