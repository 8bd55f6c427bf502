//! The document of an export, written a part at a time.

use application::accounts::export::{AccountHoldings, ExportedPart, ExportedVersion};
use chrono::{DateTime, Utc};
use domain::id::SessionId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::api_keys::ApiKeyView;
use super::providers::{LinkedView, linked};
use super::view::UserView;
use crate::problem::{Code, Problem};
use crate::routes::audit::SecurityEventView;
use crate::routes::auth::view::SessionView;
use crate::routes::scripts::view::{ScriptView, VersionView};

/// Everything that we hold about you.
#[derive(Serialize, ToSchema)]
#[schema(title = "AccountExport")]
pub(super) struct ExportView {
    #[serde(flatten)]
    head: HeadView,
    /// Your scripts, those included that you have deleted and that can still be restored.
    scripts: Vec<ScriptView>,
    /// Every version of them.
    versions: Vec<ExportedVersionView>,
    /// What happened to the security of your account, newest first.
    security_events: Vec<SecurityEventView>,
}

/// What stands at the beginning of the document.
#[derive(Serialize, ToSchema)]
#[schema(title = "AccountExportHead")]
struct HeadView {
    /// When the export began.
    exported_at: DateTime<Utc>,
    /// Your account.
    account: UserView,
    /// How you can sign in.
    sign_in_ways: Vec<LinkedView>,
    /// Whether a second factor is asked for.
    second_factor: bool,
    /// Where you are signed in.
    sessions: Vec<SessionView>,
    /// Your API keys, without the keys themselves.
    api_keys: Vec<ApiKeyView>,
}

/// A version with its text.
#[derive(Serialize, ToSchema)]
#[schema(title = "ExportedVersion")]
struct ExportedVersionView {
    /// Of which script.
    script_id: Uuid,
    #[serde(flatten)]
    version: VersionView,
    /// Its text; `null` once it was erased.
    content: Option<String>,
}

impl HeadView {
    fn of(holdings: &AccountHoldings) -> Self {
        // No session of the document is the one that asks: a file is read later, elsewhere.
        let nobody = SessionId::new(Uuid::nil());
        let sessions = holdings.sessions.iter();
        Self {
            exported_at: holdings.at,
            account: UserView::from(&holdings.account),
            sign_in_ways: linked(&holdings.ways),
            second_factor: holdings.has_second_factor,
            sessions: sessions
                .map(|session| SessionView::of(session, nobody))
                .collect(),
            api_keys: holdings.keys.iter().map(ApiKeyView::from).collect(),
        }
    }
}

impl From<&ExportedVersion> for ExportedVersionView {
    fn from(exported: &ExportedVersion) -> Self {
        Self {
            script_id: exported.version.script.as_uuid(),
            version: VersionView::from(&exported.version),
            content: exported.content.clone(),
        }
    }
}

/// Writes the lists of the document, each a few elements at a time.
pub(super) struct DocumentWriter {
    /// The list that is open, and whether it has elements.
    open: Option<(&'static str, bool)>,
}

impl DocumentWriter {
    /// The writer, and how the document begins.
    pub(super) fn begin(holdings: &AccountHoldings) -> Result<(Self, Vec<u8>), Problem> {
        let head = serde_json::to_vec(&HeadView::of(holdings));
        let mut text = head.map_err(|error| {
            tracing::error!(%error, "an export cannot be written");
            Problem::new(Code::Internal)
        })?;
        // The object is closed when the lists have followed.
        text.pop();
        Ok((Self { open: None }, text))
    }

    /// Writes a part.
    pub(super) fn write(
        &mut self,
        part: &ExportedPart,
        text: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        match part {
            ExportedPart::Scripts(scripts) => {
                self.list("scripts", scripts.iter().map(ScriptView::from), text)
            }
            ExportedPart::Versions(versions) => {
                let versions = versions.iter().map(ExportedVersionView::from);
                self.list("versions", versions, text)
            }
            ExportedPart::Events(events) => {
                let events = events.iter().map(SecurityEventView::from);
                self.list("security_events", events, text)
            }
        }
    }

    /// Writes how the document ends.
    pub(super) fn end(&mut self, text: &mut Vec<u8>) {
        if self.open.take().is_some() {
            text.push(b']');
        }
        text.push(b'}');
    }

    fn list<T: Serialize>(
        &mut self,
        name: &'static str,
        elements: impl Iterator<Item = T>,
        text: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        let mut has_elements = match self.open {
            Some((open, has_elements)) if open == name => has_elements,
            other => {
                if other.is_some() {
                    text.push(b']');
                }
                text.extend_from_slice(format!(",\"{name}\":[").as_bytes());
                false
            }
        };
        for element in elements {
            if has_elements {
                text.push(b',');
            }
            serde_json::to_writer(&mut *text, &element)?;
            has_elements = true;
        }
        self.open = Some((name, has_elements));
        Ok(())
    }
}
