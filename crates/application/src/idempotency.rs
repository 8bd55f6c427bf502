//! Doing a keyed request once, however often it arrives.

use chrono::{DateTime, Utc};
use domain::idempotency::{
    IdempotencyConflict, IdempotencyRecord, RETENTION, RequestIdentity, StoredReply,
};
use domain::outage::Outage;
use domain::port::idempotent_replies::{IdempotentReplies, Repetition};

/// A keyed request and the way its answer is written down, which only the door it came through knows.
pub struct Keyed<'a, T> {
    /// Whose request this is.
    pub request: RequestIdentity,
    /// Renders the answer that goes into the transaction of the effect.
    pub render: &'a (dyn Fn(&T) -> StoredReply + Send + Sync),
}

/// What came of a request that may be a repetition.
#[derive(Debug, PartialEq, Eq)]
pub enum Done<T> {
    /// It was done now.
    Now(T),
    /// It was done before; this is the answer it was given.
    Before(StoredReply),
}

/// Why a keyed request was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyConflict {
    /// The key belongs to a request with another body.
    #[error("the idempotency key belongs to another request")]
    OtherBody,
    /// The same request is being worked on right now.
    #[error("the same request is still being worked on")]
    InProgress,
}

/// A conflict over a key, or an outage while looking.
#[derive(Debug)]
pub(crate) enum KeyError {
    Conflict(KeyConflict),
    Outage(Outage),
}

impl<T> Keyed<'_, T> {
    /// What the write stores beside its effect.
    pub(crate) fn record(&self, done: &T, now: DateTime<Utc>) -> IdempotencyRecord {
        IdempotencyRecord {
            request: self.request.clone(),
            reply: (self.render)(done),
            expires_at: now + RETENTION,
        }
    }

    /// The answer that the request was given before, if it was.
    pub(crate) async fn answered_before(
        &self,
        replies: &dyn IdempotentReplies,
    ) -> Result<Option<StoredReply>, KeyError> {
        match replies
            .find(&self.request)
            .await
            .map_err(KeyError::Outage)?
        {
            None => Ok(None),
            Some(Repetition::Same(reply)) => Ok(Some(reply)),
            Some(Repetition::OtherBody) => Err(KeyError::Conflict(KeyConflict::OtherBody)),
        }
    }

    /// What to answer when the store says that the request is, or was, done already.
    pub(crate) async fn repeated(
        &self,
        conflict: IdempotencyConflict,
        replies: &dyn IdempotentReplies,
    ) -> Result<StoredReply, KeyError> {
        match conflict {
            IdempotencyConflict::InProgress => Err(KeyError::Conflict(KeyConflict::InProgress)),
            // An answer that expires between the two looks is as good as one being written: the client comes again.
            IdempotencyConflict::AlreadyDone => self
                .answered_before(replies)
                .await?
                .ok_or(KeyError::Conflict(KeyConflict::InProgress)),
        }
    }
}
