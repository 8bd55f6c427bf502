//! `POST /api/auth/register`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::accounts::register::{RegisterUser, Registered};
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::password::NewPassword;
use domain::account::profile::DisplayName;
use domain::account::username::Username;
use domain::audit::Origin;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::{TokenDelivery, deliver};
use super::view::SignedInView;
use crate::extract::{Body, RequestOrigin, Valid, checked, optional, rule};
use crate::problem::Problem;
use crate::state::Api;

/// Somebody who wants to join.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Register")]
pub(super) struct RegisterBody {
    /// An address that can get mail; unique without regard to case.
    #[garde(custom(rule(Email::parse)))]
    #[schema(example = "ada@example.org")]
    email: String,
    /// 3 to 32 letters of one script, digits, `_` and `-`; unique without regard to case.
    #[garde(custom(rule(Username::parse)))]
    #[schema(example = "ada")]
    username: String,
    /// 8 to 71 bytes.
    #[garde(custom(rule(NewPassword::parse)))]
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
    /// A name in front of people, when it is another one.
    #[garde(custom(optional(DisplayName::parse)))]
    #[schema(example = "Ada Lovelace")]
    display_name: Option<String>,
    /// The language of mails: `en` or `id`.
    #[garde(custom(optional(Locale::parse)))]
    #[schema(example = "en")]
    locale: Option<String>,
    /// Where the refresh token goes: `body`, or `cookie`, which no script of a page can read.
    #[garde(custom(optional(TokenDelivery::parse)))]
    #[schema(example = "body")]
    token_delivery: Option<String>,
}

impl Body for RegisterBody {}

impl RegisterBody {
    fn into_command(self, origin: Origin) -> Result<RegisterUser, Problem> {
        let display_name = self.display_name.as_deref().map(DisplayName::parse);
        let locale = self.locale.as_deref().map(Locale::parse);
        Ok(RegisterUser {
            email: checked("email", Email::parse(&self.email))?,
            username: checked("username", Username::parse(&self.username))?,
            password: checked("password", NewPassword::parse(&self.password))?,
            display_name: checked("display_name", display_name.transpose())?,
            locale: checked("locale", locale.transpose())?.unwrap_or_default(),
            origin,
        })
    }
}

/// Join with e-mail and password
///
/// Makes the account, signs its person in, and mails a token that confirms the address. Until then the account may read
/// and manage itself, and nothing else.
#[utoipa::path(
    tag = "auth",
    request_body = RegisterBody,
    responses(
        (status = 201, description = "The account, and its first tokens", body = SignedInView),
        (status = 202, description = "With `REGISTRATION=confirm_first`, for new and taken addresses alike: a mail says the rest"),
        (status = 403, description = "`registration_closed`"),
        (status = 409, description = "`email_taken` (never with `confirm_first`), `username_taken`"),
    )
)]
#[post("/api/auth/register")]
pub(super) async fn register_user(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<RegisterBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let delivery = TokenDelivery::asked(body.token_delivery.as_deref())?;
    api.limits
        .credentials(&request, origin.ip, &body.email)
        .await?;
    let registered = api.register.run(body.into_command(origin)?).await?;
    let Registered::SignedIn(signed_in) = registered else {
        return Ok(HttpResponse::Accepted().finish());
    };
    metrics::counter!("registrations_total").increment(1);
    let username = &signed_in.account.user.username;
    let mut answer = HttpResponse::Created();
    answer.insert_header(("Location", format!("/api/users/{username}")));
    let now = api.clock.now();
    Ok(deliver(answer, delivery, &signed_in.tokens, now, |token| {
        SignedInView::with(&signed_in, token)
    }))
}
