//! How accounts look to staff.

use chrono::{DateTime, Utc};
use domain::account::supervision::{Dossier, HeldRole, Suspension};
use domain::account::user::UserWithRoles;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::users::view::UserView;

/// A suspension.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Suspension")]
pub(super) struct SuspensionView {
    /// Why.
    #[schema(example = "spam")]
    reason: String,
    /// When it ends by itself; `null`: when staff lifts it.
    until: Option<DateTime<Utc>>,
}

impl From<&Suspension> for SuspensionView {
    fn from(suspension: &Suspension) -> Self {
        Self {
            reason: suspension.reason.as_str().to_owned(),
            until: suspension.until,
        }
    }
}

/// A role that an account holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "HeldRole")]
pub(super) struct HeldRoleView {
    /// The role.
    #[schema(example = "moderator")]
    role: String,
    /// Who granted it; `null` is the platform itself, or somebody who is gone.
    granted_by: Option<Uuid>,
    /// When.
    granted_at: DateTime<Utc>,
}

impl From<&HeldRole> for HeldRoleView {
    fn from(held: &HeldRole) -> Self {
        Self {
            role: held.role.as_str().to_owned(),
            granted_by: held.granted_by.map(domain::id::UserId::as_uuid),
            granted_at: held.granted_at,
        }
    }
}

/// Everything about an account that staff may see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Dossier")]
pub(super) struct DossierView {
    /// The account.
    user: UserView,
    /// Its roles, sorted by name, and where they come from.
    grants: Vec<HeldRoleView>,
    /// Its suspension, also while it is deleted.
    suspension: Option<SuspensionView>,
    /// When it was deleted.
    deleted_at: Option<DateTime<Utc>>,
    /// How many sessions are alive.
    live_sessions: u64,
    /// When any session was last heard of.
    last_seen_at: Option<DateTime<Utc>>,
    /// How many scripts it owns, whatever their state.
    scripts: u64,
    /// The ways to sign in that it has.
    #[schema(example = json!(["email"]))]
    providers: Vec<String>,
    /// Whether a second factor is in force.
    second_factor: bool,
}

impl From<&Dossier> for DossierView {
    fn from(dossier: &Dossier) -> Self {
        let account = UserWithRoles {
            user: dossier.user.clone(),
            roles: dossier.roles.iter().map(|held| held.role.clone()).collect(),
        };
        Self {
            user: UserView::from(&account),
            grants: dossier.roles.iter().map(HeldRoleView::from).collect(),
            suspension: dossier.suspension.as_ref().map(SuspensionView::from),
            deleted_at: dossier.deleted_at,
            live_sessions: dossier.live_sessions,
            last_seen_at: dossier.last_seen_at,
            scripts: dossier.scripts,
            providers: dossier.providers.clone(),
            second_factor: dossier.has_second_factor,
        }
    }
}
