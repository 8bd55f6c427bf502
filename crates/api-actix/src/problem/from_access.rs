//! The same for roles, permissions and who holds them.

use application::access::edit::EditAccessError;
use application::access::read::ReadAccessError;
use domain::violation::Violation;

use super::{Code, Problem};

impl From<ReadAccessError> for Problem {
    fn from(error: ReadAccessError) -> Self {
        match error {
            ReadAccessError::NotFound => Self::new(Code::NotFound),
            ReadAccessError::Outage(outage) => outage.into(),
        }
    }
}

impl From<EditAccessError> for Problem {
    fn from(error: EditAccessError) -> Self {
        let told = error.to_string();
        match error {
            EditAccessError::NotFound => Self::new(Code::NotFound),
            EditAccessError::Stale => Self::new(Code::PreconditionFailed),
            EditAccessError::NameTaken => Self::new(Code::NameTaken),
            EditAccessError::TooMany => Self::new(Code::TooMany),
            EditAccessError::UnknownRoles(_) => {
                Self::field("roles", &Violation::Unknown("the roles that there are"))
            }
            EditAccessError::UnknownPermissions(_) => {
                let known = Violation::Unknown("the permissions that there are");
                Self::field("permissions", &known).detail(told)
            }
            EditAccessError::Above(_) => Self::new(Code::StandsAboveYou).detail(told),
            EditAccessError::Beyond(_) => Self::new(Code::BeyondYourPermissions).detail(told),
            EditAccessError::BuiltIn => Self::new(Code::BuiltIn),
            EditAccessError::InUse(_) => Self::new(Code::RoleInUse).detail(told),
            EditAccessError::LastAdmin => Self::new(Code::LastAdmin),
            EditAccessError::Outage(outage) => outage.into(),
        }
    }
}
