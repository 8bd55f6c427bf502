DROP INDEX users_avatar_id_key;
ALTER TABLE users DROP COLUMN avatar_id;
