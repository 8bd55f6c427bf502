//! Work that is done after its cause was written: at least once, by any worker.

pub mod retry;

use chrono::{DateTime, Utc};

use crate::account::one_time_token::{OneTimeToken, TokenPurpose};
use crate::id::{JobId, LeaseId, TokenId, UserId};

/// A job to enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id; also the stable part of a mail's Message-ID.
    pub id: JobId,
    /// When it may run first.
    pub run_at: DateTime<Utc>,
    /// What to do.
    pub job: Job,
}

/// What a worker can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Render a mail and hand it over.
    SendMail(MailOrder),
}

impl Job {
    /// The kind, as stored and counted.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SendMail(_) => "mail",
        }
    }
}

/// A mail to send: only references, so that no secret and no address rests in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOrder {
    /// To whom.
    pub user: UserId,
    /// What it says.
    pub letter: Letter,
    /// What it names besides: a device, a provider, a reason. Never anything that a stranger can word as they like.
    pub detail: Option<String>,
    /// The token that it carries; its text is derived from its id when the mail is rendered.
    pub token: Option<MailToken>,
}

/// A token to be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailToken {
    /// Its id.
    pub id: TokenId,
    /// What it is good for.
    pub purpose: TokenPurpose,
}

impl MailOrder {
    /// A letter that tells of something that has happened.
    #[must_use]
    pub const fn notice(user: UserId, letter: Letter) -> Self {
        Self {
            user,
            letter,
            detail: None,
            token: None,
        }
    }

    /// A letter that brings a token.
    #[must_use]
    pub const fn with_token(token: &OneTimeToken, letter: Letter) -> Self {
        Self {
            user: token.user,
            letter,
            detail: None,
            token: Some(MailToken {
                id: token.id,
                purpose: token.purpose,
            }),
        }
    }

    /// The same, and what it names.
    #[must_use]
    pub fn naming(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}

macro_rules! letters {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a mail says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Letter { $($(#[$doc])* $variant,)* }

        impl Letter {
            /// Every letter.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, as stored and as templates are called.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The letter of that name.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

letters! {
    /// "Please confirm your address".
    VerifyEmail = "verify_email",
    /// "Somebody registered with your address".
    AlreadyRegistered = "already_registered",
    /// "Here you set a new password".
    ResetPassword = "reset_password",
    /// "Your password was changed".
    PasswordChanged = "password_changed",
    /// "A second factor protects your account".
    MfaEnabled = "mfa_enabled",
    /// "No second factor protects your account any more".
    MfaDisabled = "mfa_disabled",
    /// "One can sign in to your account in one more way".
    ProviderLinked = "provider_linked",
    /// "One can sign in to your account in one way less".
    ProviderUnlinked = "provider_unlinked",
    /// "Somebody came from a provider with your address: is it you?".
    LinkPending = "link_pending",
    /// "An account was made with your address; it is yours now".
    AccountTakenOver = "account_taken_over",
    /// "Your account was deleted".
    AccountDeleted = "account_deleted",
    /// "Your account is back".
    AccountRestored = "account_restored",
    /// "Your account was suspended".
    AccountSuspended = "account_suspended",
    /// "Your account is no longer suspended".
    SuspensionLifted = "suspension_lifted",
    /// "Your account was deleted by our staff".
    AccountRemoved = "account_removed",
    /// "Please confirm your new address"; to the new one.
    ConfirmEmailChange = "confirm_email_change",
    /// "Somebody wants another address for your account"; to the address of now.
    EmailChangeRequested = "email_change_requested",
    /// "Your account has another address now"; to the one before.
    EmailReplaced = "email_replaced",
    /// "This is the address of your account now"; to the new one.
    EmailChanged = "email_changed",
    /// "Your account was locked down, as you asked for".
    LockedDown = "locked_down",
    /// "An API key was made for your account".
    ApiKeyCreated = "api_key_created",
    /// "Somebody signed in by a device that your account has not seen before".
    NewDevice = "new_device",
    /// "A stolen session was ended".
    RefreshTokenReused = "refresh_token_reused",
}

impl Letter {
    /// Whether the letter is also sent to somebody whose account is deleted.
    #[must_use]
    pub const fn reaches_the_deleted(self) -> bool {
        matches!(self, Self::AccountDeleted | Self::AccountRemoved)
    }

    /// Whether the letter is worth sending when the token that it was to bring works no longer: a notice tells of something that
    /// has happened all the same.
    #[must_use]
    pub const fn stands_without_its_token(self) -> bool {
        match self {
            Self::VerifyEmail
            | Self::ResetPassword
            | Self::ConfirmEmailChange
            | Self::LockedDown => false,
            Self::AlreadyRegistered
            | Self::LinkPending
            | Self::PasswordChanged
            | Self::MfaEnabled
            | Self::MfaDisabled
            | Self::ProviderLinked
            | Self::ProviderUnlinked
            | Self::AccountTakenOver
            | Self::AccountDeleted
            | Self::AccountRestored
            | Self::AccountSuspended
            | Self::SuspensionLifted
            | Self::AccountRemoved
            | Self::EmailChangeRequested
            | Self::EmailReplaced
            | Self::EmailChanged
            | Self::ApiKeyCreated
            | Self::NewDevice
            | Self::RefreshTokenReused => true,
        }
    }
}

/// A job that a worker holds for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// Proof of the claim; a worker whose lease ran out can no longer settle the job.
    pub lease: LeaseId,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// What to do.
    pub job: Job,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Done, or no longer needed.
    Done,
    /// Try again later.
    Retry {
        /// Not before.
        run_at: DateTime<Utc>,
        /// What went wrong, without personal data.
        error: String,
    },
    /// Set aside for staff: trying again would not help.
    Dead {
        /// What went wrong, without personal data.
        error: String,
    },
}

/// How much waits, for metrics and readiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Jobs that wait or run.
    pub waiting: u64,
    /// Jobs set aside.
    pub dead: u64,
    /// Age of the oldest job that could run, in seconds.
    pub oldest_seconds: u64,
}
