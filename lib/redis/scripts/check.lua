-- Compares where a node is in a room with where the log is, and keeps the room's epoch alive.
--
-- KEYS[1]  meta hash      KEYS[2]  log list      (see append.lua)
-- ARGV[1]  channel        ARGV[2]  PUBLISH or SPUBLISH
-- ARGV[3]  epoch, ARGV[4] offset, ARGV[5] nonce of the last entry that the node has; empty for none
-- ARGV[6]  a new epoch, for where one is needed
-- ARGV[7]  milliseconds that the meta hash is kept at least
-- ARGV[8]  size, ARGV[9] bytes, ARGV[10] ttl (ms): retention, for appends that know none; empty where it stays
-- Returns  {epoch, top, nonce of the top}
local known = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'first', 'nonce')
local epoch, top, first, nonce = known[1], tonumber(known[2] or 0), tonumber(known[3] or 1), known[4] or ''
local offset = tonumber(ARGV[4]) or 0
if not epoch then
  epoch, top, nonce = ARGV[6], 0, ''
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'top', 0, 'first', 1, 'bytes', 0)
  redis.call('DEL', KEYS[2])
elseif epoch == ARGV[3] then
  local lost = offset > top
  if not lost and ARGV[5] ~= '' then
    local there = nil
    if offset == top then
      there = nonce
    elseif offset >= first then
      local entry = redis.call('LINDEX', KEYS[2], offset - first)
      there = entry and string.match(entry, '^[^\31]*\31([^\31]*)')
    end
    lost = there ~= nil and there ~= false and there ~= ARGV[5]
  end
  if lost then
    -- Another entry has taken this offset, or nothing has: the end of the log was lost. Positions of it mean nothing now.
    epoch = ARGV[6]
    redis.call('HSET', KEYS[1], 'epoch', epoch)
    redis.call(ARGV[2], ARGV[1], 'c\31' .. epoch .. '\31' .. string.format('%.0f', top))
  end
end
if ARGV[8] ~= '' then redis.call('HSET', KEYS[1], 'size', ARGV[8], 'limit', ARGV[9], 'ttl', ARGV[10]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[7]) then redis.call('PEXPIRE', KEYS[1], ARGV[7]) end
return { epoch, top, nonce }
