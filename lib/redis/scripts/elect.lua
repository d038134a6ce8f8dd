-- Becomes, or stays, the one node that does something for all.
--
-- KEYS[1]  lease          ARGV[1]  node      ARGV[2]  milliseconds      ARGV[3]  "1" to give it up
-- Returns  1 where this node is the one
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[3] == '1' then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
