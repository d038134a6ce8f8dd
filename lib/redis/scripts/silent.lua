-- Nodes that have not been heard of for long.
--
-- KEYS[1]  nodes (see renew.lua)
-- ARGV[1]  milliseconds   ARGV[2]  the node that is asked about; empty for all   ARGV[3]  "1" to forget it where it is silent
-- Returns  their names
local time = redis.call('TIME')
local latest = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
if ARGV[2] == '' then return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', latest) end
local heard = redis.call('ZSCORE', KEYS[1], ARGV[2])
if heard and tonumber(heard) > latest then return {} end
if ARGV[3] == '1' then redis.call('ZREM', KEYS[1], ARGV[2]) end
return { ARGV[2] }
