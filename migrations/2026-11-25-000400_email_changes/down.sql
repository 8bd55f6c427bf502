DROP INDEX one_time_tokens_email_idx;
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_email_check;
-- What the older schema does not know has no meaning to an older server.
DELETE FROM one_time_tokens WHERE purpose IN ('change_email', 'undo_email_change', 'not_me');
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN (
    'verify_email', 'reset_password', 'change_email', 'undo_email_change', 'exchange', 'confirm_link', 'mfa'
));
ALTER TABLE one_time_tokens DROP COLUMN email;
