//! Scripts and versions on a real server.

use crate::common::home;
use adapters_postgres::{PgRecords, PgScripts};
use chrono::TimeDelta;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::UserId;
use domain::idempotency::{
    IdempotencyConflict, IdempotencyKey, IdempotencyRecord, RequestIdentity, StoredReply,
};
use domain::outage::StoreError;
use domain::page::{Limit, Window};
use domain::port::idempotent_replies::{IdempotentReplies, Repetition};
use domain::port::scripts::Scripts;
use domain::revision::Revision;
use domain::script::content::PackedContent;
use domain::script::entity::Script;
use domain::script::listing::{ListScope, ScriptFilter, ScriptListing, ScriptSort};
use domain::script::publication::{
    AmendConflict, Amendment, Deletion, PublishConflict, Restoration, ScriptPatch, StaleScript,
    VersionAddition, VersionConflict,
};
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::{CategorySlug, Tag, Tags};
use domain::script::version::{VersionLabel, VersionNumber, VersionSelector};
use test_support::{a_journal, a_publication, a_script, a_version, packed};

fn journal(script: &Script) -> domain::journal::Journal {
    a_journal(
        AuditAction::UpdateScript,
        Party::User(script.owner),
        Subject::Script(script.id),
    )
}

fn an_addition(script: &Script, number: u32, content: PackedContent) -> VersionAddition {
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

fn tags(names: &[&str]) -> Tags {
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

fn a_listing(scope: ListScope, window: Window, limit: u16) -> ScriptListing {
    ScriptListing {
        scope,
        filter: ScriptFilter::default(),
        sort: ScriptSort::New,
        window,
        limit: Limit::within(limit, 50).unwrap(),
    }
}

#[tokio::test]
async fn a_list_read_by_cursor_while_others_publish_shows_each_script_exactly_once() {
    let home = home().await;
    let owner = home.person().await.id;
    let scripts = PgScripts::new(home.pg.clone());
    let mut expected = Vec::new();
    for _ in 0..12 {
        expected.push(home.script(owner, 1).await.id);
    }
    let (mut seen, mut window) = (Vec::new(), Window::First);
    loop {
        let page = scripts
            .list(&a_listing(ListScope::Public, window, 5))
            .await
            .unwrap();
        seen.extend(page.items.iter().map(|script| script.id));
        // Newer than everything, so in front of the page that is being read.
        let mut newer = a_script(owner);
        newer.created_at += TimeDelta::hours(1);
        scripts
            .publish(&a_publication(newer, packed(1)))
            .await
            .unwrap();
        let Some(next) = page.next else { break };
        window = Window::After(next);
    }
    expected.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_page_before_is_the_page_that_was_read_before() {
    let home = home().await;
    let owner = home.person().await.id;
    for _ in 0..7 {
        home.script(owner, 1).await;
    }
    let scripts = PgScripts::new(home.pg.clone());
    let list = async |window| {
        scripts
            .list(&a_listing(ListScope::Public, window, 3))
            .await
            .unwrap()
    };
    let first = list(Window::First).await;
    let second = list(Window::After(first.next.unwrap())).await;
    let back = list(Window::Before(second.previous.unwrap())).await;
    assert_eq!(back.items, first.items);
    assert_eq!(back.previous, None);
}

#[tokio::test]
async fn lists_show_what_their_scope_and_filters_say() {
    let home = home().await;
    let (alice, bob) = (home.person().await, home.person().await);
    let scripts = PgScripts::new(home.pg.clone());
    let mut tagged = a_script(alice.id);
    tagged.tags = tags(&["games"]);
    scripts
        .publish(&a_publication(tagged.clone(), packed(1)))
        .await
        .unwrap();
    let mut private = a_script(alice.id);
    private.visibility = Visibility::Private;
    scripts
        .publish(&a_publication(private.clone(), packed(1)))
        .await
        .unwrap();
    home.script(bob.id, 1).await;
    let count = async |scope, filter: ScriptFilter| {
        let mut listing = a_listing(scope, Window::First, 50);
        listing.filter = filter;
        scripts.list(&listing).await.unwrap().items.len()
    };
    let all = ScriptFilter::default();
    assert_eq!(count(ListScope::Public, all.clone()).await, 2);
    assert_eq!(
        count(ListScope::Everything { owner: alice.id }, all.clone()).await,
        2
    );
    let author = ScriptFilter {
        author: Some(alice.username.key().clone()),
        ..all.clone()
    };
    assert_eq!(count(ListScope::Public, author).await, 1);
    let tag = ScriptFilter {
        tag: Some(Tag::parse("games").unwrap()),
        language: Some(tagged.language.clone()),
        ..all
    };
    assert_eq!(count(ListScope::Public, tag).await, 1);
}

#[tokio::test]
async fn versions_are_listed_newest_first_page_by_page() {
    let home = home().await;
    let script = home.script(home.person().await.id, 1).await;
    let scripts = PgScripts::new(home.pg.clone());
    for number in 2..=5 {
        let content = packed(u8::try_from(number).unwrap());
        scripts
            .add_version(&an_addition(&script, number, content))
            .await
            .unwrap();
    }
    let two = Limit::within(2, 50).unwrap();
    let (mut seen, mut window) = (Vec::new(), Window::First);
    loop {
        let page = scripts.list_versions(script.id, window, two).await.unwrap();
        seen.extend(page.items.iter().map(|version| version.number.get()));
        let Some(next) = page.next else { break };
        window = Window::After(next);
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

fn a_record(key: &str, fingerprint: u8) -> IdempotencyRecord {
    IdempotencyRecord {
        request: RequestIdentity {
            scope: "alice POST /api/scripts".to_owned(),
            key: IdempotencyKey::parse(key).unwrap(),
            fingerprint: [fingerprint; 32],
        },
        reply: StoredReply {
            status: 201,
            headers: vec![("Location".to_owned(), "/there".to_owned())],
            body: b"{}".to_vec(),
        },
        expires_at: a_script(UserId::new(uuid::Uuid::nil())).created_at + TimeDelta::days(36_500),
    }
}

#[tokio::test]
async fn of_many_equal_keyed_requests_one_has_an_effect_and_its_answer_is_stored() {
    let home = home().await;
    let owner = home.person().await.id;
    let mut tries = Vec::new();
    for _ in 0..20 {
        let scripts = PgScripts::new(home.pg.clone());
        let mut publication = a_publication(a_script(owner), packed(1));
        publication.idempotency = Some(a_record("k1", 1));
        tries.push(tokio::spawn(
            async move { scripts.publish(&publication).await },
        ));
    }
    let mut done = 0;
    for outcome in tries {
        match outcome.await.unwrap() {
            Ok(()) => done += 1,
            Err(StoreError::Conflict(PublishConflict::Repeated(conflict))) => assert!(matches!(
                conflict,
                IdempotencyConflict::InProgress | IdempotencyConflict::AlreadyDone
            )),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(home.count("SELECT count(*) FROM scripts").await, 1);
    let records = PgRecords::new(home.pg.clone());
    let record = a_record("k1", 1);
    let same = records.find(&record.request).await.unwrap();
    assert_eq!(same, Some(Repetition::Same(record.reply)));
    let other = records.find(&a_record("k1", 2).request).await.unwrap();
    assert_eq!(other, Some(Repetition::OtherBody));
    assert_eq!(
        records.find(&a_record("k2", 1).request).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn an_effect_that_fails_stores_no_answer() {
    let home = home().await;
    let owner = home.person().await.id;
    let mut publication = a_publication(a_script(owner), packed(1));
    publication.script.slug = home.script(owner, 1).await.slug;
    publication.idempotency = Some(a_record("k1", 1));
    let outcome = PgScripts::new(home.pg.clone()).publish(&publication).await;
    assert!(outcome.is_err());
    assert_eq!(home.count("SELECT count(*) FROM idempotency_keys").await, 0);
}
