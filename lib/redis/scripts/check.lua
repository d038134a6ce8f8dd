-- Compares where a node is in a room with where the log is, and keeps what belongs to the room alive.
--
-- KEYS[1]  meta hash      KEYS[2]  log list      (see append.lua)      KEYS[3]  roster hash (see enroll.lua)
-- ARGV[1]  channel        ARGV[2]  PUBLISH or SPUBLISH
-- ARGV[3]  epoch, ARGV[4] offset, ARGV[5] nonce of the last entry that the node has; empty for none
-- ARGV[6]  a new epoch, for where one is needed
-- ARGV[7]  milliseconds that the meta hash is kept at least, and the roster too
-- ARGV[8]  size, ARGV[9] bytes, ARGV[10] ttl (ms): retention, for appends that know none; empty where it stays
-- ARGV[11] "1" to begin a new epoch where the node's last entry is not in the log
-- Tells    `c US <epoch> US <top>` where a new epoch begins
-- Returns  {epoch, top, nonce of the top, 1 where the node's last entry is not in the log, the roster's revision, offset
--          at which the epoch began or the top where what follows it is not kept, nonce of the entry there}
local known = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'first', 'nonce', 'began')
local epoch, top, first, nonce = known[1], tonumber(known[2] or 0), tonumber(known[3] or 1), known[4] or ''
local offset = tonumber(ARGV[4]) or 0
local began = tonumber(known[5] or top)
local lost = false
if not epoch then
  epoch, top, nonce, first, began = ARGV[6], 0, '', 1, 0
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'top', 0, 'first', 1, 'bytes', 0, 'began', 0)
  redis.call('DEL', KEYS[2])
elseif epoch == ARGV[3] then
  lost = offset > top
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
  if lost and ARGV[11] == '1' then
    -- Another entry has taken this offset, or nothing has: the end of the log was lost. Positions of it mean nothing now.
    epoch, began = ARGV[6], top
    redis.call('HSET', KEYS[1], 'epoch', epoch, 'began', string.format('%.0f', top))
    redis.call(ARGV[2], ARGV[1], 'c\31' .. epoch .. '\31' .. string.format('%.0f', top))
  end
end
local keep = tonumber(ARGV[7])
if ARGV[8] ~= '' then
  redis.call('HSET', KEYS[1], 'size', ARGV[8], 'limit', ARGV[9], 'ttl', ARGV[10])
  keep = math.max(keep, tonumber(ARGV[10]) + 60000)
end
for _, key in ipairs({ KEYS[1], KEYS[3] }) do
  if redis.call('PTTL', key) < keep then redis.call('PEXPIRE', key, keep) end
end
-- What came before may be gone; then all that is known is the top.
local start, at = began, nonce
if began < top and began >= first then
  at = string.match(redis.call('LINDEX', KEYS[2], began - first) or '', '^[^\31]*\31([^\31]*)')
elseif began == 0 then
  at = ''
end
if not at or (began < top and began + 1 < first) then start, at = top, nonce end
return { epoch, top, nonce, lost and 1 or 0, tonumber(redis.call('HGET', KEYS[3], '#rev') or 0), start, at }
