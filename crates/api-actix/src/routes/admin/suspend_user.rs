//! `POST /api/admin/users/{id}/suspend`

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use domain::access::proof::SuspendUsers;
use domain::account::supervision::{Suspension, SuspensionReason};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Authorized, Body, PathUser, Valid, checked, rule};
use crate::problem::Problem;
use crate::state::Api;

/// Why, and for how long.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Suspend")]
pub(super) struct SuspendBody {
    /// One line of 1 to 500 characters.
    #[garde(custom(rule(SuspensionReason::parse)))]
    #[schema(example = "spam")]
    reason: String,
    /// When the suspension ends by itself; without it staff has to lift it.
    #[garde(skip)]
    #[schema(example = "2099-01-01T00:00:00Z")]
    until: Option<DateTime<Utc>>,
}

impl Body for SuspendBody {}

/// Suspend an account
///
/// Its sessions end, its mailed tokens stop working, and its person is told by mail. Once more on a suspended account changes
/// reason and end.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.suspend"))),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    request_body = SuspendBody,
    responses(
        (status = 204, description = "The account is suspended on every node"),
        (status = 403, description = "`permission_denied`; `stands_above_you`: the account holds permissions that you do not hold"),
        (status = 409, description = "`wrong_state`: it is deleted; `own_account`; `last_admin`"),
    )
)]
#[post("/api/admin/users/{id}/suspend")]
pub(super) async fn suspend_user(
    Authorized(by): Authorized<SuspendUsers>,
    PathUser(user): PathUser,
    body: Valid<SuspendBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let suspension = Suspension {
        reason: checked("reason", SuspensionReason::parse(&body.reason))?,
        until: body.until,
    };
    api.act_on_account
        .suspend(&by.into(), user, suspension)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
