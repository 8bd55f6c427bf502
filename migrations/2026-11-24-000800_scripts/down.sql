DROP TABLE script_tags;
DROP TABLE tags;
DROP TABLE script_versions;
DROP FUNCTION refuse_version_change();
DROP TABLE script_blobs;
DROP TABLE scripts;
DROP TABLE categories;
