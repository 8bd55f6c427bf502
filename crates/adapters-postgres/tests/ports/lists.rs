//! Lists of scripts and of versions, page by page.

use crate::common::home;
use crate::scripts::{an_addition, tags};
use adapters_postgres::PgScripts;
use chrono::TimeDelta;
use domain::page::{Limit, Window};
use domain::port::scripts::Scripts;
use domain::script::listing::{ListScope, ScriptFilter, ScriptListing, ScriptSort};
use domain::script::state::Visibility;
use domain::script::taxonomy::Tag;
use test_support::{a_publication, a_script, packed};

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
