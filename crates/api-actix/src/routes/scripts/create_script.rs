//! `POST /api/scripts`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::idempotency::{Done, Keyed};
use application::scripts::publish::NewScript;
use domain::access::proof::CreateScripts;
use domain::idempotency::StoredReply;
use domain::script::content::MAX_BYTES_ADVANCED;
use domain::script::entity::ScriptDetail;
use domain::script::slug::Slug;
use domain::script::state::Visibility;
use domain::script::taxonomy::{CategorySlug, Language, Licence, Tag, Tags};
use domain::script::version::VersionLabel;
use domain::script::wording::{Changelog, Readme, Summary, Title};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ScriptView;
use crate::extract::{Authorized, Body, Valid, checked, each, optional, rule};
use crate::problem::{Code, Problem};
use crate::reply;
use crate::state::Api;

/// A script with its first version.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "CreateScript")]
pub(super) struct CreateScriptBody {
    /// One line of 1 to 120 characters.
    #[garde(custom(rule(Title::parse)))]
    #[schema(example = "Word frequency")]
    title: String,
    /// What it is written in.
    #[garde(custom(rule(Language::parse)))]
    #[schema(example = "lua")]
    language: String,
    /// The text of the first version: UTF-8, up to 1 MiB, with `api.advanced` 2 MiB.
    #[garde(skip)]
    #[schema(example = "print('hello')\n")]
    content: String,
    /// The last part of its readable address; made from the title when it is left out.
    #[garde(custom(optional(Slug::parse)))]
    #[schema(example = "word-frequency")]
    slug: Option<String>,
    /// One line of up to 300 characters.
    #[garde(custom(optional(Summary::parse)))]
    #[schema(example = "Counts the words of a text")]
    summary: Option<String>,
    /// Markdown of up to 50,000 bytes.
    #[garde(custom(optional(Readme::parse)))]
    readme: Option<String>,
    /// An SPDX expression, or the title of another licence.
    #[garde(custom(optional(Licence::parse)))]
    #[schema(example = "MIT")]
    licence: Option<String>,
    /// Up to five.
    #[garde(custom(each(Tag::parse, tag_list)))]
    #[schema(example = json!(["text", "statistics"]))]
    tags: Option<Vec<String>>,
    /// The slug of a category.
    #[garde(custom(optional(CategorySlug::parse)))]
    category: Option<String>,
    /// `public` (default), `unlisted`, `private` or `draft`.
    #[garde(custom(optional(Visibility::parse)))]
    #[schema(example = "public")]
    visibility: Option<String>,
    /// A name of the first version.
    #[garde(custom(optional(VersionLabel::parse)))]
    #[schema(example = "1.2.0")]
    label: Option<String>,
    /// What is new in it: Markdown of up to 10,000 bytes.
    #[garde(custom(optional(Changelog::parse)))]
    changelog: Option<String>,
}

impl Body for CreateScriptBody {
    /// The largest content with every second character escaped, and everything else.
    const MAX_BYTES: usize = 2 * MAX_BYTES_ADVANCED + 256 * 1024;
}

/// Whether tags make a good list of tags.
pub(super) fn tag_list(tags: Vec<Tag>) -> Result<(), domain::violation::Violation> {
    Tags::collect(tags).map(drop)
}

impl CreateScriptBody {
    fn into_command(self) -> Result<NewScript, Problem> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let tags = self.tags.unwrap_or_default();
        let tags: Result<Vec<_>, _> = tags.iter().map(|tag| Tag::parse(tag)).collect();
        let slug = self.slug.as_deref().map(Slug::parse).transpose();
        let licence = self.licence.as_deref().map(Licence::parse).transpose();
        let category = self.category.as_deref().map(CategorySlug::parse);
        let visibility = self.visibility.as_deref().map(Visibility::parse);
        let label = self.label.as_deref().map(VersionLabel::parse).transpose();
        Ok(NewScript {
            slug: checked("slug", slug)?,
            title: checked("title", Title::parse(&self.title))?,
            summary: checked("summary", Summary::parse(&text(&self.summary)))?,
            readme: checked("readme", Readme::parse(&text(&self.readme)))?,
            language: checked("language", Language::parse(&self.language))?,
            licence: checked("licence", licence)?,
            tags: checked("tags", tags.and_then(Tags::collect))?,
            category: checked("category", category.transpose())?,
            visibility: checked("visibility", visibility.transpose())?
                .unwrap_or(Visibility::Public),
            label: checked("label", label)?,
            changelog: checked("changelog", Changelog::parse(&text(&self.changelog)))?,
            content: self.content,
        })
    }
}

fn answer(detail: &ScriptDetail) -> Result<StoredReply, Problem> {
    let location = format!("/api/scripts/{}", detail.script.id);
    reply::created(
        location,
        Some(detail.script.revision),
        &ScriptView::from(detail),
    )
}

/// Publish a script
///
/// The first version comes with it. With an `Idempotency-Key` a repetition gets the stored answer and makes nothing new.
#[utoipa::path(
    tag = "scripts",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("scripts.create"))),
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this request for 24 hours")),
    request_body = CreateScriptBody,
    responses(
        (status = 201, description = "The script, with `Location` and `ETag`", body = ScriptView),
        (status = 403, description = "`key_restricted`"),
        (status = 409, description = "`slug_taken`, `request_in_progress`"),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`"),
    )
)]
#[post("/api/scripts")]
pub(super) async fn create_script(
    request: HttpRequest,
    Authorized(by): Authorized<CreateScripts>,
    body: Valid<CreateScriptBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (body, identity) = body.keyed(by.actor(), &request);
    let render =
        |detail: &ScriptDetail| answer(detail).unwrap_or_else(|problem| unwritable(&problem));
    let keyed = identity.map(|request| Keyed {
        request,
        render: &render,
    });
    match api
        .scripts
        .publish
        .run(by, body.into_command()?, keyed)
        .await?
    {
        Done::Now(detail) => {
            metrics::counter!("uploads_total", "kind" => "script").increment(1);
            Ok(reply::send(answer(&detail)?, false))
        }
        Done::Before(reply) => Ok(reply::send(reply, true)),
    }
}

/// Views are plain text and numbers, which JSON can always hold; should that ever change, the stored answer is a 500.
pub(super) fn unwritable(problem: &Problem) -> StoredReply {
    tracing::error!(%problem, "an answer could not be written as JSON");
    StoredReply {
        status: Code::Internal.status().as_u16(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}
