//! `POST /api/users/me/mfa/totp`

use actix_web::{HttpResponse, post, web};
use domain::port::one_time_passwords::EnrolmentSheet;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Fresh;
use crate::problem::Problem;
use crate::state::Api;

/// A secret for an authenticator; shown once.
#[derive(Serialize, ToSchema)]
#[schema(title = "TotpEnrolment")]
pub(super) struct TotpEnrolmentView {
    /// The secret in base32, for typing.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same for an authenticator on this device.
    #[schema(example = "otpauth://totp/ScriptHub:ada?secret=…&issuer=ScriptHub")]
    otpauth_uri: String,
    /// The URI as a QR code, in SVG.
    #[schema(example = "<svg …")]
    qr_svg: String,
}

impl From<EnrolmentSheet> for TotpEnrolmentView {
    fn from(sheet: EnrolmentSheet) -> Self {
        Self {
            secret: sheet.secret.expose().clone(),
            otpauth_uri: sheet.uri.expose().clone(),
            qr_svg: sheet.qr_svg.expose().clone(),
        }
    }
}

/// Set up a second factor
///
/// Answers a secret for an authenticator (RFC 6238: SHA-1, 6 digits, 30 s). It is in force once a code of it was confirmed; until
/// then another call replaces it. Asks for a proof of who you are that is less than ten minutes old.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The secret, in three forms", body = TotpEnrolmentView),
        (status = 403, description = "`reauth_required`, `account_suspended`"),
        (status = 409, description = "`mfa_already_enabled`"),
    )
)]
#[post("/api/users/me/mfa/totp")]
pub(super) async fn enrol_totp(
    Fresh(by): Fresh,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let sheet = api.enrol_second_factor.run(&by).await?;
    Ok(HttpResponse::Ok().json(TotpEnrolmentView::from(sheet)))
}
