DROP INDEX users_suspended_until_idx;
DROP INDEX users_search_idx;
DROP EXTENSION pg_trgm;
ALTER TABLE users DROP CONSTRAINT users_deleted_by_staff_check;
ALTER TABLE users DROP COLUMN deleted_by_staff;
