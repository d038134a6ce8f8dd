-- Says that a node is alive.
--
-- KEYS[1]  nodes, by when they were last heard of, in ms      KEYS[2]  marker: gone when Redis has lost its data
-- ARGV[1]  node           ARGV[2]  a marker, for where there is none
-- Returns  {now in ms, the marker}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('SET', KEYS[2], ARGV[2], 'NX')
return { now, redis.call('GET', KEYS[2]) }
