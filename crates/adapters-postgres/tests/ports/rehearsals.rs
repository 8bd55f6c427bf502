//! What an edit would do, and edits that concern many.

use domain::access::edit::{AccessEdit, RoleEdit};
use domain::access::impact::Impact;
use domain::id::UserId;

use crate::access_edits::{assign, decide, delete, found, holder, names, rehearse, role};
use crate::common::home;

#[tokio::test]
async fn a_rehearsal_considers_all_other_roles_and_writes_nothing() {
    let home = home().await;
    let admin = Some(holder(&home, "admin").await.id);
    let (ada, grace) = (
        holder(&home, "premium_user").await,
        holder(&home, "premium_user").await,
    );
    // Grace features scripts as a moderator, too.
    decide(
        &home,
        admin,
        assign(grace.id, &["premium_user", "moderator"]),
    )
    .await
    .unwrap();
    let before = home.count("SELECT value FROM access_epoch").await;
    let premium = found(&home, "premium_user").await.unwrap();
    let less = premium.permissions.without(&names(&["scripts.featured"]));
    let edit = AccessEdit::Role(RoleEdit::SetPermissions {
        role: role("premium_user"),
        permissions: less.and(&names(&["system.read"])),
        expected: premium.revision,
    });
    let impact = rehearse(&home, admin, edit).await.unwrap();
    assert_eq!((impact.holders.number, impact.affected.number), (2, 2));
    let of = |user: UserId| impact.sample.iter().find(|one| one.user == user).unwrap();
    assert_eq!(of(ada.id).lost, names(&["scripts.featured"]));
    assert_eq!(of(grace.id).lost, names(&[]));
    assert_eq!(of(grace.id).gained, names(&["system.read"]));
    assert_eq!(found(&home, "premium_user").await, Some(premium));
    assert_eq!(home.count("SELECT value FROM access_epoch").await, before);
}

#[tokio::test]
async fn a_change_for_ten_thousand_is_one_epoch_and_is_counted_as_far_as_it_goes() {
    let home = home().await;
    let admin = Some(holder(&home, "admin").await.id);
    home.owner
        .batch_execute(
            "WITH made AS (INSERT INTO users (id, username, username_key) \
                 SELECT gen_random_uuid(), 'bulk_' || n, 'bulk_' || n FROM generate_series(1, 10100) AS n RETURNING id) \
             INSERT INTO user_roles (user_id, role_id) \
                 SELECT made.id, r.id FROM made, roles r WHERE r.name = 'premium_user'",
        )
        .await
        .unwrap();
    let premium = found(&home, "premium_user").await.unwrap();
    assert!(!premium.holders.is_exact);
    let less = premium.permissions.without(&names(&["api.advanced"]));
    let edit = || {
        AccessEdit::Role(RoleEdit::SetPermissions {
            role: role("premium_user"),
            permissions: less.clone(),
            expected: premium.revision,
        })
    };
    let impact = rehearse(&home, admin, edit()).await.unwrap();
    assert!(!impact.affected.is_exact);
    assert_eq!(impact.affected.number, 10_000);
    assert_eq!(impact.sample.len(), usize::from(Impact::SAMPLE));
    let feed = "SELECT count(*) FROM access_changes";
    let before = home.count(feed).await;
    decide(&home, admin, edit()).await.unwrap();
    assert_eq!(home.count(feed).await, before + 1);
    decide(&home, admin, delete("premium_user", Some("user")))
        .await
        .unwrap();
    assert_eq!(home.count(feed).await, before + 2);
}
