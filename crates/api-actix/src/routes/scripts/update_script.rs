//! `PATCH /api/scripts/{id}`

use actix_web::{HttpRequest, HttpResponse, patch, web};
use domain::access::proof::UpdateScripts;
use domain::script::publication::ScriptPatch;
use domain::script::slug::Slug;
use domain::script::state::Visibility;
use domain::script::taxonomy::{CategorySlug, Language, Licence, Tag, Tags};
use domain::script::wording::{Readme, Summary, Title};
use domain::violation::Violation;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_script::tag_list;
use super::view::ScriptView;
use crate::extract::{
    Authorized, Body, IfMatch, PathScript, Valid, checked, each, nullable, optional, present,
};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// What changes; what is left out stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "UpdateScript")]
pub(super) struct UpdateScriptBody {
    /// Another slug.
    #[garde(custom(optional(Slug::parse)))]
    slug: Option<String>,
    /// Another title.
    #[garde(custom(optional(Title::parse)))]
    title: Option<String>,
    /// Another line about it.
    #[garde(custom(optional(Summary::parse)))]
    summary: Option<String>,
    /// Another description.
    #[garde(custom(optional(Readme::parse)))]
    readme: Option<String>,
    /// Another language.
    #[garde(custom(optional(Language::parse)))]
    language: Option<String>,
    /// Another licence, or `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[garde(custom(present(Licence::parse)))]
    #[schema(value_type = Option<String>)]
    licence: Option<Option<String>>,
    /// Other tags.
    #[garde(custom(each(Tag::parse, tag_list)))]
    tags: Option<Vec<String>>,
    /// Another category, or `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[garde(custom(present(CategorySlug::parse)))]
    #[schema(value_type = Option<String>)]
    category: Option<Option<String>>,
    /// Another visibility.
    #[garde(custom(optional(Visibility::parse)))]
    #[schema(example = "private")]
    visibility: Option<String>,
}

impl Body for UpdateScriptBody {
    const MAX_BYTES: usize = 256 * 1024;
}

impl UpdateScriptBody {
    fn into_patch(self) -> Result<ScriptPatch, Problem> {
        let tags = self.tags.map(|tags| {
            let tags: Result<Vec<_>, _> = tags.iter().map(|tag| Tag::parse(tag)).collect();
            tags.and_then(Tags::collect)
        });
        Ok(ScriptPatch {
            slug: field("slug", self.slug.as_deref(), Slug::parse)?,
            title: field("title", self.title.as_deref(), Title::parse)?,
            summary: field("summary", self.summary.as_deref(), Summary::parse)?,
            readme: field("readme", self.readme.as_deref(), Readme::parse)?,
            language: field("language", self.language.as_deref(), Language::parse)?,
            licence: clearable("licence", self.licence, Licence::parse)?,
            tags: checked("tags", tags.transpose())?,
            category: clearable("category", self.category, CategorySlug::parse)?,
            visibility: field("visibility", self.visibility.as_deref(), Visibility::parse)?,
        })
    }
}

fn field<T>(
    name: &str,
    value: Option<&str>,
    parse: fn(&str) -> Result<T, Violation>,
) -> Result<Option<T>, Problem> {
    checked(name, value.map(parse).transpose())
}

fn clearable<T>(
    name: &str,
    value: Option<Option<String>>,
    parse: fn(&str) -> Result<T, Violation>,
) -> Result<Option<Option<T>>, Problem> {
    value
        .map(|value| field(name, value.as_deref(), parse))
        .transpose()
}

/// Change what describes a script
///
/// Your own, or any with `scripts.update_any`. Its content changes by publishing a further version.
#[utoipa::path(
    tag = "scripts",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("scripts.update"))),
    params(
        ("id" = uuid::Uuid, Path, description = "The script"),
        ("If-Match" = String, Header, description = "The `ETag` you have read"),
    ),
    request_body = UpdateScriptBody,
    responses(
        (status = 200, description = "The script as it is now, with `ETag`", body = ScriptView),
        (status = 403, description = "`permission_denied`, `email_not_verified`, `not_yours`"),
        (status = 409, description = "`slug_taken`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 428, description = "`precondition_required`"),
    )
)]
#[patch("/api/scripts/{id}")]
pub(super) async fn update_script(
    request: HttpRequest,
    Authorized(by): Authorized<UpdateScripts>,
    PathScript(id): PathScript,
    IfMatch(expected): IfMatch,
    body: Valid<UpdateScriptBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let patch = body.into_inner().into_patch()?;
    let detail = api.scripts.amend.run(by, id, expected, patch).await?;
    reply::tagged(&request, detail.script.revision, &ScriptView::from(&detail))
}
