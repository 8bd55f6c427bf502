//! API keys as clients see them.

use chrono::{DateTime, Utc};
use domain::access::key::KeyScope;
use domain::account::api_key::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An API key. The key itself is shown when it is made, and never again.
#[derive(Serialize, ToSchema)]
#[schema(title = "ApiKey")]
pub(in crate::routes::users) struct ApiKeyView {
    /// Its id, which opens nothing.
    id: Uuid,
    /// What you call it.
    #[schema(example = "CI of word-frequency")]
    name: String,
    /// How the key begins.
    #[schema(example = "shk_Zm9vYmFy")]
    prefix: String,
    /// What it may be used for: `scripts:read`, `scripts:write`.
    #[schema(example = json!(["scripts:write"]))]
    scopes: Vec<&'static str>,
    /// The scripts that it is kept to; `null`: it reaches all that you reach.
    scripts: Option<Vec<Uuid>>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it ends.
    expires_at: DateTime<Utc>,
    /// When it was last used, within a minute.
    last_used_at: Option<DateTime<Utc>>,
}

impl From<&ApiKey> for ApiKeyView {
    fn from(key: &ApiKey) -> Self {
        let scripts = key.reach.scripts();
        Self {
            id: key.id.as_uuid(),
            name: key.name.as_str().to_owned(),
            prefix: key.prefix.clone(),
            scopes: key.reach.scopes().iter().map(KeyScope::name).collect(),
            scripts: scripts.map(|ids| ids.iter().map(|id| id.as_uuid()).collect()),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}
