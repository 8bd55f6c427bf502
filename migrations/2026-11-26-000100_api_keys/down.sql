ALTER TABLE audit_logs DROP COLUMN api_key_id;
DROP TABLE api_keys;
