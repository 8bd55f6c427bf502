ALTER TABLE roles DROP COLUMN revision;
