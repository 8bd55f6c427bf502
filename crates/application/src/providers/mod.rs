//! Signing in through others: the way to a provider and back, and the links between accounts and identities.

pub mod begin;
pub mod confirm_link;
pub mod exchange;
pub mod finish;
pub mod resolve;
pub mod unlink;
pub mod ways;

use domain::account::identity::ProviderName;
use domain::audit::{AuditAction, AuditEntry, Facts, Origin, Party, Subject};
use domain::id::{TokenId, UserId};
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// What the sealed half of a flow is sealed about.
fn about(flow: TokenId) -> Vec<u8> {
    [b"provider-flow:".as_slice(), flow.as_uuid().as_bytes()].concat()
}

/// What somebody did to their account with a provider.
fn entry(
    ids: &dyn Ids,
    clock: &dyn Clock,
    action: AuditAction,
    user: UserId,
    provider: &ProviderName,
    origin: &Origin,
) -> AuditEntry {
    let after = Facts::none().with("provider", provider.as_str());
    AuditEntry::success(
        ids.audit(),
        clock.now(),
        Party::User(user),
        action,
        Subject::User(user),
        origin,
    )
    .with_change(Facts::none(), after)
}

/// What somebody whom we do not know yet tried with a provider.
fn attempt(
    ids: &dyn Ids,
    clock: &dyn Clock,
    provider: &ProviderName,
    subject: Subject,
    origin: &Origin,
) -> AuditEntry {
    let after = Facts::none().with("provider", provider.as_str());
    AuditEntry::success(
        ids.audit(),
        clock.now(),
        Party::Anonymous,
        AuditAction::ProveAtProvider,
        subject,
        origin,
    )
    .with_change(Facts::none(), after)
}
