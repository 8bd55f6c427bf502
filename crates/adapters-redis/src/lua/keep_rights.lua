-- Keeps a copy of somebody's rights, unless the one that is there was read at a later epoch.
--
-- KEYS[1]  the copy
-- ARGV     the new copy as JSON, its epoch, for how many milliseconds to keep it
local kept = redis.call('GET', KEYS[1])
if kept then
    local readable, copy = pcall(cjson.decode, kept)
    if readable and type(copy) == 'table' and type(copy.epoch) == 'number' and copy.epoch > tonumber(ARGV[2]) then
        return
    end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
