//! `GET /api/users/me/security-events`

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, get, web};
use application::audit::read_timeline::{By, SecurityEvent};
use chrono::{DateTime, Utc};
use domain::id::SessionId;
use domain::page::Limit;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::cursor::{self, Listed, PageView};
use crate::extract::{Query, SignedIn};
use crate::problem::Problem;
use crate::state::Api;

/// Which page of the timeline.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// 1 to 50.
    #[garde(skip)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 50, example = 20)]
    limit: Option<String>,
    /// `next_cursor` or `prev_cursor` of another page.
    #[garde(length(bytes, max = 512))]
    cursor: Option<String>,
}

/// Something that happened to the security of your account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "SecurityEvent")]
pub(in crate::routes) struct SecurityEventView {
    /// Its id.
    id: Uuid,
    /// When it happened.
    at: DateTime<Utc>,
    /// What was done.
    #[schema(example = "session.sign_in")]
    action: String,
    /// `success`, `failure` or `denied`.
    #[schema(example = "success")]
    outcome: &'static str,
    /// Who acted: `you`, `somebody` who was not signed in, `staff`, or the `platform` itself.
    #[schema(example = "you")]
    by: &'static str,
    /// From which address, unless staff acted.
    #[schema(value_type = Option<String>)]
    ip: Option<IpAddr>,
    /// With which client, unless staff acted.
    user_agent: Option<String>,
    /// Through which of your sessions.
    session_id: Option<Uuid>,
}

impl From<&SecurityEvent> for SecurityEventView {
    fn from(event: &SecurityEvent) -> Self {
        Self {
            id: event.id.as_uuid(),
            at: event.at,
            action: event.action.clone(),
            outcome: event.outcome.name(),
            by: match event.by {
                By::You => "you",
                By::Somebody => "somebody",
                By::Staff => "staff",
                By::Platform => "platform",
            },
            ip: event.ip,
            user_agent: event.user_agent.clone(),
            session_id: event.session.map(SessionId::as_uuid),
        }
    }
}

/// See what happened to the security of your account
///
/// Sign-ins and tries, changes of password, second factor and address, what ended sessions, what staff did; newest first.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    params(EventsQuery),
    responses((status = 200, description = "One page", body = PageView<SecurityEventView>))
)]
#[get("/api/users/me/security-events")]
pub(super) async fn list_security_events(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    Query(query): Query<EventsQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let listed = Listed::new("security events", &actor.user());
    let window = listed.window(query.cursor.as_deref(), &*api.seals)?;
    let limit = cursor::limit(query.limit.as_deref(), Limit::CEILING)?;
    let page = api.read_timeline.run(&actor, window, limit).await?;
    let view = listed.page(&page, &*api.seals, |event| SecurityEventView::from(event));
    let mut response = HttpResponse::Ok();
    if let Some(links) = view.links(&request) {
        response.insert_header(links);
    }
    Ok(response.json(view))
}
