//! Quotas: so many acts in so much time.

use chrono::TimeDelta;

/// So many acts in any stretch of time of a given length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    limit: u32,
    window: TimeDelta,
}

impl Quota {
    /// A quota of at least one act in at least one second and at most a day.
    #[must_use]
    pub fn new(limit: u32, window: TimeDelta) -> Option<Self> {
        let sane = limit >= 1 && window >= TimeDelta::seconds(1) && window <= TimeDelta::days(1);
        sane.then_some(Self { limit, window })
    }

    /// How many acts.
    #[must_use]
    pub const fn limit(self) -> u32 {
        self.limit
    }

    /// In how much time.
    #[must_use]
    pub const fn window(self) -> TimeDelta {
        self.window
    }

    /// The share of one of `nodes` nodes that cannot see each other: rounded down, but at least one.
    #[must_use]
    pub fn share_of(self, nodes: u32) -> Self {
        Self {
            limit: (self.limit / nodes.max(1)).max(1),
            window: self.window,
        }
    }
}

/// What is limited; each class has a quota of its own, by configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitClass {
    /// Trying credentials, by address and account.
    Auth,
    /// Trying credentials, by address alone: wide enough for a school behind one address.
    AuthIp,
    /// Requests of people who are not signed in, by address.
    Api,
    /// Requests of signed-in people, by person.
    ApiUser,
    /// Requests of holders of `api.advanced`, by person.
    ApiAdvanced,
    /// Refreshing, by session.
    Refresh,
}

impl LimitClass {
    /// Every class.
    pub const ALL: [Self; 6] = [
        Self::Auth,
        Self::AuthIp,
        Self::Api,
        Self::ApiUser,
        Self::ApiAdvanced,
        Self::Refresh,
    ];

    /// The name in headers, metrics and keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthIp => "auth_ip",
            Self::Api => "api",
            Self::ApiUser => "api_user",
            Self::ApiAdvanced => "api_advanced",
            Self::Refresh => "refresh",
        }
    }

    /// Whether an outage of the shared limiter makes this class stricter (a node's share) rather than
    /// per-node: guessing credentials must not get easier while Redis is away.
    #[must_use]
    pub const fn guards_credentials(self) -> bool {
        matches!(self, Self::Auth | Self::AuthIp | Self::Refresh)
    }
}

/// One act to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitedAct {
    /// What is limited.
    pub class: LimitClass,
    /// Whose acts are counted together: an address, an account, both.
    pub subject: String,
    /// How much is allowed.
    pub quota: Quota,
}

/// What counting an act showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the act may happen. An act that may not was not counted.
    pub allowed: bool,
    /// How many more may happen right now.
    pub remaining: u32,
    /// When more will be allowed: the oldest counted act leaves the window after so long. Never zero.
    pub reset_after: TimeDelta,
}
