DROP TABLE one_time_tokens;
DROP TABLE auth_providers;
DROP TABLE users;
