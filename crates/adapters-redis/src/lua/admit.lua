-- Counts one act in a sliding window, if its quota allows it: the twin of SlidingWindow::admit, held to the same table
-- of cases.
--
-- KEYS[1]  a hash: acts by slot
-- ARGV     the limit, the length of a slot in milliseconds, the number of slots, and now in milliseconds or '' for the
--          clock of this server, which is the same for all nodes
--
-- Answers whether the act is allowed, how many more are, and after how many milliseconds the oldest act leaves.
local limit, slot_length, slots = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local slot = math.floor(now / slot_length)

local acts = redis.call('HGETALL', KEYS[1])
local counted, oldest, newest = 0, nil, nil
for field = 1, #acts, 2 do
    local at = tonumber(acts[field])
    if at < slot - slots then
        redis.call('HDEL', KEYS[1], acts[field])
    else
        counted = counted + tonumber(acts[field + 1])
        oldest = math.min(oldest or at, at)
        newest = math.max(newest or at, at)
    end
end

local allowed = counted < limit
if allowed then
    -- A clock that went back must not make a slot of the past: the act joins the newest one.
    local joined = math.max(newest or slot, slot)
    redis.call('HINCRBY', KEYS[1], string.format('%.0f', joined), 1)
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (slots + 2) * slot_length))
    counted = counted + 1
end
oldest = oldest or slot
return {
    allowed and 1 or 0,
    math.max(0, limit - counted),
    math.max(1, (oldest + slots + 1) * slot_length - now),
}
