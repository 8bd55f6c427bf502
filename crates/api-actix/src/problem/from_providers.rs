//! From what signing in through providers answers to what clients see.

use application::providers::begin::BeginFlowError;
use application::providers::confirm_link::ConfirmLinkError;
use application::providers::exchange::ExchangeError;
use application::providers::unlink::UnlinkError;

use super::from_domain::RETRY_SECONDS;
use super::{Code, Problem};

impl From<BeginFlowError> for Problem {
    fn from(error: BeginFlowError) -> Self {
        match error {
            BeginFlowError::UnknownProvider => Self::new(Code::NotFound),
            BeginFlowError::ProviderUnavailable(cause) => Self::new(Code::ProviderUnavailable)
                .retry_after(RETRY_SECONDS)
                .caused_by(cause),
            BeginFlowError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ExchangeError> for Problem {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::CodeInvalid => Self::new(Code::CodeInvalid),
            ExchangeError::Refused => Self::new(Code::SignInRefused),
            ExchangeError::SessionEnded => Self::new(Code::SessionEnded),
            ExchangeError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ConfirmLinkError> for Problem {
    fn from(error: ConfirmLinkError) -> Self {
        match error {
            ConfirmLinkError::TokenInvalid => Self::new(Code::TokenInvalid)
                .detail("the token is not valid, or no longer: go to the provider again"),
            ConfirmLinkError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            ConfirmLinkError::Suspended => Self::new(Code::AccountSuspended),
            ConfirmLinkError::IdentityTaken => Self::new(Code::IdentityTaken),
            ConfirmLinkError::ProviderTaken => Self::new(Code::ProviderTaken),
            ConfirmLinkError::Outage(outage) => outage.into(),
        }
    }
}

impl From<UnlinkError> for Problem {
    fn from(error: UnlinkError) -> Self {
        match error {
            UnlinkError::NotLinked => Self::new(Code::NotFound),
            UnlinkError::LastWay => Self::new(Code::LastSignInWay)
                .detail("set a password or link another provider first"),
            UnlinkError::Outage(outage) => outage.into(),
        }
    }
}
