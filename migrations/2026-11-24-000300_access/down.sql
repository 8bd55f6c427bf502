DROP TABLE access_changes;
DROP TABLE access_epoch;
DROP TABLE user_roles;
DROP TABLE role_permissions;
DROP TABLE permissions;
DROP TABLE roles;
