use super::*;
use domain::outage::Dependency;
use domain::page::{Page, Position};
use domain::port::accounts::MockAccounts;
use domain::port::api_keys::MockApiKeys;
use domain::port::audit_records::MockAuditRecords;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::content_packer::MockContentPacker;
use domain::port::identities::MockIdentities;
use domain::port::personal_data::MockPersonalData;
use domain::port::second_factors::MockSecondFactors;
use domain::port::sessions::MockSessions;
use domain::script::version::VersionNumber;
use test_support::{FixedClock, SequentialIds, a_user, actor};
use uuid::Uuid;

/// An account with this data, whose export is remembered or not.
fn over(data: MockPersonalData, records: MockAuditRecords, is_remembered: bool) -> ExportAccount {
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(|_| {
        Ok(Some(UserWithRoles {
            user: a_user(),
            roles: Vec::new(),
        }))
    });
    let mut identities = MockIdentities::new();
    identities
        .expect_list()
        .returning(|_| Ok(SignInWays::default()));
    let mut second_factors = MockSecondFactors::new();
    second_factors.expect_is_enabled().returning(|_| Ok(true));
    let mut sessions = MockSessions::new();
    sessions.expect_list().returning(|_, _| Ok(Vec::new()));
    let mut keys = MockApiKeys::new();
    keys.expect_list().returning(|_| Ok(Vec::new()));
    let mut audit = MockAuditTrail::new();
    audit.expect_append().once().returning(move |journal| {
        let action = journal.entries().first().map(|entry| entry.action);
        assert_eq!(action, Some(AuditAction::ExportAccount));
        if is_remembered {
            Ok(())
        } else {
            Err(Outage::Overloaded(Dependency::Postgres))
        }
    });
    ExportAccount {
        accounts: Arc::new(accounts),
        identities: Arc::new(identities),
        second_factors: Arc::new(second_factors),
        sessions: Arc::new(sessions),
        keys: Arc::new(keys),
        data: Arc::new(data),
        packer: Arc::new(MockContentPacker::new()),
        records: Arc::new(records),
        audit: Arc::new(audit),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    }
}

fn held(number: u32, size: u32) -> HeldVersion {
    HeldVersion {
        script: ScriptId::new(Uuid::from_u128(1)),
        number: VersionNumber::new(number).unwrap(),
        size,
    }
}

#[tokio::test]
async fn each_kind_comes_in_its_order_and_the_pages_of_each_to_the_last() {
    let mut data = MockPersonalData::new();
    data.expect_list_scripts()
        .once()
        .returning(|_, _, _| Ok(Vec::new()));
    data.expect_list_versions()
        .once()
        .returning(|_| Ok((1..=60).map(|number| held(number, 1)).collect()));
    data.expect_open_versions().times(2).returning(|batch| {
        assert!([50, 10].contains(&batch.len()));
        Ok(Vec::new())
    });
    let mut records = MockAuditRecords::new();
    let place = Position {
        at: FixedClock::default().now(),
        id: Uuid::from_u128(9),
    };
    records.expect_timeline().times(2).returning(move |asked| {
        Ok(Page {
            items: Vec::new(),
            next: (asked.window == Window::First).then_some(place),
            previous: None,
        })
    });
    let by = actor().build().by_session().unwrap();
    let begun = over(data, records, true).begin(&by).await;
    let (holdings, mut export) = begun.unwrap();
    assert!(holdings.has_second_factor);
    let mut kinds = Vec::new();
    while let Some(part) = export.next().await.unwrap() {
        kinds.push(match part {
            ExportedPart::Scripts(_) => 's',
            ExportedPart::Versions(_) => 'v',
            ExportedPart::Events(_) => 'e',
        });
    }
    assert_eq!(kinds, ['s', 'v', 'v', 'e', 'e']);
}

#[tokio::test]
async fn what_cannot_be_remembered_is_not_exported() {
    let export = over(MockPersonalData::new(), MockAuditRecords::new(), false);
    let by = actor().build().by_session().unwrap();
    assert!(matches!(
        export.begin(&by).await,
        Err(ExportAccountError::Outage(_))
    ));
}

#[test]
fn contents_in_memory_are_bounded_and_a_larger_one_comes_alone() {
    let large = 3 * 1024 * 1024;
    let huge = 8 * 1024 * 1024;
    let versions = [held(1, large), held(2, large), held(3, huge), held(4, 1)];
    let mut rest = VecDeque::from(versions);
    let mut batches = Vec::new();
    while !rest.is_empty() {
        batches.push(next_batch(&mut rest).len());
    }
    assert_eq!(batches, [1, 1, 1, 1]);
    let mut rest: VecDeque<_> = (1..=3).map(|number| held(number, 10)).collect();
    assert_eq!(next_batch(&mut rest).len(), 3);
}
