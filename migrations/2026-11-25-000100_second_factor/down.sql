ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_tries_check;
ALTER TABLE one_time_tokens DROP COLUMN tries;
DROP TABLE recovery_codes, totp_secrets;
