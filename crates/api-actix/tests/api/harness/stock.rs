//! What ports answer by default: a few scripts and people, and nothing that is written stays.

use std::sync::Arc;

use domain::access::edit::{AccessConflict, AccessEdit, RoleEdit};
use domain::access::impact::{Affected, Impact};
use domain::access::role::{Counted, RoleName};
use domain::access::standing::AccessEpoch;
use domain::account::supervision::{StaffConflict, StaffDecisionMade};
use domain::audit::reading::AuditRecord;
use domain::outage::StoreError;
use domain::page::{Page, Position};
use domain::port::access_edits::MockAccessEdits;
use domain::port::api_keys::MockApiKeys;
use domain::port::audit_records::MockAuditRecords;
use domain::port::personal_data::{HeldVersion, MockPersonalData};
use domain::port::roles::MockRoles;
use domain::port::scripts::MockScripts;
use domain::port::supervised_accounts::MockSupervisedAccounts;
use domain::revision::Revision;
use domain::script::entity::{OpenedVersion, ScriptDetail};
use domain::script::listing::ListScope;
use domain::script::publication::StaleScript;
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::version::VersionSelector;

use super::world;

pub(super) fn scripts(mock: &mut MockScripts, stock: &Arc<Vec<ScriptDetail>>) {
    mock.expect_publish().returning(|_| Ok(()));
    mock.expect_add_version().returning(|_| Ok(()));
    mock.expect_delete().returning(|deletion| {
        let is_current = deletion.expected.is_none_or(|seen| seen == Revision::FIRST);
        is_current
            .then_some(())
            .ok_or(StoreError::Conflict(StaleScript))
    });
    let here = Arc::clone(stock);
    mock.expect_find()
        .returning(move |id| Ok(here.iter().find(|detail| detail.script.id == id).cloned()));
    let here = Arc::clone(stock);
    mock.expect_find_by_slug().returning(move |owner, slug| {
        let fits = |detail: &&ScriptDetail| {
            detail.owner.username.key() == owner && detail.script.slug == *slug
        };
        Ok(here.iter().find(fits).cloned())
    });
    let here = Arc::clone(stock);
    mock.expect_list().returning(move |listing| {
        let is_listed = |detail: &&ScriptDetail| {
            detail.script.status == ScriptStatus::Published
                && (listing.scope != ListScope::Public
                    || detail.script.visibility == Visibility::Public)
        };
        Ok(one_page(
            here.iter().filter(is_listed).map(world::summary).collect(),
        ))
    });
    let here = Arc::clone(stock);
    mock.expect_amend().returning(move |amendment| {
        let found = here
            .iter()
            .find(|detail| detail.script.id == amendment.script);
        let mut detail = found.unwrap().clone();
        detail.script.revision = amendment.expected.next();
        detail.script.title = amendment.patch.title.clone().unwrap_or(detail.script.title);
        Ok(detail)
    });
    let here = Arc::clone(stock);
    mock.expect_restore().returning(move |restoration| {
        let found = here
            .iter()
            .find(|detail| detail.script.id == restoration.script);
        let mut detail = found.unwrap().clone();
        detail.script.status = ScriptStatus::Published;
        Ok(detail)
    });
}

pub(super) fn versions(mock: &mut MockScripts, stock: &Arc<Vec<ScriptDetail>>) {
    let here = Arc::clone(stock);
    mock.expect_list_versions().returning(move |id, _, _| {
        let of_script = here.iter().filter(|detail| detail.script.id == id);
        Ok(one_page(
            of_script.map(|detail| detail.latest.clone()).collect(),
        ))
    });
    let here = Arc::clone(stock);
    mock.expect_find_version().returning(move |id, selector| {
        let found = here.iter().find(|detail| detail.script.id == id);
        Ok(found.and_then(|detail| world::version(detail, selector)))
    });
    let here = Arc::clone(stock);
    mock.expect_open_version().returning(move |id, selector| {
        let found = here.iter().find(|detail| detail.script.id == id);
        let context = found.and_then(|detail| world::version(detail, selector));
        Ok(context.map(|context| OpenedVersion {
            context,
            content: Some(world::pack(world::CONTENT)),
        }))
    });
}

fn one_page<T>(items: Vec<T>) -> Page<T> {
    Page {
        items,
        next: None,
        previous: None,
    }
}

/// Every account is Ada's, but one that does not exist; what staff decides is done.
pub(super) fn supervised(mock: &mut MockSupervisedAccounts) {
    mock.expect_list().returning(|listing| {
        let accounts = vec![world::ada()];
        Ok(Page::cut(
            accounts,
            listing.window,
            listing.limit,
            |account| Position {
                at: account.user.created_at,
                id: account.user.id.as_uuid(),
            },
        ))
    });
    mock.expect_find()
        .returning(|id| Ok((id.as_uuid() != world::MISSING.as_uuid()).then(world::dossier)));
    mock.expect_decide().returning(|decision| {
        if decision.user.as_uuid() == world::MISSING.as_uuid() {
            return Err(StoreError::Conflict(StaffConflict::NotFound));
        }
        Ok(StaffDecisionMade {
            ended: Vec::new(),
            epoch: AccessEpoch(2),
        })
    });
}

/// One row: somebody suspended Ada.
pub(super) fn audit_records(mock: &mut MockAuditRecords) {
    let place = |record: &AuditRecord| Position {
        at: record.at,
        id: record.id.as_uuid(),
    };
    mock.expect_list().returning(move |listing| {
        let rows = vec![world::suspension()];
        Ok(Page::cut(rows, listing.window, listing.limit, place))
    });
    mock.expect_timeline().returning(move |timeline| {
        let rows = vec![world::suspension()];
        Ok(Page::cut(rows, timeline.window, timeline.limit, place))
    });
}

/// Every role that is asked for is there, and nothing that is edited stays.
pub(super) fn roles(mock: &mut MockRoles) {
    mock.expect_list()
        .returning(|| Ok(vec![world::role(&RoleName::parse("curator").unwrap())]));
    mock.expect_find()
        .returning(|name| Ok(Some(world::role(name))));
    mock.expect_list_permissions()
        .returning(|| Ok(world::permissions()));
    mock.expect_find_holdings()
        .returning(|id| Ok((id.as_uuid() != world::MISSING.as_uuid()).then(world::holdings)));
}

/// Every edit is done, but one of an account that does not exist or of another state than the first; it would affect Ada.
pub(super) fn access_edits(mock: &mut MockAccessEdits) {
    mock.expect_decide().returning(|decision| {
        let user = match &decision.edit {
            AccessEdit::Assignment(assignment) => Some(assignment.user),
            AccessEdit::Role(_) | AccessEdit::Permission(_) => None,
        };
        if user.is_some_and(|user| user.as_uuid() == world::MISSING.as_uuid()) {
            return Err(StoreError::Conflict(AccessConflict::NotFound));
        }
        let expected = match &decision.edit {
            AccessEdit::Role(
                RoleEdit::Describe { expected, .. } | RoleEdit::SetPermissions { expected, .. },
            ) => Some(*expected),
            AccessEdit::Role(RoleEdit::Delete { expected, .. }) => *expected,
            _ => None,
        };
        if expected.is_some_and(|seen| seen != Revision::FIRST) {
            return Err(StoreError::Conflict(AccessConflict::Stale));
        }
        Ok(None)
    });
    mock.expect_rehearse().returning(|_| {
        let ada = world::ada().user;
        let one = Counted::restore(1);
        Ok(Impact {
            holders: one,
            affected: one,
            sample: vec![Affected {
                user: ada.id,
                username: ada.username,
                gained: world::holdings().permissions(),
                lost: domain::access::permission_name::PermissionNames::default(),
            }],
        })
    });
}

/// Ada has one key, which may be ended; another of any name can be made.
pub(super) fn api_keys(mock: &mut MockApiKeys) {
    mock.expect_issue().returning(|_| Ok(()));
    mock.expect_list().returning(|_| Ok(vec![world::api_key()]));
    mock.expect_revoke().returning(|revocation| {
        let is_there = revocation.key.as_uuid() != world::MISSING.as_uuid();
        Ok(is_there.then_some(AccessEpoch(2)))
    });
}

/// What everybody has made: the scripts that there are, each with its newest version.
pub(super) fn personal_data(mock: &mut MockPersonalData) {
    mock.expect_list_scripts()
        .returning(|_, _, _| Ok(world::scripts()));
    mock.expect_list_versions().returning(|_| {
        let latest = world::scripts().into_iter().map(|detail| detail.latest);
        let held = latest.map(|version| HeldVersion {
            script: version.script,
            number: version.number,
            size: version.size,
        });
        Ok(held.collect())
    });
    mock.expect_open_versions().returning(|asked| {
        let is_asked = |detail: &ScriptDetail| {
            let mut scripts = asked.iter().map(|held| held.script);
            scripts.any(|script| script == detail.script.id)
        };
        let details = world::scripts().into_iter().filter(is_asked);
        let contexts = details.filter_map(|it| world::version(&it, &VersionSelector::Latest));
        let opened = contexts.map(|context| OpenedVersion {
            context,
            content: Some(world::pack(world::CONTENT)),
        });
        Ok(opened.collect())
    });
}
