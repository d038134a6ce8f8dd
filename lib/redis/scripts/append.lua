-- Adds an entry to a room's log and tells the nodes: one step, so that offsets, log and deliveries have one order.
--
-- KEYS[1]  meta hash      epoch, began (offset before its first entry), top, first (offset of the log's first entry), bytes,
--                         nonce (of the top), size, limit, ttl
-- KEYS[2]  log list       entries from `first` to `top`, each `<ts> US <nonce> US ...`
-- ARGV[1]  channel        ARGV[2]  PUBLISH or SPUBLISH
-- ARGV[3]  entry          begins with `<ts> US <nonce> US`
-- ARGV[4]  nonce          tells this entry from all others
-- ARGV[5]  now            milliseconds since 1970
-- ARGV[6]  size, ARGV[7] bytes, ARGV[8] ttl (ms): retention; empty for the one the room has
-- ARGV[9]  a new epoch, for where one is needed
-- ARGV[10] epoch, ARGV[11] top that the node knew before it asked for the first time
-- ARGV[12] "1" where this may be a repetition
-- ARGV[13] milliseconds that the meta hash is kept at least
-- ARGV[14] target of a retraction, or empty
-- Tells    `e US <epoch> US <offset> US <nonce of the entry before> US <entry>`; `c US ...` where the epoch is a new one
-- Returns  {epoch, offset, 1 where it was added, 0 where there is nothing to retract, -1 where a repetition cannot be told
--          from a first time, nonce of the entry before}
local function whole(number) return string.format('%.0f', number) end
local RETRIES = 10000 -- milliseconds within which a node repeats what it asked for
local LOOKED_AT = 1000 -- entries that are looked at for a repetition

local known = redis.call('HMGET', KEYS[1], 'epoch', 'top', 'first', 'bytes', 'size', 'limit', 'ttl', 'nonce')
local epoch, top, first, bytes = known[1], tonumber(known[2] or 0), tonumber(known[3] or 1), tonumber(known[4] or 0)
local size = tonumber(ARGV[6]) or tonumber(known[5] or 500)
local limit = tonumber(ARGV[7]) or tonumber(known[6] or 4194304)
local ttl = tonumber(ARGV[8]) or tonumber(known[7] or 600000)
local before = known[8] or ''

if not epoch then
  redis.call('DEL', KEYS[2])
  epoch, top, first, bytes = ARGV[9], 0, 1, 0
  redis.call('HSET', KEYS[1], 'began', 0)
elseif redis.call('EXISTS', KEYS[2]) == 0 then
  first, bytes = top + 1, 0
end

if ARGV[12] == '1' then
  if before == ARGV[4] then return { epoch, top, 1, '' } end
  local last = redis.call('LRANGE', KEYS[2], -LOOKED_AT, -1)
  local oldest = ''
  for index = #last, 1, -1 do
    local ts, nonce = string.match(last[index], '^([^\31]*)\31([^\31]*)')
    if nonce == ARGV[4] then return { epoch, top - #last + index, 1, '' } end
    oldest = ts
  end
  -- It was not added if all that was added since the first attempt is here to be seen. What was in a log that has begun
  -- anew since is not.
  local seen = top - #last
  local all = seen == 0 or (epoch == ARGV[10] and tonumber(ARGV[11]) >= seen)
    or (oldest ~= '' and tonumber(oldest) < tonumber(ARGV[5]) - RETRIES)
  local another = ARGV[10] ~= '' and epoch ~= ARGV[10]
  if another or not all then return { epoch, top, -1, '' } end
end

if epoch == ARGV[10] and tonumber(ARGV[11]) > top then
  -- A server that took over has lost the end of the log: its offsets must not be given out again in this epoch.
  epoch = ARGV[9]
  redis.call('HSET', KEYS[1], 'began', whole(top))
  redis.call(ARGV[2], ARGV[1], 'c\31' .. epoch .. '\31' .. whole(top))
end

if ARGV[14] ~= '' then
  local target = tonumber(ARGV[14])
  if target > top then return { epoch, top, 0, '' } end
  if target >= first then
    local entry = redis.call('LINDEX', KEYS[2], target - first)
    local ts, nonce, kind, event = string.match(entry, '^([^\31]*)\31([^\31]*)\31(.)\31([^\31]*)')
    if kind ~= 'm' then return { epoch, top, 0, '' } end
    local emptied = ts .. '\31' .. nonce .. '\31x\31' .. event
    redis.call('LSET', KEYS[2], target - first, emptied)
    bytes = bytes - #entry + #emptied
  end
end

top = top + 1
if size > 0 then
  redis.call('RPUSH', KEYS[2], ARGV[3])
  bytes = bytes + #ARGV[3]
  while first <= top do
    local oldest = redis.call('LINDEX', KEYS[2], 0)
    local expired = tonumber(string.match(oldest, '^%d+')) + ttl <= tonumber(ARGV[5])
    if top - first + 1 <= size and bytes <= limit and not expired then break end
    redis.call('LPOP', KEYS[2])
    bytes = bytes - #oldest
    first = first + 1
  end
  if first <= top then redis.call('PEXPIRE', KEYS[2], ttl) end
else
  redis.call('DEL', KEYS[2])
  first, bytes = top + 1, 0
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'top', whole(top), 'first', whole(first), 'bytes', whole(bytes),
  'nonce', ARGV[4], 'size', whole(size), 'limit', whole(limit), 'ttl', whole(ttl))
redis.call('PEXPIRE', KEYS[1], math.max(ttl + 60000, tonumber(ARGV[13])))
redis.call(ARGV[2], ARGV[1], 'e\31' .. epoch .. '\31' .. whole(top) .. '\31' .. before .. '\31' .. ARGV[3])
return { epoch, top, 1, before }
