//! `POST /api/scripts/{id}/versions`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::idempotency::{Done, Keyed};
use application::scripts::add_version::{Added, NewVersion};
use domain::access::proof::CreateScripts;
use domain::idempotency::StoredReply;
use domain::script::content::MAX_BYTES_ADVANCED;
use domain::script::version::{Version, VersionLabel};
use domain::script::wording::Changelog;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_script::unwritable;
use super::view::VersionView;
use crate::extract::{Authorized, Body, PathScript, Valid, checked, optional};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// A further version.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "CreateVersion")]
pub(super) struct CreateVersionBody {
    /// The text: UTF-8, up to 1 MiB, with `api.advanced` 2 MiB.
    #[garde(skip)]
    #[schema(example = "print('hello again')\n")]
    content: String,
    /// A name of the version, unique in its script.
    #[garde(custom(optional(VersionLabel::parse)))]
    #[schema(example = "1.3.0")]
    label: Option<String>,
    /// What is new: Markdown of up to 10,000 bytes.
    #[garde(custom(optional(Changelog::parse)))]
    changelog: Option<String>,
}

impl Body for CreateVersionBody {
    /// The largest content with every second character escaped, and everything else.
    const MAX_BYTES: usize = 2 * MAX_BYTES_ADVANCED + 64 * 1024;
}

impl CreateVersionBody {
    fn into_command(self) -> Result<NewVersion, Problem> {
        let label = self.label.as_deref().map(VersionLabel::parse).transpose();
        let changelog = self.changelog.as_deref().unwrap_or_default();
        Ok(NewVersion {
            label: checked("label", label)?,
            changelog: checked("changelog", Changelog::parse(changelog))?,
            content: self.content,
        })
    }
}

fn answer(version: &Version) -> Result<StoredReply, Problem> {
    let location = format!(
        "/api/scripts/{}/versions/{}",
        version.script,
        version.number.get()
    );
    reply::created(location, None, &VersionView::from(version))
}

/// Publish a further version
///
/// The same content as the newest version adds nothing and answers that version.
#[utoipa::path(
    tag = "scripts",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("scripts.create"))),
    params(
        ("id" = uuid::Uuid, Path, description = "The script"),
        ("Idempotency-Key" = Option<String>, Header, description = "Names this request for 24 hours"),
    ),
    request_body = CreateVersionBody,
    responses(
        (status = 200, description = "The newest version, which has this content already", body = VersionView),
        (status = 201, description = "The version, with `Location`", body = VersionView),
        (status = 403, description = "`permission_denied`, `email_not_verified`, `not_yours`"),
        (status = 409, description = "`label_taken`, `contended`, `request_in_progress`"),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`"),
    )
)]
#[post("/api/scripts/{id}/versions")]
pub(super) async fn create_version(
    request: HttpRequest,
    Authorized(by): Authorized<CreateScripts>,
    PathScript(script): PathScript,
    body: Valid<CreateVersionBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (body, identity) = body.keyed(by.actor(), &request);
    let render = |version: &Version| answer(version).unwrap_or_else(|problem| unwritable(&problem));
    let keyed = identity.map(|request| Keyed {
        request,
        render: &render,
    });
    match api
        .scripts
        .add_version
        .run(by, script, body.into_command()?, keyed)
        .await?
    {
        Done::Now(Added::New(version)) => {
            metrics::counter!("uploads_total", "kind" => "version").increment(1);
            Ok(reply::send(answer(&version)?, false))
        }
        Done::Now(Added::Unchanged(version)) => {
            Ok(HttpResponse::Ok().json(VersionView::from(&version)))
        }
        Done::Before(reply) => Ok(reply::send(reply, true)),
    }
}
