//! Who did what to whom, and with what outcome.

pub mod chain;
pub mod notes;
pub mod reading;

use chrono::{DateTime, Utc};
use std::net::IpAddr;
use uuid::Uuid;

use crate::id::{ApiKeyId, AuditId, ScriptId, SessionId, UserId};
use crate::session::Device;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What was done. The names are stable: operators search and alert on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditAction { $($(#[$doc])* $variant,)* }

        impl AuditAction {
            /// Every action, for searches and documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the audit log, `resource.action`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

actions! {
    /// An account was made.
    Register = "account.register",
    /// The address of an account was confirmed.
    VerifyEmail = "account.verify_email",
    /// A new verification mail was asked for.
    ResendVerification = "account.resend_verification",
    /// Somebody asked for a mail to set a new password by.
    RequestPasswordReset = "account.request_password_reset",
    /// A password was set by a token out of a mail.
    ResetPassword = "account.reset_password",
    /// A password was changed by somebody who knew the one before.
    ChangePassword = "account.change_password",
    /// A stored hash was replaced by a stronger one of the same password.
    RehashPassword = "account.rehash_password",
    /// Another address was asked for.
    RequestEmailChange = "account.request_email_change",
    /// Another address took the place of the one before.
    ChangeEmail = "account.change_email",
    /// A change of address was undone from the address before.
    UndoEmailChange = "account.undo_email_change",
    /// An account that had not confirmed an address lost it to who had it before.
    LoseEmail = "account.lose_email",
    /// Somebody said "this was not me" to a notice: the account was locked down.
    LockDown = "account.lock_down",
    /// An account was deleted softly by its person.
    DeleteAccount = "account.delete",
    /// A softly deleted account was brought back by its person.
    RestoreAccount = "account.restore",
    /// An account was suspended by staff.
    SuspendAccount = "account.suspend",
    /// A suspension was lifted, or its end had come.
    LiftSuspension = "account.unsuspend",
    /// A profile was changed.
    UpdateProfile = "account.update_profile",
    /// A picture was uploaded, or took the place of another.
    ChangeAvatar = "account.change_avatar",
    /// A picture was removed by its owner.
    RemoveAvatar = "account.remove_avatar",
    /// Somebody took everything that is held about them.
    ExportAccount = "account.export",
    /// A sign-in with e-mail and password was tried.
    SignIn = "session.sign_in",
    /// Somebody who is signed in proved once more who they are.
    Reauthenticate = "session.reauthenticate",
    /// The password was right, and the second factor is due.
    DemandSecondFactor = "session.second_factor_demanded",
    /// A code of a second factor was not accepted.
    RefuseSecondFactor = "session.second_factor_refused",
    /// A second factor was set up and waits to be confirmed.
    EnrolSecondFactor = "account.enrol_second_factor",
    /// A second factor came into force.
    EnableSecondFactor = "account.enable_second_factor",
    /// A second factor was given up by its owner.
    DisableSecondFactor = "account.disable_second_factor",
    /// An account was made for somebody who came from a provider.
    JoinByProvider = "account.join_by_provider",
    /// An identity of a provider was linked to an account.
    LinkProvider = "account.link_provider",
    /// An identity of a provider was unlinked from an account.
    UnlinkProvider = "account.unlink_provider",
    /// Somebody came from a provider with the address of an account, and has to confirm that it is theirs.
    DemandLinkConfirmation = "account.link_confirmation_demanded",
    /// An account whose address was never confirmed was taken over by the owner of the address.
    TakeOverAccount = "account.take_over",
    /// Somebody came back from a provider.
    ProveAtProvider = "session.prove_at_provider",
    /// An API key was made.
    CreateApiKey = "api_key.create",
    /// An API key was ended by its owner.
    RevokeApiKey = "api_key.revoke",
    /// A session was ended by its owner.
    SignOut = "session.sign_out",
    /// One or more other sessions of the same person were ended.
    RevokeSessions = "session.revoke",
    /// A refresh token was used after its successor: somebody holds a copy.
    ReuseRefreshToken = "session.refresh_token_reused",
    /// An administrator was made from the operator's shell.
    CreateAdmin = "account.create_admin",
    /// The roles of an account were changed.
    ChangeRoles = "account.change_roles",
    /// A role was made.
    CreateRole = "role.create",
    /// What a role says it is for was changed.
    DescribeRole = "role.describe",
    /// What a role permits was changed.
    SetRolePermissions = "role.set_permissions",
    /// A role was deleted.
    DeleteRole = "role.delete",
    /// A permission was made.
    CreatePermission = "permission.create",
    /// What a permission says it permits was changed.
    DescribePermission = "permission.describe",
    /// A permission was deleted.
    DeletePermission = "permission.delete",
    /// Every copy of anybody's permissions was declared old.
    FlushPermissions = "permission.flush",
    /// A script was made with its first version.
    CreateScript = "script.create",
    /// What describes a script was changed.
    UpdateScript = "script.update",
    /// A version was added.
    AddVersion = "script.add_version",
    /// A script was deleted softly.
    DeleteScript = "script.delete",
    /// A softly deleted script was brought back.
    RestoreScript = "script.restore",
    /// An act was refused for lack of a permission, or of a confirmed address.
    DenyAccess = "access.denied",
    /// A permission was used.
    UsePermission = "access.allowed",
    /// The audit log was exported.
    ExportAudit = "audit.export",
    /// Whole partitions of the audit log were dropped, because their time was over.
    DropAudit = "audit.drop",
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Somebody who has not signed in.
    Anonymous,
    /// A person with an account.
    User(UserId),
    /// The platform itself: a worker, a schedule.
    System,
    /// Somebody with a shell on the operator's machine.
    Operator,
}

/// What was acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An account.
    User(UserId),
    /// A session.
    Session(SessionId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// A script.
    Script(ScriptId),
    /// A role; the facts name it.
    Role,
    /// A permission; the facts name it.
    Permission,
    /// Nothing that exists here, such as the account that a failed sign-in named.
    None,
}

impl Subject {
    /// Every kind that has ids.
    pub const KINDS: &'static [&'static str] = &["user", "session", "api_key", "script"];

    /// The kind, as stored and searched.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Session(_) => "session",
            Self::ApiKey(_) => "api_key",
            Self::Script(_) => "script",
            Self::Role => "role",
            Self::Permission => "permission",
            Self::None => "none",
        }
    }

    /// The id, where there is one.
    #[must_use]
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::User(id) => Some(id.as_uuid()),
            Self::Session(id) => Some(id.as_uuid()),
            Self::ApiKey(id) => Some(id.as_uuid()),
            Self::Script(id) => Some(id.as_uuid()),
            Self::Role | Self::Permission | Self::None => None,
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was tried and failed.
    Failure,
    /// It was refused for lack of a permission.
    Denied,
}

impl Outcome {
    /// The name in the audit log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Denied => "denied",
        }
    }
}

/// One named value of a before or after picture; never a secret, never a whole body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The field.
    pub name: &'static str,
    /// Its value.
    pub value: FactValue,
}

/// The value of a [`Fact`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
    /// Nothing was set.
    Absent,
}

impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<String>> for FactValue {
    fn from(values: Vec<String>) -> Self {
        Self::List(values)
    }
}

impl From<Option<&str>> for FactValue {
    fn from(value: Option<&str>) -> Self {
        value.map_or(Self::Absent, Self::from)
    }
}

/// A before or after picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// Nothing to tell.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds one fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<FactValue>) -> Self {
        self.0.push(Fact {
            name,
            value: value.into(),
        });
        self
    }

    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Fact] {
        &self.0
    }
}

/// Where a request came from; what the audit log and the session list say about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The client's address, as far as trusted proxies tell it.
    pub ip: Option<IpAddr>,
    /// The `User-Agent`, cut to 512 characters.
    pub user_agent: Option<String>,
    /// What the `User-Agent` says of the device, where it matters who signs in.
    pub device: Option<Device>,
    /// The request id that the answer carried.
    pub request_id: Option<String>,
    /// The session that acted, where there was one.
    pub session: Option<SessionId>,
    /// The API key that acted, where it was one.
    pub key: Option<ApiKeyId>,
}

/// One row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The row's id.
    pub id: AuditId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who acted.
    pub actor: Party,
    /// What was done.
    pub action: AuditAction,
    /// To what.
    pub subject: Subject,
    /// How it ended.
    pub outcome: Outcome,
    /// What was there before, as far as it changed.
    pub before: Facts,
    /// What is there now, as far as it changed.
    pub after: Facts,
    /// Where the request came from.
    pub origin: Origin,
}

impl AuditEntry {
    /// A success without before and after; the common case.
    #[must_use]
    pub fn success(
        id: AuditId,
        at: DateTime<Utc>,
        actor: Party,
        action: AuditAction,
        subject: Subject,
        origin: &Origin,
    ) -> Self {
        Self {
            id,
            at,
            actor,
            action,
            subject,
            outcome: Outcome::Success,
            before: Facts::none(),
            after: Facts::none(),
            origin: origin.clone(),
        }
    }

    /// The same entry with another outcome.
    #[must_use]
    pub const fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The same entry with what changed.
    #[must_use]
    pub fn with_change(mut self, before: Facts, after: Facts) -> Self {
        self.before = before;
        self.after = after;
        self
    }
}
