-- Marks a generation as used, if the session is still at it.
--
-- KEYS[1]  the hash of the session
-- ARGV[1]  the generation
if redis.call('HGET', KEYS[1], 'generation') == ARGV[1] then
    redis.call('HSET', KEYS[1], 'used', '1')
end
