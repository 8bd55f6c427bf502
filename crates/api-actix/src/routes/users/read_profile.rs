//! `GET /api/users/{username}`

use actix_web::{HttpResponse, get, web};

use super::view::ProfileView;
use crate::extract::PathUsername;
use crate::problem::Problem;
use crate::state::Api;

/// See a person
#[utoipa::path(
    tag = "users",
    params(("username" = String, Path, description = "The person, without regard to case")),
    responses((status = 200, description = "What everybody may see of the person", body = ProfileView))
)]
#[get("/api/users/{username}")]
pub(super) async fn read_profile(
    PathUsername(username): PathUsername,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let profile = api.profiles.public(&username).await?;
    Ok(HttpResponse::Ok().json(ProfileView::from(&profile)))
}
