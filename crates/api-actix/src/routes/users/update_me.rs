//! `PATCH /api/users/me`

use actix_web::{HttpRequest, HttpResponse, patch, web};
use domain::account::locale::Locale;
use domain::account::profile::{Biography, DisplayName, ProfilePatch};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::UserView;
use crate::extract::{Body, IfMatch, SignedIn, Valid, checked, nullable, optional, present};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// What changes; what is left out stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "UpdateMe")]
pub(super) struct UpdateMeBody {
    /// Another name in front of people, or `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[garde(custom(present(DisplayName::parse)))]
    #[schema(value_type = Option<String>, example = "Ada Lovelace")]
    display_name: Option<Option<String>>,
    /// Up to 2,000 bytes of Markdown.
    #[garde(custom(optional(Biography::parse)))]
    biography: Option<String>,
    /// The language of mails: `en` or `id`.
    #[garde(custom(optional(Locale::parse)))]
    #[schema(example = "id")]
    locale: Option<String>,
}

impl Body for UpdateMeBody {}

impl UpdateMeBody {
    fn into_patch(self) -> Result<ProfilePatch, Problem> {
        let display_name = self.display_name.map(|name| {
            let parsed = name.as_deref().map(DisplayName::parse).transpose();
            checked("display_name", parsed)
        });
        let biography = self.biography.as_deref().map(Biography::parse);
        let locale = self.locale.as_deref().map(Locale::parse);
        Ok(ProfilePatch {
            display_name: display_name.transpose()?,
            biography: checked("biography", biography.transpose())?,
            locale: checked("locale", locale.transpose())?,
        })
    }
}

/// Change your own account
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    params(("If-Match" = String, Header, description = "The `ETag` you have read")),
    request_body = UpdateMeBody,
    responses(
        (status = 200, description = "Your account as it is now, with `ETag`", body = UserView),
        (status = 412, description = "`precondition_failed`"),
        (status = 428, description = "`precondition_required`"),
    )
)]
#[patch("/api/users/me")]
pub(super) async fn update_me(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    IfMatch(expected): IfMatch,
    body: Valid<UpdateMeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let patch = body.into_inner().into_patch()?;
    let account = api.profiles.change(&actor, expected, patch).await?;
    reply::tagged(&request, account.user.revision, &UserView::from(&account))
}
