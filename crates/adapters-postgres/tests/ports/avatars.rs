//! Whose picture is which.

use adapters_postgres::{PgAccounts, PgAvatars};
use domain::account::avatar::AvatarChange;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::{AvatarId, UserId};
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::avatars::{Avatars, NobodyThere};
use domain::port::clock::Clock;
use test_support::{FixedClock, a_journal};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::common::home;

fn change(user: UserId, avatar: Option<AvatarId>) -> AvatarChange {
    let journal = a_journal(
        AuditAction::ChangeAvatar,
        Party::User(user),
        Subject::User(user),
    );
    AvatarChange {
        user,
        avatar,
        at: FixedClock::default().now(),
        journal,
    }
}

fn picture(number: u128) -> AvatarId {
    AvatarId::new(Uuid::from_u128(number))
}

#[tokio::test]
async fn a_change_tells_what_it_replaced_and_is_seen_with_the_account() {
    let home = home().await;
    let avatars = PgAvatars::new(home.pg.clone());
    let accounts = PgAccounts::new(home.pg.clone());
    let person = home.person().await;
    let (first, second) = (picture(1), picture(2));
    let changed = avatars
        .change(&change(person.id, Some(first)))
        .await
        .unwrap();
    assert_eq!(changed.replaced, None);
    assert_eq!(changed.account.user.avatar, Some(first));
    assert_eq!(changed.account.user.revision, person.revision.next());
    let changed = avatars
        .change(&change(person.id, Some(second)))
        .await
        .unwrap();
    assert_eq!(changed.replaced, Some(first));
    let found = accounts.find(person.id).await.unwrap().unwrap();
    assert_eq!(found.user.avatar, Some(second));
    let unused = avatars.list_unused(&[first, second]).await.unwrap();
    assert_eq!(unused, [first]);
    let changed = avatars.change(&change(person.id, None)).await.unwrap();
    assert_eq!(
        (changed.replaced, changed.account.user.avatar),
        (Some(second), None)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_changes_at_once_one_stays_and_every_other_is_told_to_exactly_one() {
    let home = home().await;
    let avatars = PgAvatars::new(home.pg.clone());
    let accounts = PgAccounts::new(home.pg.clone());
    let person = home.person().await;
    let mut changes = JoinSet::new();
    let mut sent: Vec<_> = (0..10).map(picture).collect();
    for avatar in sent.clone() {
        let (avatars, id) = (avatars.clone(), person.id);
        changes.spawn(async move { avatars.change(&change(id, Some(avatar))).await.unwrap() });
    }
    let done = changes.join_all().await;
    let found = accounts.find(person.id).await.unwrap().unwrap();
    let mut known: Vec<_> = done
        .into_iter()
        .filter_map(|changed| changed.replaced)
        .collect();
    known.extend(found.user.avatar);
    known.sort();
    sent.sort();
    assert_eq!(known, sent);
}

#[tokio::test]
async fn nobody_gets_no_picture() {
    let home = home().await;
    let avatars = PgAvatars::new(home.pg.clone());
    let nobody = UserId::new(Uuid::from_u128(404));
    let refused = avatars.change(&change(nobody, Some(picture(1)))).await;
    assert!(matches!(refused, Err(StoreError::Conflict(NobodyThere))));
}
