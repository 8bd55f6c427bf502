-- Changing an address, undoing it, and "this was not me".

-- The address that a token is bound to: the one to come, or the one to put back.
ALTER TABLE one_time_tokens ADD COLUMN email text;
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN (
    'verify_email', 'reset_password', 'change_email', 'undo_email_change', 'not_me', 'exchange', 'confirm_link', 'mfa'
));
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_email_check CHECK (
    (purpose IN ('change_email', 'undo_email_change')) = (email IS NOT NULL)
);

-- "How many mails went to this address lately, whoever asked for them?"
CREATE INDEX one_time_tokens_email_idx ON one_time_tokens (lower(email), created_at) WHERE purpose = 'change_email';
