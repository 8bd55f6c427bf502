//! Sessions as rows.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Inet, Nullable, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::access::permission::PermissionSet;
use domain::access::standing::{AccessEpoch, Rights, Standing};
use domain::account::user::AccountStatus;
use domain::id::{SessionId, UserId};
use domain::session::rotation::{Generation, RotationState};
use domain::session::{AuthMethod, Device, Session, SessionSummary};
use ipnet::IpNet;
use uuid::Uuid;

use super::audit::network;
use crate::failure::Damage;
use crate::schema::sessions;

/// A session to record.
#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct NewSessionRow<'a> {
    id: Uuid,
    user_id: Uuid,
    generation: i64,
    rotated_at: DateTime<Utc>,
    auth_time: DateTime<Utc>,
    amr: Vec<&'static str>,
    ip: Option<IpNet>,
    user_agent: Option<&'a str>,
    device: Option<&'a str>,
    last_seen_at: DateTime<Utc>,
    idle_expires_at: DateTime<Utc>,
    absolute_expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a Session> for NewSessionRow<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            id: session.id.as_uuid(),
            user_id: session.user.as_uuid(),
            generation: session.rotation.generation.get(),
            rotated_at: session.rotation.rotated_at,
            auth_time: session.authenticated_at,
            amr: session.methods.iter().map(|method| method.name()).collect(),
            ip: session.ip.map(network),
            user_agent: session.user_agent.as_deref(),
            device: session.device.as_ref().map(Device::as_str),
            last_seen_at: session.last_seen_at,
            idle_expires_at: session.rotation.idle_expires_at,
            absolute_expires_at: session.rotation.absolute_expires_at,
            created_at: session.created_at,
        }
    }
}

/// Where the refresh token of a session stands, and what new tokens have to say.
#[derive(QueryableByName)]
pub(crate) struct RotationRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    auth_time: DateTime<Utc>,
    #[diesel(sql_type = Array<Text>)]
    amr: Vec<String>,
    #[diesel(sql_type = BigInt)]
    generation: i64,
    #[diesel(sql_type = Timestamptz)]
    rotated_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    used: bool,
    #[diesel(sql_type = Timestamptz)]
    idle_expires_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    absolute_expires_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    revoked: bool,
}

/// The columns of [`RotationRow`].
macro_rules! rotation_columns {
    () => {
        "user_id, auth_time, amr, generation, rotated_at, used_at IS NOT NULL AS used, \
         idle_expires_at, absolute_expires_at, revoked_at IS NOT NULL AS revoked"
    };
}
pub(crate) use rotation_columns;

/// The columns of [`StandingRow`], of the person `u`. The epoch is read in the snapshot of everything else, so it is never newer than
/// the answer.
macro_rules! standing_columns {
    () => {
        "u.account_status, u.email_verified_at IS NOT NULL AS email_verified, \
         ARRAY(SELECT DISTINCT p.name FROM user_roles ur \
               JOIN role_permissions rp ON rp.role_id = ur.role_id \
               JOIN permissions p ON p.id = rp.permission_id WHERE ur.user_id = u.id) AS permissions, \
         (SELECT value FROM access_epoch) AS epoch"
    };
}
pub(crate) use standing_columns;

impl RotationRow {
    pub(crate) const fn state(&self) -> RotationState {
        RotationState {
            generation: Generation::restore(self.generation),
            rotated_at: self.rotated_at,
            used: self.used,
            idle_expires_at: self.idle_expires_at,
            absolute_expires_at: self.absolute_expires_at,
            revoked: self.revoked,
        }
    }

    pub(crate) const fn user(&self) -> UserId {
        UserId::new(self.user_id)
    }

    pub(crate) const fn authenticated_at(&self) -> DateTime<Utc> {
        self.auth_time
    }

    pub(crate) fn methods(&self) -> Result<Vec<AuthMethod>, Damage> {
        let method = |name: &String| {
            AuthMethod::by_name(name).ok_or_else(|| Damage::new("sessions.amr", name.as_str()))
        };
        self.amr.iter().map(method).collect()
    }
}

/// A session in a list.
#[derive(QueryableByName)]
pub(crate) struct SummaryRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Inet>)]
    ip: Option<IpNet>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    device: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_seen_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    absolute_expires_at: DateTime<Utc>,
}

impl From<SummaryRow> for SessionSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: SessionId::new(row.id),
            ip: row.ip.map(|network| network.addr()),
            user_agent: row.user_agent,
            device: row.device.map(Device::restore),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.absolute_expires_at,
        }
    }
}

/// What the person of a living session or key may do.
#[derive(QueryableByName)]
pub(crate) struct StandingRow {
    #[diesel(sql_type = Text)]
    account_status: String,
    #[diesel(sql_type = Bool)]
    email_verified: bool,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
}

impl StandingRow {
    pub(crate) fn into_standing(
        self,
        session: SessionId,
        user: UserId,
    ) -> Result<Standing, Damage> {
        Ok(Standing {
            session,
            user,
            rights: self.into_rights()?,
        })
    }

    pub(crate) fn into_rights(self) -> Result<Rights, Damage> {
        let status = AccountStatus::by_name(&self.account_status)
            .ok_or_else(|| Damage::new("users.account_status", self.account_status.as_str()))?;
        let permissions = self.permissions.iter().map(String::as_str);
        Ok(Rights {
            status,
            email_verified: self.email_verified,
            permissions: PermissionSet::from_names(permissions),
            epoch: AccessEpoch(self.epoch),
        })
    }
}
