//! `GET /api/users/me`

use actix_web::{HttpRequest, HttpResponse, get, web};

use super::view::UserView;
use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// See your own account
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Your account, with `ETag`", body = UserView),
        (status = 304, description = "You have it already"),
    )
)]
#[get("/api/users/me")]
pub(super) async fn read_me(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let account = api.profiles.own(&actor).await?;
    reply::tagged(&request, account.user.revision, &UserView::from(&account))
}
