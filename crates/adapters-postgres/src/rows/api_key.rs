//! API keys as rows.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::access::key::{KeyReach, KeyScope, KeyScopes, KeyStanding};
use domain::account::api_key::{ApiKey, KeyIssue, KeyName};
use domain::id::{ApiKeyId, ScriptId, UserId};
use uuid::Uuid;

use super::session::StandingRow;
use crate::failure::Damage;
use crate::schema::api_keys;

/// A key to record.
#[derive(Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub(crate) struct NewKeyRow<'a> {
    id: Uuid,
    user_id: Uuid,
    name: &'a str,
    prefix: &'a str,
    digest: &'a [u8],
    scopes: Vec<&'static str>,
    script_ids: Option<Vec<Uuid>>,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a KeyIssue> for NewKeyRow<'a> {
    fn from(issue: &'a KeyIssue) -> Self {
        let key = &issue.key;
        Self {
            id: key.id.as_uuid(),
            user_id: issue.user.as_uuid(),
            name: key.name.as_str(),
            prefix: &key.prefix,
            digest: issue.digest.as_bytes(),
            scopes: key.reach.scopes().iter().map(KeyScope::name).collect(),
            script_ids: key.reach.scripts().map(uuids),
            expires_at: key.expires_at,
            created_at: key.created_at,
        }
    }
}

/// The ids of scripts as the database takes them.
pub(crate) fn uuids(scripts: &[ScriptId]) -> Vec<Uuid> {
    scripts.iter().map(|script| script.as_uuid()).collect()
}

/// How far a key reaches, and when it ends.
#[derive(QueryableByName)]
pub(crate) struct KeyRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    prefix: String,
    #[diesel(sql_type = Array<Text>)]
    scopes: Vec<String>,
    #[diesel(sql_type = Nullable<Array<diesel::sql_types::Uuid>>)]
    script_ids: Option<Vec<Uuid>>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_used_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// The columns of [`KeyRow`], of the key `k`.
macro_rules! key_columns {
    () => {
        "k.id, k.user_id, k.name, k.prefix, k.scopes, k.script_ids, k.expires_at, k.last_used_at, k.created_at"
    };
}
pub(crate) use key_columns;

impl KeyRow {
    pub(crate) fn into_key(self) -> Result<ApiKey, Damage> {
        Ok(ApiKey {
            id: ApiKeyId::new(self.id),
            name: KeyName::restore(self.name),
            prefix: self.prefix,
            reach: reach(&self.scopes, self.script_ids)?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
        })
    }
}

/// A scope that this release does not know is damage, not less reach: the list of scripts goes with the scopes it was made for.
fn reach(scopes: &[String], scripts: Option<Vec<Uuid>>) -> Result<KeyReach, Damage> {
    let damage = |name: &str| Damage::new("api_keys.scopes", name);
    let scopes: Result<Vec<_>, _> = scopes
        .iter()
        .map(|name| KeyScope::by_name(name).ok_or_else(|| damage(name)))
        .collect();
    let scopes = KeyScopes::collect(scopes?).map_err(|_none| damage("none"))?;
    let scripts = scripts.map(|ids| ids.into_iter().map(ScriptId::new).collect());
    Ok(KeyReach::restore(scopes, scripts))
}

/// A living key and what its person may do.
#[derive(QueryableByName)]
pub(crate) struct KeyStandingRow {
    #[diesel(embed)]
    key: KeyRow,
    #[diesel(embed)]
    person: StandingRow,
}

impl KeyStandingRow {
    pub(crate) fn into_standing(self) -> Result<KeyStanding, Damage> {
        let user = UserId::new(self.key.user_id);
        let key = self.key.into_key()?;
        Ok(KeyStanding {
            key: key.id,
            user,
            reach: key.reach,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            rights: self.person.into_rights()?,
        })
    }
}
