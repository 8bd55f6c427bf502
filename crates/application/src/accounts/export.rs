//! Everything that we hold about a person, for themselves.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::actor::SessionActor;
use domain::account::api_key::ApiKey;
use domain::account::identity::SignInWays;
use domain::account::user::UserWithRoles;
use domain::audit::reading::SecurityTimeline;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::id::{ScriptId, UserId};
use domain::journal::Journal;
use domain::outage::Outage;
use domain::page::{Limit, Window};
use domain::port::accounts::Accounts;
use domain::port::api_keys::ApiKeys;
use domain::port::audit_records::AuditRecords;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::content_packer::ContentPacker;
use domain::port::identities::Identities;
use domain::port::ids::Ids;
use domain::port::personal_data::{HeldVersion, PersonalData};
use domain::port::second_factors::SecondFactors;
use domain::port::sessions::Sessions;
use domain::script::entity::ScriptDetail;
use domain::script::version::Version;
use domain::session::SessionSummary;

use crate::audit::read_timeline::{SecurityEvent, told};

/// So many scripts or events are in memory at a time.
const BATCH: u16 = 50;

/// So many bytes of contents are in memory at a time, or one content that is larger.
const CONTENTS: usize = 4 * 1024 * 1024;

/// Hands people everything that we hold about them, a part at a time.
#[derive(Clone)]
pub struct ExportAccount {
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Knows what is linked.
    pub identities: Arc<dyn Identities>,
    /// Knows who has a second factor.
    pub second_factors: Arc<dyn SecondFactors>,
    /// Knows the sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Knows the API keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Knows what people have made.
    pub data: Arc<dyn PersonalData>,
    /// Unpacks contents.
    pub packer: Arc<dyn ContentPacker>,
    /// Knows what happened.
    pub records: Arc<dyn AuditRecords>,
    /// Remembers who exported.
    pub audit: Arc<dyn AuditTrail>,
    /// Names the row that says so.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// What is little enough to be told at once.
#[derive(Debug)]
pub struct AccountHoldings {
    /// When the export began.
    pub at: DateTime<Utc>,
    /// The account.
    pub account: UserWithRoles,
    /// The ways to sign in.
    pub ways: SignInWays,
    /// Whether a second factor is in force.
    pub has_second_factor: bool,
    /// The living sessions.
    pub sessions: Vec<SessionSummary>,
    /// The API keys that have not been ended.
    pub keys: Vec<ApiKey>,
}

/// A part of what there may be a lot of. Each kind comes at least once, in this order.
#[derive(Debug)]
pub enum ExportedPart {
    /// Some scripts.
    Scripts(Vec<ScriptDetail>),
    /// Some versions of them.
    Versions(Vec<ExportedVersion>),
    /// Some of what happened to the security of the account, newest first.
    Events(Vec<SecurityEvent>),
}

/// A version with its text.
#[derive(Debug)]
pub struct ExportedVersion {
    /// The version.
    pub version: Version,
    /// Its text; `None` once it was erased.
    pub content: Option<String>,
}

/// Why nothing is exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportAccountError {
    /// The account is not there any more.
    #[error("there is no such account")]
    AccountGone,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

/// An export that has begun.
pub struct AccountExport {
    from: ExportAccount,
    user: UserId,
    stage: Stage,
}

/// What comes next.
enum Stage {
    Scripts(Option<ScriptId>),
    Versions(VecDeque<HeldVersion>),
    Events(Window),
    Done,
}

impl ExportAccount {
    /// Begins an export, which is an act of its own: its row is written before anything is handed out.
    ///
    /// # Errors
    /// See [`ExportAccountError`].
    pub async fn begin(
        &self,
        by: &SessionActor,
    ) -> Result<(AccountHoldings, AccountExport), ExportAccountError> {
        let (user, at) = (by.user(), self.clock.now());
        let entry = AuditEntry::success(
            self.ids.audit(),
            at,
            by.party(),
            AuditAction::ExportAccount,
            Subject::User(user),
            by.origin(),
        );
        self.audit.append(&Journal::new(entry)).await?;
        let account = self.accounts.find(user).await?;
        let holdings = AccountHoldings {
            at,
            account: account.ok_or(ExportAccountError::AccountGone)?,
            ways: self.identities.list(user).await?,
            has_second_factor: self.second_factors.is_enabled(user).await?,
            sessions: self.sessions.list(user, at).await?,
            keys: self.keys.list(user).await?,
        };
        let export = AccountExport {
            from: self.clone(),
            user,
            stage: Stage::Scripts(None),
        };
        Ok((holdings, export))
    }
}

impl AccountExport {
    /// The next part; `None` after the last.
    ///
    /// # Errors
    /// An outage; what was exported so far is not all.
    pub async fn next(&mut self) -> Result<Option<ExportedPart>, Outage> {
        let part = match &mut self.stage {
            Stage::Done => return Ok(None),
            Stage::Scripts(after) => {
                let after = *after;
                ExportedPart::Scripts(self.scripts(after).await?)
            }
            Stage::Versions(rest) => {
                let batch = next_batch(rest);
                ExportedPart::Versions(self.versions(&batch).await?)
            }
            Stage::Events(window) => {
                let window = *window;
                ExportedPart::Events(self.events(window).await?)
            }
        };
        Ok(Some(part))
    }

    async fn scripts(&mut self, after: Option<ScriptId>) -> Result<Vec<ScriptDetail>, Outage> {
        let data = &self.from.data;
        let scripts = data.list_scripts(self.user, after, BATCH).await?;
        self.stage = if scripts.len() == usize::from(BATCH) {
            Stage::Scripts(scripts.last().map(|last| last.script.id))
        } else {
            Stage::Versions(data.list_versions(self.user).await?.into())
        };
        Ok(scripts)
    }

    async fn versions(&mut self, batch: &[HeldVersion]) -> Result<Vec<ExportedVersion>, Outage> {
        let mut versions = Vec::with_capacity(batch.len());
        for opened in self.from.data.open_versions(batch).await? {
            let content = match &opened.content {
                None => None,
                Some(packed) => Some(self.from.packer.unpack(packed).await?),
            };
            versions.push(ExportedVersion {
                content: content.map(|text| String::from_utf8_lossy(&text).into_owned()),
                version: opened.context.version,
            });
        }
        if matches!(&self.stage, Stage::Versions(rest) if rest.is_empty()) {
            self.stage = Stage::Events(Window::First);
        }
        Ok(versions)
    }

    async fn events(&mut self, window: Window) -> Result<Vec<SecurityEvent>, Outage> {
        let timeline = SecurityTimeline {
            user: self.user,
            window,
            limit: Limit::within(BATCH, BATCH).unwrap_or(Limit::DEFAULT),
        };
        let page = self.from.records.timeline(&timeline).await?;
        self.stage = page
            .next
            .map_or(Stage::Done, |next| Stage::Events(Window::After(next)));
        let events = page.items.into_iter();
        Ok(events.map(|record| told(self.user, record)).collect())
    }
}

/// As many of the next versions as fit into memory together.
fn next_batch(rest: &mut VecDeque<HeldVersion>) -> Vec<HeldVersion> {
    let (mut batch, mut bytes) = (Vec::new(), 0_usize);
    while let Some(next) = rest.front() {
        bytes = bytes.saturating_add(usize::try_from(next.size).unwrap_or(usize::MAX));
        let is_full = bytes > CONTENTS || batch.len() == usize::from(BATCH);
        if is_full && !batch.is_empty() {
            break;
        }
        batch.extend(rest.pop_front());
    }
    batch
}

#[cfg(test)]
mod tests;
