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

#[tokio::test]
async fn rows_are_found_by_every_field_newest_first() {
    let home = home().await;
    let (ada, grace) = (user(1), user(2));
    write(
        &home,
        1,
        Party::User(ada),
        AuditAction::SignIn,
        Subject::None,
    )
    .await;
    write(
        &home,
        2,
        Party::User(grace),
        AuditAction::SuspendAccount,
        Subject::User(ada),
    )
    .await;
    write(
        &home,
        3,
        Party::System,
        AuditAction::LiftSuspension,
        Subject::User(ada),
    )
    .await;
    let all = AuditFilter::default;
    let at = |seconds| Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds));
    let cases: [(AuditFilter, &[u128]); 8] = [
        (all(), &[3, 2, 1]),
        (
            AuditFilter {
                actor: Some(grace),
                ..all()
            },
            &[2],
        ),
        (
            AuditFilter {
                subject: Some(ada.as_uuid()),
                ..all()
            },
            &[3, 2],
        ),
        (
            AuditFilter {
                action: Some(AuditAction::SignIn),
                ..all()
            },
            &[1],
        ),
        (
            AuditFilter {
                outcome: Some(Outcome::Denied),
                ..all()
            },
            &[],
        ),
        (
            AuditFilter {
                from: at(2),
                ..all()
            },
            &[3, 2],
        ),
        (
            AuditFilter {
                from: at(2),
                to: at(3),
                ..all()
            },
            &[2],
        ),
        (
            AuditFilter {
                request_id: Some("request-1".to_owned()),
                ..all()
            },
            &[1],
        ),
    ];
    for (filter, expected) in cases {
        let told = format!("{filter:?}");
        assert_eq!(found(&home, filter).await, expected, "{told}");
    }
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
