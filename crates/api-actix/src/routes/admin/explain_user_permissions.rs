//! `GET /api/admin/users/{id}/permissions`

use actix_web::{HttpResponse, get, web};
use application::access::read::Explained;
use chrono::{DateTime, Utc};
use domain::access::impact::{Explanation, Grant, Obstacle};
use domain::access::permission_name::PermissionName;
use domain::access::proof::ReadUsers;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::{Authorized, PathUser, Query, checked, optional};
use crate::problem::Problem;
use crate::state::Api;

/// What to explain.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExplainQuery {
    /// Only this one, also when the account does not hold it; without it everything that the account holds.
    #[garde(custom(optional(PermissionName::parse)))]
    #[param(example = "scripts.create")]
    permission: Option<String>,
}

/// A role that gives a permission, and where it comes from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Grant")]
pub(super) struct GrantView {
    /// The role.
    #[schema(example = "user")]
    role: String,
    /// Who granted it; `null` is the platform itself, or somebody who is gone.
    granted_by: Option<Uuid>,
    /// Their name.
    granted_by_username: Option<String>,
    /// When.
    granted_at: DateTime<Utc>,
}

impl From<&Grant> for GrantView {
    fn from(grant: &Grant) -> Self {
        Self {
            role: grant.role.to_string(),
            granted_by: grant.by.as_ref().map(|(id, _)| id.as_uuid()),
            granted_by_username: grant.by.as_ref().map(|(_, name)| name.as_str().to_owned()),
            granted_at: grant.at,
        }
    }
}

/// Why the account may do something, or why not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Explanation")]
pub(super) struct ExplanationView {
    /// What.
    #[schema(example = "scripts.create")]
    permission: String,
    /// Whether it may.
    allowed: bool,
    /// Why not: `unknown_permission`, `no_role`, `account_suspended`, `account_deleted` or `email_not_verified`.
    obstacle: Option<&'static str>,
    /// Its roles that give it.
    grants: Vec<GrantView>,
    /// Other roles that would give it.
    #[schema(example = json!(["admin"]))]
    other_roles: Vec<String>,
}

impl From<&Explanation> for ExplanationView {
    fn from(explanation: &Explanation) -> Self {
        let obstacle = explanation.obstacle.map(|obstacle| match obstacle {
            Obstacle::UnknownPermission => "unknown_permission",
            Obstacle::NoRole => "no_role",
            Obstacle::Suspended => "account_suspended",
            Obstacle::Deleted => "account_deleted",
            Obstacle::EmailNotVerified => "email_not_verified",
        });
        let others = explanation.other_roles.iter();
        Self {
            permission: explanation.permission.to_string(),
            allowed: obstacle.is_none(),
            obstacle,
            grants: explanation.grants.iter().map(GrantView::from).collect(),
            other_roles: others.map(ToString::to_string).collect(),
        }
    }
}

/// What an account may do, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Explanations")]
pub(super) struct ExplanationsView {
    /// The account.
    user_id: Uuid,
    /// Its name.
    #[schema(example = "ada")]
    username: String,
    /// `active`, `suspended` or `deleted`.
    #[schema(example = "active")]
    account_status: &'static str,
    /// Sorted by permission: one page.
    items: Vec<ExplanationView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

impl From<&Explained> for ExplanationsView {
    fn from(explained: &Explained) -> Self {
        let permissions = explained.permissions.iter();
        Self {
            user_id: explained.holdings.user.as_uuid(),
            username: explained.holdings.username.as_str().to_owned(),
            account_status: explained.holdings.status.name(),
            items: permissions.map(ExplanationView::from).collect(),
            next_cursor: None,
            prev_cursor: None,
        }
    }
}

/// Explain what an account may do
///
/// Which role gives it, who granted that and when; or why not, and which roles would give it.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.read"))),
    params(("id" = uuid::Uuid, Path, description = "The account"), ExplainQuery),
    responses((status = 200, description = "The explanation", body = ExplanationsView))
)]
#[get("/api/admin/users/{id}/permissions")]
pub(super) async fn explain_user_permissions(
    Authorized(by): Authorized<ReadUsers>,
    PathUser(user): PathUser,
    Query(query): Query<ExplainQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let permission = query.permission.as_deref().map(PermissionName::parse);
    let permission = checked("permission", permission.transpose())?;
    let explained = api
        .read_access
        .explain(&by.into(), user, permission)
        .await?;
    Ok(HttpResponse::Ok().json(ExplanationsView::from(&explained)))
}
