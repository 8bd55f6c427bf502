//! The audit log, as staff and the people concerned read it.

use adapters_postgres::{PgAuditRecords, PgRecords};
use chrono::{DateTime, TimeDelta};
use domain::audit::reading::{AuditFilter, AuditListing, SecurityTimeline};
use domain::audit::{AuditAction, AuditEntry, Facts, Origin, Outcome, Party, Subject};
use domain::id::{AuditId, SessionId, UserId};
use domain::journal::Journal;
use domain::page::{Limit, Window};
use domain::port::audit_records::AuditRecords;
use domain::port::audit_trail::AuditTrail;
use uuid::Uuid;

use crate::common::{Home, home};

fn user(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

/// The row of this number, one second after the one before.
async fn write(home: &Home, number: u32, actor: Party, action: AuditAction, subject: Subject) {
    let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(number));
    let id = AuditId::new(Uuid::from_u128(u128::from(number)));
    let origin = Origin {
        ip: Some([192, 0, 2, 1].into()),
        request_id: Some(format!("request-{number}")),
        ..Origin::default()
    };
    let entry = AuditEntry::success(id, at, actor, action, subject, &origin)
        .with_change(Facts::none(), Facts::none().with("number", "text"));
    let records = PgRecords::new(home.pg.clone());
    records.append(&Journal::new(entry)).await.unwrap();
}

async fn found(home: &Home, filter: AuditFilter) -> Vec<u128> {
    let listing = AuditListing {
        filter,
        window: Window::First,
        limit: Limit::DEFAULT,
    };
    let records = PgAuditRecords::new(home.pg.clone());
    let page = records.list(&listing).await.unwrap();
    let ids = page.items.iter().map(|row| row.id.as_uuid().as_u128());
    ids.collect()
}

/// What Grace did to Ada, and what the platform did.
async fn a_story(home: &Home, ada: UserId, grace: UserId) {
    let sign_in = AuditAction::SignIn;
    write(home, 1, Party::User(ada), sign_in, Subject::None).await;
    let (suspend, lift) = (AuditAction::SuspendAccount, AuditAction::LiftSuspension);
    write(home, 2, Party::User(grace), suspend, Subject::User(ada)).await;
    write(home, 3, Party::System, lift, Subject::User(ada)).await;
}

#[tokio::test]
async fn rows_are_found_by_every_field_newest_first() {
    let home = home().await;
    let (ada, grace) = (user(1), user(2));
    a_story(&home, ada, grace).await;
    let expect = async |expected: &[u128], narrow: &dyn Fn(&mut AuditFilter)| {
        let mut filter = AuditFilter::default();
        narrow(&mut filter);
        let told = format!("{filter:?}");
        assert_eq!(found(&home, filter).await, expected, "{told}");
    };
    let at = |seconds| Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds));
    expect(&[3, 2, 1], &|_| ()).await;
    expect(&[2], &|filter| filter.actor = Some(grace)).await;
    expect(&[3, 2], &|filter| filter.subject = Some(ada.as_uuid())).await;
    expect(&[1], &|filter| filter.action = Some(AuditAction::SignIn)).await;
    expect(&[], &|filter| filter.outcome = Some(Outcome::Denied)).await;
    expect(&[3, 2], &|filter| filter.from = at(2)).await;
    expect(&[2], &|filter| (filter.from, filter.to) = (at(2), at(3))).await;
    expect(&[1], &|filter| {
        filter.request_id = Some("request-1".to_owned());
    })
    .await;
}

#[tokio::test]
async fn a_timeline_holds_what_one_did_and_what_was_done_to_one_page_by_page() {
    let home = home().await;
    let (ada, grace) = (home.person().await.id, user(2));
    home.owner
        .execute("TRUNCATE sessions CASCADE", &[])
        .await
        .unwrap();
    let session = SessionId::new(Uuid::from_u128(7));
    let mut number = 0;
    for (actor, action, subject) in [
        (
            Party::User(ada),
            AuditAction::SignIn,
            Subject::Session(session),
        ),
        (Party::User(ada), AuditAction::CreateScript, Subject::None),
        (
            Party::User(grace),
            AuditAction::SignIn,
            Subject::User(grace),
        ),
        (Party::Anonymous, AuditAction::SignIn, Subject::User(ada)),
        (
            Party::User(grace),
            AuditAction::SuspendAccount,
            Subject::User(ada),
        ),
        // One row that concerns her in two ways is told once.
        (
            Party::User(ada),
            AuditAction::ChangePassword,
            Subject::User(ada),
        ),
    ] {
        number += 1;
        write(&home, number, actor, action, subject).await;
    }
    let records = PgAuditRecords::new(home.pg.clone());
    let read = async |window| {
        let timeline = SecurityTimeline {
            user: ada,
            window,
            limit: Limit::within(2, 2).unwrap(),
        };
        records.timeline(&timeline).await.unwrap()
    };
    let first = read(Window::First).await;
    let second = read(Window::After(first.next.unwrap())).await;
    let ids: Vec<_> = first.items.iter().chain(&second.items).collect();
    let ids: Vec<_> = ids.iter().map(|row| row.id.as_uuid().as_u128()).collect();
    // The registration of the account itself has a larger, random id, so it comes first.
    assert_eq!(ids.get(1..), Some([6, 5, 4].as_slice()), "{ids:?}");
    let back = read(Window::Before(second.previous.unwrap())).await;
    assert_eq!(back.items, first.items);
}
