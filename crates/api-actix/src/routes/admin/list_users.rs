//! `GET /api/admin/users`

use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::access::permission::Permission;
use domain::access::proof::ReadUsers;
use domain::access::role::RoleName;
use domain::account::supervision::{SearchWords, UserFilter, UserListing};
use domain::account::user::AccountStatus;
use domain::page::Limit;
use domain::violation::Violation;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::cursor::{self, Listed, PageView};
use crate::extract::{Authorized, Query, checked, optional};
use crate::problem::Problem;
use crate::routes::users::view::UserView;
use crate::state::Api;

/// Which page of which accounts.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UsersQuery {
    /// An id, or three or more characters out of the username, the address or the display name.
    #[garde(custom(optional(SearchWords::parse)))]
    #[param(example = "ada")]
    q: Option<String>,
    /// `active`, `suspended` or `deleted`.
    #[garde(custom(optional(account_status)))]
    #[param(example = "active")]
    status: Option<String>,
    /// Only holders of this role.
    #[garde(custom(optional(RoleName::parse)))]
    #[param(example = "user")]
    role: Option<String>,
    /// 1 to 50, with `api.advanced` to 100.
    #[garde(skip)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// `next_cursor` or `prev_cursor` of another page of the same list.
    #[garde(length(bytes, max = 512))]
    cursor: Option<String>,
}

fn account_status(name: &str) -> Result<AccountStatus, Violation> {
    AccountStatus::by_name(name).ok_or(Violation::Unknown("active, suspended, deleted"))
}

/// Find accounts
///
/// Newest first, whatever their state.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.read"))),
    params(UsersQuery),
    responses((status = 200, description = "One page", body = PageView<UserView>))
)]
#[get("/api/admin/users")]
pub(super) async fn list_users(
    request: HttpRequest,
    Authorized(by): Authorized<ReadUsers>,
    Query(query): Query<UsersQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let words = query.q.as_deref().map(SearchWords::parse).transpose();
    let state = query.status.as_deref().map(account_status).transpose();
    let role = query.role.as_deref().map(RoleName::parse).transpose();
    let filter = UserFilter {
        words: checked("q", words)?,
        status: checked("status", state)?,
        role: checked("role", role)?,
    };
    let ceiling = if by.actor().permissions().contains(Permission::ApiAdvanced) {
        Limit::ADVANCED_CEILING
    } else {
        Limit::CEILING
    };
    let listed = Listed::new("users", &filter);
    let listing = UserListing {
        window: listed.window(query.cursor.as_deref(), &*api.seals)?,
        limit: cursor::limit(query.limit.as_deref(), ceiling)?,
        filter,
    };
    let page = api.read_accounts.list(&by.into(), &listing).await?;
    let view = listed.page(&page, &*api.seals, |account| UserView::from(account));
    let mut response = HttpResponse::Ok();
    if let Some(links) = view.links(&request) {
        response.insert_header(links);
    }
    Ok(response.json(view))
}
