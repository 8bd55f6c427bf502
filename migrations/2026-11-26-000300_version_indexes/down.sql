DROP INDEX script_versions_script_id_label_key;
ALTER TABLE script_versions ADD CONSTRAINT script_versions_script_id_label_key UNIQUE (script_id, label);
CREATE INDEX script_versions_script_id_sha256_idx ON script_versions (script_id, sha256);
