//! What people have made, all of it.

use adapters_postgres::{PgPersonalData, PgScripts};
use domain::port::personal_data::PersonalData;
use domain::port::scripts::Scripts;
use domain::script::publication::Deletion;

use crate::common::home;
use crate::scripts::journal;

#[tokio::test]
async fn all_of_a_person_is_handed_over_what_they_deleted_included_and_nothing_of_others() {
    let home = home().await;
    let data = PgPersonalData::new(home.pg.clone());
    let scripts = PgScripts::new(home.pg.clone());
    let (alice, bob) = (home.person().await, home.person().await);
    let mut own = Vec::new();
    for seed in 1..=3 {
        own.push(home.script(alice.id, seed).await);
    }
    home.script(bob.id, 4).await;
    let deletion = Deletion {
        script: own[0].id,
        expected: None,
        at: own[0].created_at,
        journal: journal(&own[0]),
    };
    scripts.delete(&deletion).await.unwrap();

    let mut ids: Vec<_> = own.iter().map(|script| script.id).collect();
    ids.sort();
    let first = data.list_scripts(alice.id, None, 2).await.unwrap();
    let last = first.last().map(|detail| detail.script.id);
    let rest = data.list_scripts(alice.id, last, 2).await.unwrap();
    let listed = first.iter().chain(&rest).map(|detail| detail.script.id);
    assert_eq!(listed.collect::<Vec<_>>(), ids);

    let held = data.list_versions(alice.id).await.unwrap();
    let named: Vec<_> = held.iter().map(|version| version.script).collect();
    assert_eq!(named, ids);
    let opened = data.open_versions(&held).await.unwrap();
    let contents = opened.iter().filter_map(|version| version.content.as_ref());
    assert_eq!(contents.count(), 3);
    assert!(data.open_versions(&[]).await.unwrap().is_empty());
}
