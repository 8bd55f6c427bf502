//! From what the use cases of staff answer to what clients see.

use application::staff::act_on_account::ActError;
use application::staff::read_accounts::ReadAccountError;
use domain::violation::Violation;

use super::{Code, Problem};

impl From<ReadAccountError> for Problem {
    fn from(error: ReadAccountError) -> Self {
        match error {
            ReadAccountError::NotFound => Self::new(Code::NotFound),
            ReadAccountError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::new(Code::NotFound),
            ActError::OwnAccount => Self::new(Code::OwnAccount),
            ActError::EndsInThePast => {
                Self::field("until", &Violation::Malformed("a time to come"))
            }
            ActError::Above => Self::new(Code::StandsAboveYou),
            ActError::WrongState(status) => Self::new(Code::WrongState).detail(format!(
                "the account is {}, or it is too late",
                status.name()
            )),
            ActError::LastAdmin => Self::new(Code::LastAdmin),
            ActError::Outage(outage) => outage.into(),
        }
    }
}
