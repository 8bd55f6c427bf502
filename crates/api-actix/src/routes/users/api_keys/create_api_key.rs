//! `POST /api/users/me/api-keys`

use actix_web::{HttpResponse, post, web};
use application::api_keys::issue::{IssuedKey, NewApiKey};
use domain::access::key::{KeyReach, KeyScope, KeyScopes, MAX_SCRIPTS_PER_KEY};
use domain::access::proof::CreateApiKeys;
use domain::account::api_key::{KeyLife, KeyName};
use domain::id::ScriptId;
use domain::violation::{Unit, Violation};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::ApiKeyView;
use crate::extract::{Body, FreshlyAuthorized, Valid, checked, each, rule};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// A key that you want.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "CreateApiKey")]
pub(super) struct CreateApiKeyBody {
    /// One line of 1 to 100 characters that no other living key of yours has.
    #[garde(custom(rule(KeyName::parse)))]
    #[schema(example = "CI of word-frequency")]
    name: String,
    /// `scripts:read`, and `scripts:write`, which includes reading; at least one.
    #[garde(custom(each(KeyScope::parse, some_scopes)))]
    #[schema(value_type = Vec<String>, required = true, example = json!(["scripts:write"]))]
    scopes: Option<Vec<String>>,
    /// Up to 50 of your scripts that the key is kept to. Left out, it reaches all that you reach.
    #[garde(custom(each(script_id, few_scripts)))]
    scripts: Option<Vec<String>>,
    /// 1 to 365; 90 when it is left out.
    #[garde(skip)]
    #[schema(example = 90, minimum = 1, maximum = 365)]
    expires_in_days: Option<u32>,
}

impl Body for CreateApiKeyBody {}

fn some_scopes(scopes: Vec<KeyScope>) -> Result<(), Violation> {
    KeyScopes::collect(scopes).map(drop)
}

fn script_id(text: &str) -> Result<ScriptId, Violation> {
    Uuid::try_parse(text)
        .map(ScriptId::new)
        .map_err(|_not_an_id| Violation::Malformed("the id of a script"))
}

/// A list that is left out restricts nothing, and comes here empty; that one which is given names something is looked at later.
fn few_scripts(scripts: Vec<ScriptId>) -> Result<(), Violation> {
    few(scripts).map(drop)
}

fn few(scripts: Vec<ScriptId>) -> Result<Vec<ScriptId>, Violation> {
    if scripts.len() > MAX_SCRIPTS_PER_KEY {
        return Err(Violation::TooLong {
            max: MAX_SCRIPTS_PER_KEY,
            unit: Unit::Items,
        });
    }
    Ok(scripts)
}

impl CreateApiKeyBody {
    fn into_command(self) -> Result<NewApiKey, Problem> {
        let names = self.scopes.unwrap_or_default();
        let scopes: Result<Vec<_>, _> = names.iter().map(|name| KeyScope::parse(name)).collect();
        let scopes = checked("scopes", scopes.and_then(KeyScopes::collect))?;
        let ids = |texts: Vec<String>| texts.iter().map(|id| script_id(id)).collect();
        let scripts: Option<Result<Vec<_>, _>> = self.scripts.map(ids);
        let scripts = checked("scripts", scripts.transpose())?;
        let life = self.expires_in_days.map(KeyLife::days).transpose();
        Ok(NewApiKey {
            name: checked("name", KeyName::parse(&self.name))?,
            reach: checked("scripts", KeyReach::new(scopes, scripts))?,
            life: checked("expires_in_days", life)?.unwrap_or_default(),
        })
    }
}

/// A new key, with the key itself.
#[derive(Serialize, ToSchema)]
#[schema(title = "CreatedApiKey")]
pub(super) struct CreatedApiKeyView {
    api_key: ApiKeyView,
    /// The key: send it as `Authorization: Bearer …`. It is shown here and never again.
    #[schema(example = "shk_Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6")]
    key: String,
}

impl From<&IssuedKey> for CreatedApiKeyView {
    fn from(issued: &IssuedKey) -> Self {
        Self {
            api_key: ApiKeyView::from(&issued.key),
            key: issued.text.expose().clone(),
        }
    }
}

/// Make an API key
///
/// For programs: it is accepted wherever its scopes, and your permissions, allow, and never where an account is managed. Asks for a
/// proof of who you are that is less than ten minutes old. A mail tells you of it.
///
/// There is no `Idempotency-Key` here, since the key would have to be stored with the answer: who repeats a request gets
/// `name_taken`, and ends the key that they have not seen.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("api_keys.create"))),
    request_body = CreateApiKeyBody,
    responses(
        (status = 201, description = "The key, this once", body = CreatedApiKeyView),
        (status = 403, description = "`reauth_required`, `session_required`, `permission_denied`, `email_not_verified`"),
        (status = 409, description = "`name_taken`, `too_many`"),
        (status = 422, description = "`validation_failed`"),
    )
)]
#[post("/api/users/me/api-keys")]
pub(super) async fn create_api_key(
    FreshlyAuthorized(by, fresh): FreshlyAuthorized<CreateApiKeys>,
    body: Valid<CreateApiKeyBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let command = body.into_inner().into_command()?;
    let issued = api.issue_api_key.run(&by, &fresh, command).await?;
    let location = format!("/api/users/me/api-keys/{}", issued.key.id);
    let answer = reply::created(location, None, &CreatedApiKeyView::from(&issued))?;
    Ok(reply::send(answer, false))
}
