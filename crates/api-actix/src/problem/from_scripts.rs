//! From what the use cases of scripts answer to what clients see.

use application::idempotency::KeyConflict;
use application::scripts::add_version::AddVersionError;
use application::scripts::amend::AmendError;
use application::scripts::delete::DeleteError;
use application::scripts::list::ListError;
use application::scripts::publish::PublishError;
use application::scripts::read::ReadError;
use application::scripts::read_versions::VersionError;
use application::scripts::restore::RestoreError;
use domain::violation::Violation;

use super::{Code, Problem};

impl From<KeyConflict> for Problem {
    fn from(conflict: KeyConflict) -> Self {
        match conflict {
            KeyConflict::OtherBody => Self::new(Code::IdempotencyKeyReused),
            KeyConflict::InProgress => Self::new(Code::RequestInProgress).retry_after(1),
        }
    }
}

fn unknown_category() -> Problem {
    Problem::field("category", &Violation::Unknown("the slug of a category"))
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Content(violation) => Self::field("content", &violation),
            PublishError::KeyRestricted => Self::new(Code::KeyRestricted)
                .detail("an API key that is kept to certain scripts publishes versions of them, and no new script"),
            PublishError::SlugTaken => Self::new(Code::SlugTaken),
            PublishError::UnknownCategory => unknown_category(),
            PublishError::AuthorGone => Self::new(Code::SessionEnded),
            PublishError::Key(conflict) => conflict.into(),
            PublishError::Outage(outage) => outage.into(),
        }
    }
}

impl From<AddVersionError> for Problem {
    fn from(error: AddVersionError) -> Self {
        match error {
            AddVersionError::NotFound => Self::new(Code::NotFound),
            AddVersionError::NotYours => Self::new(Code::NotYours),
            AddVersionError::Content(violation) => Self::field("content", &violation),
            AddVersionError::LabelTaken => Self::new(Code::LabelTaken),
            AddVersionError::Contended => Self::new(Code::Contended).retry_after(1),
            AddVersionError::Key(conflict) => conflict.into(),
            AddVersionError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotFound => Self::new(Code::NotFound),
            ReadError::Outage(outage) => outage.into(),
        }
    }
}

impl From<VersionError> for Problem {
    fn from(error: VersionError) -> Self {
        match error {
            VersionError::NotFound => Self::new(Code::NotFound),
            VersionError::Erased => Self::new(Code::ContentErased),
            VersionError::Outage(outage) => outage.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::UnknownPerson => Self::new(Code::NotFound),
            ListError::Outage(outage) => outage.into(),
        }
    }
}

impl From<AmendError> for Problem {
    fn from(error: AmendError) -> Self {
        match error {
            AmendError::NotFound => Self::new(Code::NotFound),
            AmendError::NotYours => Self::new(Code::NotYours),
            AmendError::Stale => Self::new(Code::PreconditionFailed),
            AmendError::SlugTaken => Self::new(Code::SlugTaken),
            AmendError::UnknownCategory => unknown_category(),
            AmendError::Outage(outage) => outage.into(),
        }
    }
}

impl From<DeleteError> for Problem {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Self::new(Code::NotFound),
            DeleteError::NotYours => Self::new(Code::NotYours),
            DeleteError::Stale => Self::new(Code::PreconditionFailed),
            DeleteError::Outage(outage) => outage.into(),
        }
    }
}

impl From<RestoreError> for Problem {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::NotFound => Self::new(Code::NotFound),
            RestoreError::Outage(outage) => outage.into(),
        }
    }
}
