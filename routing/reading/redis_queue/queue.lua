-- Every operation on the reading queue, each one atomic step. ARGV[1] names it.
-- Moments are microseconds since 1970, which a Lua number holds exactly.
--
-- places   sorted set  every item by its place
-- free:R   sorted set  the items that are assigned to reader R and not claimed; R empty: to nobody
-- readers  hash        whom an item is assigned to
-- holders  hash        who claims an item
-- leases   sorted set  claimed items by the moment until which the claim holds
-- events   stream      what happened
-- complete string      there once the records were read into it

local prefix = KEYS[1]
local function key(name) return prefix .. name end
local function free(reader) return prefix .. 'free:' .. reader end

local function tell(kind, uid, reader)
  redis.call('XADD', key('events'), 'MAXLEN', '~', 10000, '*',
    'kind', kind, 'uid', uid, 'reader', reader or '')
end

local function assigned(uid) return redis.call('HGET', key('readers'), uid) or '' end

local function place(uid, at, reader)
  local before = assigned(uid)
  redis.call('ZADD', key('places'), at, uid)
  if reader == '' then redis.call('HDEL', key('readers'), uid)
  else redis.call('HSET', key('readers'), uid, reader) end
  if before ~= reader then redis.call('ZREM', free(before), uid) end
  if redis.call('HEXISTS', key('holders'), uid) == 0 then
    redis.call('ZADD', free(reader), at, uid)
  end
end

local function let_go(uid)
  redis.call('HDEL', key('holders'), uid)
  redis.call('ZREM', key('leases'), uid)
  local at = redis.call('ZSCORE', key('places'), uid)
  if at then redis.call('ZADD', free(assigned(uid)), at, uid) end
end

local function end_claims(now)
  for _, uid in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now)) do let_go(uid) end
end

local function hold(uid, reader, till)
  redis.call('ZREM', free(assigned(uid)), uid)
  redis.call('HSET', key('holders'), uid, reader)
  redis.call('ZADD', key('leases'), till, uid)
end

local function remove(uid)
  if not redis.call('ZSCORE', key('places'), uid) then return end
  local holder = redis.call('HGET', key('holders'), uid)
  redis.call('ZREM', free(assigned(uid)), uid)
  redis.call('ZREM', key('places'), uid)
  redis.call('ZREM', key('leases'), uid)
  redis.call('HDEL', key('holders'), uid)
  redis.call('HDEL', key('readers'), uid)
  tell('removed', uid, holder)
end

local function head(group, skipped)
  local rank = 0
  while true do
    local found = redis.call('ZRANGE', free(group), rank, rank, 'WITHSCORES')
    if not found[1] then return nil end
    if not skipped[found[1]] then return found[1], tonumber(found[2]) end
    rank = rank + 1
  end
end

local operations = {}

function operations.put(uid, at, reader)
  local known = redis.call('ZSCORE', key('places'), uid)
  if known and tonumber(known) < tonumber(at) then at = known end
  place(uid, at, reader ~= '' and reader or assigned(uid))
  tell('placed', uid)
end

function operations.move()
  local items = ARGV
  for i = 1, #items, 3 do
    if redis.call('ZSCORE', key('places'), items[i]) then
      place(items[i], items[i + 1], items[i + 2])
      tell('placed', items[i])
    end
  end
end

function operations.remove(uid) remove(uid) end

function operations.claim_next(now, reader, till)
  end_claims(now)
  local skipped = {}
  for i = 4, #ARGV do skipped[ARGV[i]] = true end
  local first, first_at
  for _, group in ipairs({'', reader}) do
    local uid, at = head(group, skipped)
    if at and (not first or at < first_at or (at == first_at and uid < first)) then
      first, first_at = uid, at
    end
  end
  if not first then return false end
  hold(first, reader, till)
  tell('claimed', first, reader)
  return {first, redis.call('ZSCORE', key('places'), first), assigned(first)}
end

function operations.claim(now, uid, reader, till)
  end_claims(now)
  if not redis.call('ZSCORE', key('places'), uid) then return 0 end
  local holder = redis.call('HGET', key('holders'), uid)
  if holder and holder ~= reader then return 0 end
  if not holder then tell('claimed', uid, reader) end
  hold(uid, reader, till)
  return 1
end

function operations.release(now, uid, reader)
  end_claims(now)
  if redis.call('HGET', key('holders'), uid) ~= reader then return 0 end
  let_go(uid)
  tell('released', uid, reader)
  return 1
end

function operations.claims(now)
  end_claims(now)
  local found = {}
  local leases = redis.call('ZRANGE', key('leases'), 0, -1, 'WITHSCORES')
  for i = 1, #leases, 2 do
    table.insert(found, leases[i])
    table.insert(found, redis.call('HGET', key('holders'), leases[i]))
    table.insert(found, leases[i + 1])
  end
  return found
end

function operations.announce_result(now, uid)
  end_claims(now)
  tell('result', uid, redis.call('HGET', key('holders'), uid))
end

function operations.ordered(limit)
  local found = {}
  local places = redis.call('ZRANGE', key('places'), 0, tonumber(limit), 'WITHSCORES')
  for i = 1, #places, 2 do
    table.insert(found, places[i])
    table.insert(found, places[i + 1])
    table.insert(found, assigned(places[i]))
  end
  return found
end

-- Hold exactly these items; claims of those that stay remain.
function operations.restore()
  local items, wanted = ARGV, {}
  for i = 1, #items, 3 do wanted[items[i]] = true end
  for _, uid in ipairs(redis.call('ZRANGE', key('places'), 0, -1)) do
    if not wanted[uid] then remove(uid) end
  end
  for i = 1, #items, 3 do place(items[i], items[i + 1], items[i + 2]) end
  redis.call('SET', key('complete'), 1)
end

local name = table.remove(ARGV, 1)
if name ~= 'restore' and redis.call('EXISTS', key('complete')) == 0 then
  return redis.error_reply('INCOMPLETE the queue is to be restored from the records')
end
-- Lists of items are read from ARGV itself: Lua passes no more than some thousand arguments on.
return operations[name](unpack(ARGV, 1, 4))
