-- Writes who is in a room, and tells the nodes.
--
-- KEYS[1]  roster hash    a value for each member's id, and `#rev`
-- ARGV[1]  channel        ARGV[2]  PUBLISH or SPUBLISH
-- ARGV[3]  id             ARGV[4]  value; empty for one that has left      ARGV[5]  milliseconds the roster is kept
-- Returns  the new revision
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], ARGV[3])
else
  redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
end
local rev = redis.call('HINCRBY', KEYS[1], '#rev', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call(ARGV[2], ARGV[1], 'r\31' .. rev .. '\31' .. ARGV[3] .. '\31' .. ARGV[4])
return rev
