//! Identifiers, one type each, so that none can stand in for another.

use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name such a thing.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for storage and for the wire.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A person's account (UUID v4: public and unguessable).
    UserId;
    /// One signed-in device (UUID v4).
    SessionId;
    /// A one-time token (UUID v4); the token itself is derived from it and stored nowhere.
    TokenId;
    /// An API key (UUID v4); it names the key and opens nothing.
    ApiKeyId;
    /// A script (UUID v4).
    ScriptId;
    /// An avatar (UUID v4): each upload gets a name of its own, which is never used again.
    AvatarId;
    /// A row of the audit log (UUID v7: sorted by time).
    AuditId;
    /// A job of the durable queue (UUID v7).
    JobId;
    /// A lease on a claimed job: a worker that lost it can no longer settle the job.
    LeaseId;
}
