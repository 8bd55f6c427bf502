//! `POST /api/auth/exchange`

use actix_web::{HttpResponse, post, web};
use application::providers::exchange::{Gain, LinkDue};
use domain::account::identity::ProviderName;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::delivery::{TokenDelivery, deliver};
use super::view::{LoginView, SignedInView, admit};
use crate::extract::{Body, RequestOrigin, Valid, optional};
use crate::problem::Problem;
use crate::state::Api;

/// What somebody came back from a provider with.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ExchangeCode")]
pub(super) struct ExchangeBody {
    /// The code in the fragment of `/auth/callback`.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    code: String,
    /// Where the refresh token goes: `body`, or `cookie`, which no script of a page can read.
    #[garde(custom(optional(TokenDelivery::parse)))]
    #[schema(example = "body")]
    token_delivery: Option<String>,
}

impl Body for ExchangeBody {}

/// An account has the same address, and its owner has to say that the two are one person.
#[derive(Serialize, ToSchema)]
#[schema(title = "LinkRequired")]
pub(super) struct LinkRequiredView {
    /// Always `true`.
    #[schema(example = true)]
    link_required: bool,
    /// What `POST /api/auth/link/confirm` takes, for ten minutes.
    #[schema(example = "sho_…")]
    link_token: String,
    /// The provider that will be linked.
    #[schema(example = "google")]
    provider: String,
    /// The ways to sign in that the account has: `password`, which confirms the link, and providers, through which one can
    /// sign in and then link this one.
    #[schema(example = json!(["password"]))]
    methods: Vec<String>,
}

/// What a code is exchanged for.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(title = "Exchanged")]
pub(super) enum ExchangedView {
    /// Signed in, or the second factor is due.
    LoggedIn(LoginView),
    /// The link has to be confirmed.
    LinkRequired(LinkRequiredView),
}

impl LinkRequiredView {
    fn of(due: &LinkDue, provider: &ProviderName) -> Self {
        Self {
            link_required: true,
            link_token: due.token.expose().clone(),
            provider: provider.as_str().to_owned(),
            methods: methods(due),
        }
    }
}

fn methods(due: &LinkDue) -> Vec<String> {
    let password = due.ways.password_since.map(|_| "password".to_owned());
    let identities = due.ways.identities.iter();
    let providers = identities.map(|identity| identity.provider.as_str().to_owned());
    password.into_iter().chain(providers).collect()
}

/// Exchange the code of a provider's sign-in for tokens
///
/// The code is good for a minute and works once. The answer is that of a sign-in, second factor included; of a fresh proof, tokens
/// of the same session; or, where an account has the same address, the demand to confirm that it is the same person's.
#[utoipa::path(
    tag = "auth",
    request_body = ExchangeBody,
    responses(
        (status = 200, description = "The account and tokens, the demand for a second factor, or the demand to confirm a link", body = ExchangedView),
        (status = 400, description = "`code_invalid`"),
        (status = 401, description = "`session_ended`: the session that asked for a fresh proof is over"),
        (status = 403, description = "`sign_in_refused`"),
    )
)]
#[post("/api/auth/exchange")]
pub(super) async fn exchange_code(
    RequestOrigin(origin): RequestOrigin,
    body: Valid<ExchangeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let delivery = TokenDelivery::asked(body.token_delivery.as_deref())?;
    let exchanged = api.exchange_code.run(body.code.trim(), &origin).await?;
    if matches!(exchanged.gain, Gain::Admission(_)) {
        let provider = exchanged.provider.as_str().to_owned();
        metrics::counter!("provider_sign_ins_total", "provider" => provider).increment(1);
    }
    let (answer, now) = (HttpResponse::Ok(), api.clock.now());
    Ok(match &exchanged.gain {
        Gain::Admission(admission) => admit(admission, delivery, now),
        Gain::Reauthenticated(signed_in) => {
            deliver(answer, delivery, &signed_in.tokens, now, |token| {
                let view = SignedInView::with(signed_in, token);
                ExchangedView::LoggedIn(LoginView::SignedIn(Box::new(view)))
            })
        }
        Gain::LinkDue(due) => {
            let view = LinkRequiredView::of(due, &exchanged.provider);
            HttpResponse::Ok().json(ExchangedView::LinkRequired(view))
        }
    })
}
