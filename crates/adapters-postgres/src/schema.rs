//! What the migrations make, as the query builder sees it. Written by `tests/schema.rs`; do not edit.

diesel::table! {
    access_changes (epoch) {
        epoch -> Int8,
        user_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    access_epoch (singleton) {
        singleton -> Bool,
        value -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        prefix -> Text,
        digest -> Bytea,
        scopes -> Array<Text>,
        script_ids -> Nullable<Array<Uuid>>,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    audit_logs (id, created_at) {
        id -> Uuid,
        actor_id -> Nullable<Uuid>,
        actor_kind -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<Uuid>,
        action -> Text,
        outcome -> Text,
        before -> Jsonb,
        after -> Jsonb,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
        session_id -> Nullable<Uuid>,
        request_id -> Nullable<Text>,
        created_at -> Timestamptz,
        api_key_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    audit_seals (partition, position) {
        partition -> Text,
        position -> Int8,
        row_id -> Uuid,
        row_at -> Timestamptz,
        row_hash -> Bytea,
        link_hash -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    audit_unsealed (id, created_at) {
        id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    auth_providers (provider, subject) {
        user_id -> Uuid,
        provider -> Text,
        subject -> Text,
        provider_data -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    categories (id) {
        id -> Int4,
        slug -> Text,
        name -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    idempotency_keys (scope, key) {
        scope -> Text,
        key -> Text,
        fingerprint -> Bytea,
        status -> Int4,
        headers -> Jsonb,
        body -> Bytea,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        run_at -> Timestamptz,
        attempts -> Int4,
        max_attempts -> Int4,
        lease_token -> Nullable<Uuid>,
        leased_until -> Nullable<Timestamptz>,
        done_at -> Nullable<Timestamptz>,
        dead_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    one_time_tokens (id) {
        id -> Uuid,
        user_id -> Uuid,
        purpose -> Text,
        expires_at -> Timestamptz,
        consumed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        tries -> Int4,
        first_method -> Nullable<Text>,
        email -> Nullable<Text>,
    }
}

diesel::table! {
    permissions (id) {
        id -> Int4,
        name -> Text,
        description -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    provider_flows (id) {
        id -> Uuid,
        provider -> Text,
        intent -> Text,
        user_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        return_to -> Text,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    provider_proofs (token_id) {
        token_id -> Uuid,
        intent -> Text,
        provider -> Text,
        subject -> Text,
        session_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    recovery_codes (user_id, digest) {
        user_id -> Uuid,
        digest -> Bytea,
        used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    role_permissions (role_id, permission_id) {
        role_id -> Int4,
        permission_id -> Int4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    roles (id) {
        id -> Int4,
        name -> Text,
        description -> Text,
        is_default -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        revision -> Int8,
    }
}

diesel::table! {
    script_blobs (sha256) {
        sha256 -> Bytea,
        size -> Int4,
        gzip -> Bytea,
        gzip_sha256 -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    script_tags (script_id, tag_id) {
        script_id -> Uuid,
        tag_id -> Int4,
        position -> Int2,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    script_versions (script_id, number) {
        script_id -> Uuid,
        number -> Int4,
        label -> Nullable<Text>,
        changelog -> Text,
        sha256 -> Bytea,
        size -> Int4,
        author_id -> Uuid,
        yanked_at -> Nullable<Timestamptz>,
        yanked_reason -> Nullable<Text>,
        erased_at -> Nullable<Timestamptz>,
        content_sha256 -> Nullable<Bytea>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    scripts (id) {
        id -> Uuid,
        owner_id -> Uuid,
        slug -> Text,
        title -> Text,
        summary -> Text,
        readme -> Text,
        language -> Text,
        licence -> Nullable<Text>,
        category_id -> Nullable<Int4>,
        tag_names -> Array<Text>,
        visibility -> Text,
        status -> Text,
        latest_version -> Int4,
        revision -> Int8,
        deleted_at -> Nullable<Timestamptz>,
        deleted_status -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        generation -> Int8,
        rotated_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        auth_time -> Timestamptz,
        amr -> Array<Text>,
        ip -> Nullable<Inet>,
        user_agent -> Nullable<Text>,
        device -> Nullable<Text>,
        last_seen_at -> Timestamptz,
        idle_expires_at -> Timestamptz,
        absolute_expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tags (id) {
        id -> Int4,
        name -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    totp_secrets (user_id) {
        user_id -> Uuid,
        sealed -> Bytea,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Nullable<Int8>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    user_roles (user_id, role_id) {
        user_id -> Uuid,
        role_id -> Int4,
        granted_by -> Nullable<Uuid>,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        username -> Text,
        username_key -> Text,
        display_name -> Nullable<Text>,
        bio -> Text,
        locale -> Text,
        password_hash -> Nullable<Text>,
        account_status -> Text,
        suspended_until -> Nullable<Timestamptz>,
        suspended_reason -> Nullable<Text>,
        email_verified_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        revision -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_by_staff -> Bool,
        avatar_id -> Nullable<Uuid>,
    }
}

diesel::joinable!(auth_providers -> users (user_id));
diesel::joinable!(one_time_tokens -> users (user_id));
diesel::joinable!(role_permissions -> permissions (permission_id));
diesel::joinable!(role_permissions -> roles (role_id));
diesel::joinable!(script_tags -> scripts (script_id));
diesel::joinable!(script_tags -> tags (tag_id));
diesel::joinable!(script_versions -> script_blobs (content_sha256));
diesel::joinable!(script_versions -> scripts (script_id));
diesel::joinable!(scripts -> categories (category_id));
diesel::joinable!(scripts -> users (owner_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(user_roles -> roles (role_id));

diesel::allow_tables_to_appear_in_same_query!(
    access_changes,
    access_epoch,
    api_keys,
    audit_logs,
    audit_seals,
    audit_unsealed,
    auth_providers,
    categories,
    idempotency_keys,
    jobs,
    one_time_tokens,
    permissions,
    provider_flows,
    provider_proofs,
    recovery_codes,
    role_permissions,
    roles,
    script_blobs,
    script_tags,
    script_versions,
    scripts,
    sessions,
    tags,
    totp_secrets,
    user_roles,
    users,
);
