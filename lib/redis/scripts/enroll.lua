-- Writes who is in a room, and tells the nodes.
--
-- KEYS[1]  roster hash    `<generation> <value>` for each member's id, and `#rev`
-- ARGV[1]  channel        ARGV[2]  PUBLISH or SPUBLISH
-- ARGV[3]  id             ARGV[4]  generation of the session     ARGV[5]  value; empty for one that has left
-- ARGV[6]  milliseconds the roster is kept
-- Tells    `r US <rev> US <id> US <generation> <value>`; nothing behind the id for one that has left
-- Returns  the revision
local before = redis.call('HGET', KEYS[1], ARGV[3])
local generation = before and tonumber(string.match(before, '^%d+')) or 0
local after = ARGV[5] ~= '' and ARGV[4] .. ' ' .. ARGV[5]
-- Who has taken the session over knows better; and what is so already is not told.
if generation > tonumber(ARGV[4]) or before == after then return tonumber(redis.call('HGET', KEYS[1], '#rev') or 0) end
if after then
  redis.call('HSET', KEYS[1], ARGV[3], after)
else
  redis.call('HDEL', KEYS[1], ARGV[3])
end
local rev = redis.call('HINCRBY', KEYS[1], '#rev', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call(ARGV[2], ARGV[1], 'r\31' .. rev .. '\31' .. ARGV[3] .. '\31' .. (after or ''))
return rev
