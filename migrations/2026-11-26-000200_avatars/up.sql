-- The picture of a person: a name of ours, under which the object store holds it. The object is there before a row names it.
ALTER TABLE users ADD COLUMN avatar_id uuid;
COMMENT ON COLUMN users.avatar_id IS 'Names the objects avatars/<id>/*.webp; each upload has an id of its own';

-- Clearing away asks which of the stored names nobody has.
CREATE UNIQUE INDEX users_avatar_id_key ON users (avatar_id) WHERE avatar_id IS NOT NULL;
