//! From what use cases answer to what clients see: exhaustive, so that a new error cannot be forgotten.

use application::access::authenticate::AuthenticateError;
use application::accounts::avatar::AvatarError;
use application::accounts::change_email::ChangeEmailError;
use application::accounts::change_password::ChangePasswordError;
use application::accounts::confirm_email_change::ConfirmEmailChangeError;
use application::accounts::delete::DeleteAccountError;
use application::accounts::export::ExportAccountError;
use application::accounts::lock_down::LockDownError;
use application::accounts::profile::ProfileError;
use application::accounts::register::RegisterError;
use application::accounts::reset_password::ResetPasswordError;
use application::accounts::restore::RestoreAccountError;
use application::accounts::verify_email::VerifyEmailError;
use application::api_keys::issue::IssueKeyError;
use application::api_keys::revoke::RevokeKeyError;
use application::second_factor::confirm::ConfirmError;
use application::second_factor::enrol::EnrolError;
use application::sessions::complete_sign_in::CompleteSignInError;
use application::sessions::reauthenticate::ReauthenticateError;
use application::sessions::refresh::RefreshError;
use application::sessions::revoke::RevokeError;
use application::sessions::sign_in::SignInError;
use domain::access::actor::{Barred, Denied, ProofTooOld, SessionRequired};
use domain::outage::Outage;
use domain::port::password_strength::WeakPassword;
use domain::violation::Violation;

use super::{Code, Problem};

/// Seconds after which a part of us is likely back.
pub(super) const RETRY_SECONDS: u32 = 2;

impl From<Outage> for Problem {
    fn from(outage: Outage) -> Self {
        let code = match &outage {
            Outage::Unavailable { .. } => Code::Unavailable,
            Outage::Overloaded(_) => Code::Overloaded,
            Outage::UnknownOutcome(_) => Code::UnknownOutcome,
            Outage::Inconsistent { .. } => Code::Internal,
        };
        let problem = Self::new(code).caused_by(outage);
        if code == Code::Internal {
            problem
        } else {
            problem.retry_after(RETRY_SECONDS)
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Missing(permission) => Self::new(Code::PermissionDenied)
                .detail(format!("you lack the permission {permission}")),
            Denied::OutOfScope(permission) => Self::new(Code::OutOfScope).detail(format!(
                "you hold the permission {permission}, and the scopes of your API key do not reach it"
            )),
            Denied::EmailNotVerified => Self::new(Code::EmailNotVerified)
                .detail("confirm your address by the mail we sent; ask for another at POST /api/auth/verify-email/resend"),
        }
    }
}

impl From<ProofTooOld> for Problem {
    fn from(_: ProofTooOld) -> Self {
        Self::new(Code::ReauthRequired)
            .detail("prove once more who you are at POST /api/auth/reauthenticate, and try again")
    }
}

impl From<SessionRequired> for Problem {
    fn from(_: SessionRequired) -> Self {
        Self::new(Code::SessionRequired).detail("sign in; an API key does not manage accounts")
    }
}

impl From<Barred> for Problem {
    fn from(barred: Barred) -> Self {
        Self::new(match barred {
            Barred::Suspended => Code::AccountSuspended,
            Barred::Deleted => Code::SessionEnded,
        })
    }
}

impl From<AuthenticateError> for Problem {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Invalid => Self::new(Code::AccessTokenInvalid),
            AuthenticateError::KeyInvalid => Self::new(Code::ApiKeyInvalid),
            AuthenticateError::SessionEnded => Self::new(Code::SessionEnded),
            AuthenticateError::Barred(barred) => barred.into(),
            AuthenticateError::Outage(outage) => outage.into(),
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Closed => Self::new(Code::RegistrationClosed),
            RegisterError::EmailTaken => Self::new(Code::EmailTaken),
            RegisterError::UsernameTaken => Self::new(Code::UsernameTaken),
            RegisterError::WeakPassword(weak) => weak_password("password", &weak),
            RegisterError::Outage(outage) => outage.into(),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            SignInError::Suspended => Self::new(Code::AccountSuspended),
            SignInError::Outage(outage) => outage.into(),
        }
    }
}

impl From<CompleteSignInError> for Problem {
    fn from(error: CompleteSignInError) -> Self {
        match error {
            CompleteSignInError::TokenInvalid => Self::new(Code::MfaTokenInvalid),
            CompleteSignInError::WrongCode => Self::new(Code::MfaCodeInvalid),
            CompleteSignInError::Suspended => Self::new(Code::AccountSuspended),
            CompleteSignInError::Outage(outage) => outage.into(),
        }
    }
}

impl From<EnrolError> for Problem {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::AlreadyEnabled => Self::new(Code::MfaAlreadyEnabled),
            EnrolError::AccountGone => Self::new(Code::SessionEnded),
            EnrolError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ConfirmError> for Problem {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::NothingPending => Self::new(Code::MfaNotPending),
            ConfirmError::WrongCode => Self::new(Code::WrongCode),
            ConfirmError::Outage(outage) => outage.into(),
        }
    }
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid => Self::new(Code::RefreshTokenInvalid),
            RefreshError::Reused => Self::new(Code::RefreshTokenReused).detail(
                "the refresh token was used before: the session has been ended, and its owner told",
            ),
            RefreshError::Expired => Self::new(Code::SessionExpired),
            RefreshError::Outage(outage) => outage.into(),
        }
    }
}

impl From<RevokeError> for Problem {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::NotFound => Self::new(Code::NotFound),
            RevokeError::Outage(outage) => outage.into(),
        }
    }
}

impl From<IssueKeyError> for Problem {
    fn from(error: IssueKeyError) -> Self {
        match error {
            IssueKeyError::NameTaken => Self::new(Code::NameTaken),
            IssueKeyError::TooMany => Self::new(Code::TooMany),
            IssueKeyError::UnknownScript => {
                Self::field("scripts", &Violation::Unknown("your own scripts"))
            }
            IssueKeyError::AccountGone => Self::new(Code::SessionEnded),
            IssueKeyError::Outage(outage) => outage.into(),
        }
    }
}

impl From<RevokeKeyError> for Problem {
    fn from(error: RevokeKeyError) -> Self {
        match error {
            RevokeKeyError::NotFound => Self::new(Code::NotFound),
            RevokeKeyError::Outage(outage) => outage.into(),
        }
    }
}

impl From<VerifyEmailError> for Problem {
    fn from(error: VerifyEmailError) -> Self {
        match error {
            VerifyEmailError::TokenInvalid => Self::new(Code::TokenInvalid),
            VerifyEmailError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ChangeEmailError> for Problem {
    fn from(error: ChangeEmailError) -> Self {
        match error {
            ChangeEmailError::WrongPassword => Self::new(Code::WrongPassword),
            ChangeEmailError::AccountGone => Self::new(Code::SessionEnded),
            ChangeEmailError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ConfirmEmailChangeError> for Problem {
    fn from(error: ConfirmEmailChangeError) -> Self {
        match error {
            ConfirmEmailChangeError::TokenInvalid => Self::new(Code::TokenInvalid),
            ConfirmEmailChangeError::EmailTaken => Self::new(Code::EmailTaken),
            ConfirmEmailChangeError::Outage(outage) => outage.into(),
        }
    }
}

impl From<LockDownError> for Problem {
    fn from(error: LockDownError) -> Self {
        match error {
            LockDownError::TokenInvalid => Self::new(Code::TokenInvalid),
            LockDownError::EmailTaken => Self::new(Code::EmailTaken),
            LockDownError::Outage(outage) => outage.into(),
        }
    }
}

fn weak_password(field: &str, weak: &WeakPassword) -> Problem {
    Problem::of_field(Code::WeakPassword, field, weak.to_string())
}

impl From<ResetPasswordError> for Problem {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::TokenInvalid => Self::new(Code::TokenInvalid),
            ResetPasswordError::WeakPassword(weak) => weak_password("password", &weak),
            ResetPasswordError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::WrongPassword => Self::new(Code::WrongPassword),
            ChangePasswordError::WeakPassword(weak) => weak_password("new_password", &weak),
            ChangePasswordError::AccountGone => Self::new(Code::SessionEnded),
            ChangePasswordError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ReauthenticateError> for Problem {
    fn from(error: ReauthenticateError) -> Self {
        match error {
            ReauthenticateError::WrongPassword => Self::new(Code::WrongPassword),
            ReauthenticateError::WrongCode => Self::new(Code::WrongCode),
            ReauthenticateError::SessionEnded => Self::new(Code::SessionEnded),
            ReauthenticateError::Outage(outage) => outage.into(),
        }
    }
}

impl From<DeleteAccountError> for Problem {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::AccountGone => Self::new(Code::SessionEnded),
            DeleteAccountError::LastAdmin => Self::new(Code::LastAdmin),
            DeleteAccountError::Outage(outage) => outage.into(),
        }
    }
}

impl From<RestoreAccountError> for Problem {
    fn from(error: RestoreAccountError) -> Self {
        match error {
            RestoreAccountError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            RestoreAccountError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ExportAccountError> for Problem {
    fn from(error: ExportAccountError) -> Self {
        match error {
            ExportAccountError::AccountGone => Self::new(Code::SessionEnded),
            ExportAccountError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ProfileError> for Problem {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotFound => Self::new(Code::NotFound),
            ProfileError::Stale => Self::new(Code::PreconditionFailed),
            ProfileError::Outage(outage) => outage.into(),
        }
    }
}

impl From<AvatarError> for Problem {
    fn from(error: AvatarError) -> Self {
        match error {
            AvatarError::Unfit(unfit) => Self::field("body", &unfit.violation()),
            AvatarError::AccountGone => Self::new(Code::SessionEnded),
            AvatarError::NotFound => Self::new(Code::NotFound),
            AvatarError::Outage(outage) => outage.into(),
        }
    }
}
