//! Scripts and versions on a real server.

use crate::common::home;
use adapters_postgres::PgScripts;
use chrono::TimeDelta;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::UserId;
use domain::outage::StoreError;
use domain::port::scripts::Scripts;
use domain::revision::Revision;
use domain::script::content::PackedContent;
use domain::script::entity::Script;
use domain::script::publication::{
    AmendConflict, Amendment, Deletion, PublishConflict, Restoration, ScriptPatch, StaleScript,
    VersionAddition, VersionConflict,
};
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::{CategorySlug, Tag, Tags};
use domain::script::version::{VersionLabel, VersionNumber, VersionSelector};
use test_support::{a_journal, a_publication, a_script, a_version, packed};

pub(crate) fn journal(script: &Script) -> domain::journal::Journal {
    a_journal(
        AuditAction::UpdateScript,
        Party::User(script.owner),
        Subject::Script(script.id),
    )
}

pub(crate) fn an_addition(script: &Script, number: u32, content: PackedContent) -> VersionAddition {
    let mut version = a_version(script, &content);
    version.number = VersionNumber::new(number).unwrap();
    VersionAddition {
        version,
        content,
        after: VersionNumber::new(number - 1).unwrap(),
        idempotency: None,
        journal: journal(script),
    }
}

fn an_amendment(script: &Script, expected: Revision, patch: ScriptPatch) -> Amendment {
    Amendment {
        script: script.id,
        expected,
        patch,
        at: script.created_at + TimeDelta::minutes(1),
        journal: journal(script),
    }
}

pub(crate) fn tags(names: &[&str]) -> Tags {
    Tags::collect(names.iter().map(|name| Tag::parse(name).unwrap())).unwrap()
}

#[tokio::test]
async fn a_script_is_found_as_it_was_published() {
    let home = home().await;
    let owner = home.person().await;
    let mut script = a_script(owner.id);
    script.tags = tags(&["zebra", "ant"]);
    script.category = Some(CategorySlug::parse("games").unwrap());
    let scripts = PgScripts::new(home.pg.clone());
    scripts
        .publish(&a_publication(script.clone(), packed(1)))
        .await
        .unwrap();
    let found = scripts.find(script.id).await.unwrap().unwrap();
    assert_eq!(found.script, script);
    assert_eq!(found.owner.username, owner.username);
    assert_eq!(found.latest, a_version(&script, &packed(1)));
    let by_slug = scripts
        .find_by_slug(owner.username.key(), &script.slug)
        .await
        .unwrap();
    assert_eq!(by_slug, Some(found));
}

#[tokio::test]
async fn a_slug_is_unique_for_its_owner_only() {
    let home = home().await;
    let (alice, bob) = (home.person().await.id, home.person().await.id);
    let scripts = PgScripts::new(home.pg.clone());
    let taken = home.script(alice, 1).await.slug;
    let publish = async |owner: UserId| {
        let mut script = a_script(owner);
        script.slug = taken.clone();
        scripts.publish(&a_publication(script, packed(2))).await
    };
    assert!(matches!(
        publish(alice).await,
        Err(StoreError::Conflict(PublishConflict::SlugTaken))
    ));
    publish(bob).await.unwrap();
}

#[tokio::test]
async fn an_unknown_category_publishes_nothing() {
    let home = home().await;
    let mut script = a_script(home.person().await.id);
    script.category = Some(CategorySlug::parse("no-such-thing").unwrap());
    let outcome = PgScripts::new(home.pg.clone())
        .publish(&a_publication(script, packed(1)))
        .await;
    assert!(matches!(
        outcome,
        Err(StoreError::Conflict(PublishConflict::UnknownCategory))
    ));
    assert_eq!(home.count("SELECT count(*) FROM script_blobs").await, 0);
}

#[tokio::test]
async fn a_content_is_stored_once_however_many_versions_have_it() {
    let home = home().await;
    let owner = home.person().await.id;
    let first = home.script(owner, 7).await;
    home.script(owner, 7).await;
    let scripts = PgScripts::new(home.pg.clone());
    scripts
        .add_version(&an_addition(&first, 2, packed(8)))
        .await
        .unwrap();
    scripts
        .add_version(&an_addition(&first, 3, packed(7)))
        .await
        .unwrap();
    assert_eq!(home.count("SELECT count(*) FROM script_blobs").await, 2);
    assert_eq!(home.count("SELECT count(*) FROM script_versions").await, 4);
}

#[tokio::test]
async fn every_selector_opens_its_version() {
    let home = home().await;
    let script = home.script(home.person().await.id, 1).await;
    let scripts = PgScripts::new(home.pg.clone());
    let mut second = an_addition(&script, 2, packed(2));
    second.version.label = Some(VersionLabel::parse("v2.0").unwrap());
    scripts.add_version(&second).await.unwrap();
    for (selector, number) in [
        (VersionSelector::Latest, 2),
        (VersionSelector::Number(VersionNumber::FIRST), 1),
        (
            VersionSelector::Label(VersionLabel::parse("v2.0").unwrap()),
            2,
        ),
        (VersionSelector::Digest(packed(1).sha256), 1),
    ] {
        let opened = scripts
            .open_version(script.id, &selector)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(opened.context.version.number.get(), number, "{selector:?}");
        assert_eq!(opened.content, Some(packed(u8::try_from(number).unwrap())));
        let found = scripts.find_version(script.id, &selector).await.unwrap();
        assert_eq!(found, Some(opened.context));
    }
    let missing = VersionSelector::Number(VersionNumber::new(9).unwrap());
    assert_eq!(
        scripts.open_version(script.id, &missing).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn two_versions_at_once_do_not_get_one_number_and_a_label_names_one() {
    let home = home().await;
    let script = home.script(home.person().await.id, 1).await;
    let scripts = PgScripts::new(home.pg.clone());
    let mut second = an_addition(&script, 2, packed(2));
    second.version.label = Some(VersionLabel::parse("v2.0").unwrap());
    scripts.add_version(&second).await.unwrap();
    let late = scripts
        .add_version(&an_addition(&script, 2, packed(3)))
        .await;
    assert!(matches!(
        late,
        Err(StoreError::Conflict(VersionConflict::Stale))
    ));
    let mut third = an_addition(&script, 3, packed(3));
    third.version.label = second.version.label;
    assert!(matches!(
        scripts.add_version(&third).await,
        Err(StoreError::Conflict(VersionConflict::LabelTaken))
    ));
    let found = scripts.find(script.id).await.unwrap().unwrap();
    assert_eq!(found.latest.number.get(), 2);
    assert_eq!(found.script.revision, Revision::FIRST.next());
}

#[tokio::test]
async fn the_second_of_two_editors_is_stale() {
    let home = home().await;
    let script = home.script(home.person().await.id, 1).await;
    let scripts = PgScripts::new(home.pg.clone());
    let hide = ScriptPatch {
        visibility: Some(Visibility::Private),
        tags: Some(tags(&["new", "tags"])),
        licence: Some(None),
        category: Some(Some(CategorySlug::parse("web").unwrap())),
        ..ScriptPatch::default()
    };
    let amendment = an_amendment(&script, Revision::FIRST, hide);
    let amended = scripts.amend(&amendment).await.unwrap().script;
    assert_eq!(amended.visibility, Visibility::Private);
    assert_eq!(amended.tags, tags(&["new", "tags"]));
    assert_eq!(amended.title, script.title);
    assert!(matches!(
        scripts.amend(&amendment).await,
        Err(StoreError::Conflict(AmendConflict::Stale))
    ));
}

#[tokio::test]
async fn an_amendment_can_take_neither_a_slug_of_another_script_nor_an_unknown_category() {
    let home = home().await;
    let owner = home.person().await.id;
    let (script, other) = (home.script(owner, 1).await, home.script(owner, 2).await);
    let scripts = PgScripts::new(home.pg.clone());
    let rename = ScriptPatch {
        slug: Some(other.slug),
        ..ScriptPatch::default()
    };
    assert!(matches!(
        scripts
            .amend(&an_amendment(&script, Revision::FIRST, rename))
            .await,
        Err(StoreError::Conflict(AmendConflict::SlugTaken))
    ));
    let file = ScriptPatch {
        category: Some(Some(CategorySlug::parse("no-such-thing").unwrap())),
        ..ScriptPatch::default()
    };
    assert!(matches!(
        scripts
            .amend(&an_amendment(&script, Revision::FIRST, file))
            .await,
        Err(StoreError::Conflict(AmendConflict::UnknownCategory))
    ));
}

#[tokio::test]
async fn a_deleted_script_comes_back_as_it_was_within_its_time() {
    let home = home().await;
    let script = home.script(home.person().await.id, 1).await;
    home.owner
        .batch_execute("UPDATE scripts SET status = 'quarantined'")
        .await
        .unwrap();
    let scripts = PgScripts::new(home.pg.clone());
    let at = script.created_at + TimeDelta::hours(1);
    let deletion = Deletion {
        script: script.id,
        expected: None,
        at,
        journal: journal(&script),
    };
    scripts.delete(&deletion).await.unwrap();
    let again = scripts.delete(&deletion).await;
    assert!(matches!(again, Err(StoreError::Conflict(StaleScript))));
    let restoration = |deleted_after| Restoration {
        script: script.id,
        deleted_after,
        at: at + TimeDelta::hours(1),
        journal: journal(&script),
    };
    assert!(scripts.restore(&restoration(at)).await.is_err());
    let restored = scripts
        .restore(&restoration(at - TimeDelta::seconds(1)))
        .await
        .unwrap();
    assert_eq!(restored.script.status, ScriptStatus::Quarantined);
    assert_eq!(restored.script.deleted_at, None);
}
