-- Publishing writes fewer indexes: most versions have no label, and a script has too few versions to look one up by its hash in
-- any other way than through all of them.
CREATE UNIQUE INDEX script_versions_labels_key ON script_versions (script_id, label) WHERE label IS NOT NULL;
ALTER TABLE script_versions DROP CONSTRAINT script_versions_script_id_label_key;
ALTER INDEX script_versions_labels_key RENAME TO script_versions_script_id_label_key;
DROP INDEX script_versions_script_id_sha256_idx;
