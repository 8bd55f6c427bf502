//! How tokens and sessions look in JSON.

use actix_web::HttpResponse;
use application::sessions::sign_in::{Admission, SignedIn};
use chrono::{DateTime, Utc};
use domain::id::SessionId;
use domain::session::SessionSummary;
use domain::session::token::TokenPair;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::delivery::{TokenDelivery, deliver};
use crate::routes::users::view::UserView;

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(title = "Token")]
pub struct TokenView {
    /// Proves who you are, for some minutes (JWT, RFC 9068).
    pub access_token: String,
    /// How to send it: `Authorization: Bearer …`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// Gets the next pair; used once. Left out where it went into a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token ends, unless it is used.
    #[schema(example = 2_592_000)]
    pub refresh_expires_in: i64,
}

impl TokenView {
    /// The pair as seen at `now`.
    #[must_use]
    pub fn at(pair: &TokenPair, now: DateTime<Utc>) -> Self {
        Self {
            access_token: pair.access.expose().clone(),
            token_type: "Bearer",
            expires_in: seconds_until(pair.access_expires_at, now),
            refresh_token: Some(pair.refresh.expose().clone()),
            refresh_expires_in: seconds_until(pair.refresh_expires_at, now),
        }
    }
}

/// Whole seconds, rounded, since some milliseconds have passed since the token was made.
fn seconds_until(end: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    ((end - now).num_milliseconds() + 500)
        .div_euclid(1000)
        .max(0)
}

/// Somebody is signed in.
#[derive(Serialize, ToSchema)]
#[schema(title = "SignedIn")]
pub struct SignedInView {
    /// Their account.
    pub user: UserView,
    /// Their tokens.
    pub token: TokenView,
}

impl SignedInView {
    /// The sign-in with what is told of its tokens.
    #[must_use]
    pub fn with(signed_in: &SignedIn, token: TokenView) -> Self {
        Self {
            user: UserView::from(&signed_in.account),
            token,
        }
    }
}

/// The password was right, and a code of the second factor is due.
#[derive(Serialize, ToSchema)]
#[schema(title = "MfaRequired")]
pub struct MfaRequiredView {
    /// Always `true`.
    #[schema(example = true)]
    pub mfa_required: bool,
    /// What `POST /api/auth/mfa` takes, for five minutes and five tries.
    #[schema(example = "sho_…")]
    pub mfa_token: String,
    /// What counts as a code.
    #[schema(example = json!(["totp", "recovery_code"]))]
    pub methods: Vec<&'static str>,
}

/// Somebody is signed in, or half of it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(title = "LoggedIn")]
pub enum LoginView {
    /// Signed in.
    SignedIn(Box<SignedInView>),
    /// The second factor is due.
    MfaRequired(MfaRequiredView),
}

/// Answers a sign-in: with its tokens, or with the token to go on with.
pub(super) fn admit(admission: &Admission, how: TokenDelivery, now: DateTime<Utc>) -> HttpResponse {
    match admission {
        Admission::SignedIn(signed_in) => {
            deliver(HttpResponse::Ok(), how, &signed_in.tokens, now, |token| {
                LoginView::SignedIn(Box::new(SignedInView::with(signed_in, token)))
            })
        }
        Admission::SecondFactorDue(token) => {
            HttpResponse::Ok().json(LoginView::MfaRequired(MfaRequiredView {
                mfa_required: true,
                mfa_token: token.expose().clone(),
                methods: vec!["totp", "recovery_code"],
            }))
        }
    }
}

/// A signed-in device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Session")]
pub struct SessionView {
    /// Its public id.
    pub id: Uuid,
    /// What it signed in with; the `User-Agent` where that says nothing that is known.
    #[schema(example = "Firefox, Linux")]
    pub device: Option<String>,
    /// Where it signed in from.
    pub ip: Option<String>,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last heard of.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl SessionView {
    /// A session as the session `asking` sees it.
    #[must_use]
    pub fn of(summary: &SessionSummary, asking: SessionId) -> Self {
        Self {
            id: summary.id.as_uuid(),
            device: match &summary.device {
                Some(device) => Some(device.as_str().to_owned()),
                None => summary.user_agent.clone(),
            },
            ip: summary.ip.map(|ip| ip.to_string()),
            created_at: summary.created_at,
            last_seen_at: summary.last_seen_at,
            expires_at: summary.expires_at,
            current: summary.id == asking,
        }
    }
}
