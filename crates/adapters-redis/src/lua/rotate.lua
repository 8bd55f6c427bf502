-- Decides about a presented refresh token and moves its session on: the twin of RotationState::decide, held to the
-- same table of cases.
--
-- KEYS[1]  the hash of the session
-- ARGV     the presented generation, now, the idle lifetime, the grace; times are microseconds
--
-- Answers nothing when there is no whole copy, else the decision and the state after it. Times are far below 2^53,
-- where numbers of Lua are exact.
local stored = redis.call('HMGET', KEYS[1],
    'generation', 'rotated_at', 'used', 'idle_expires_at', 'absolute_expires_at', 'revoked')
for field = 1, 6 do
    stored[field] = stored[field] and tonumber(stored[field])
    if not stored[field] then
        return false
    end
end
local generation, rotated_at, used, idle, absolute, revoked = unpack(stored)
local presented, now = tonumber(ARGV[1]), tonumber(ARGV[2])
local idle_lifetime, grace = tonumber(ARGV[3]), tonumber(ARGV[4])

local function decided(decision)
    return {decision, generation, rotated_at, used, idle, absolute}
end

if revoked ~= 0 then
    return decided('revoked')
end
if now >= idle or now >= absolute then
    return decided('expired')
end
if presented >= generation then
    generation, rotated_at, used = presented + 1, now, 0
    idle = math.min(now + idle_lifetime, absolute)
    redis.call('HSET', KEYS[1],
        'generation', string.format('%.0f', generation),
        'rotated_at', string.format('%.0f', rotated_at),
        'used', '0',
        'idle_expires_at', string.format('%.0f', idle))
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, math.ceil((idle - now) / 1000))))
    return decided('rotate')
end
if presented + 1 == generation and (now - rotated_at <= grace or used == 0) then
    return decided('replay')
end
return decided('reused')
