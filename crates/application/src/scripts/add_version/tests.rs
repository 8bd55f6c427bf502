use super::*;
use domain::access::key::KeyScope;
use domain::access::permission::Permission;
use domain::id::UserId;
use domain::idempotency::{IdempotencyKey, RequestIdentity, StoredReply};
use domain::port::content_packer::MockContentPacker;
use domain::port::idempotent_replies::MockIdempotentReplies;
use domain::port::scripts::MockScripts;
use domain::script::version::VersionNumber;
use mockall::Sequence;
use test_support::{FixedClock, SequentialIds, a_detail, actor, packed};
use uuid::Uuid;

const OWNER: UserId = UserId::new(Uuid::from_u128(1));

async fn run(
    owner_acts: bool,
    seed: u8,
    expectations: impl FnOnce(&mut MockScripts),
) -> Result<Added, AddVersionError> {
    let mut scripts = MockScripts::new();
    expectations(&mut scripts);
    let detail = a_detail(OWNER);
    let id = detail.script.id;
    scripts
        .expect_find()
        .returning(move |_| Ok(Some(detail.clone())));
    let mut packer = MockContentPacker::new();
    packer.expect_pack().returning(move |_| Ok(packed(seed)));
    let use_case = AddVersion {
        scripts: Arc::new(scripts),
        replies: Arc::new(MockIdempotentReplies::new()),
        packer: Arc::new(packer),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let by = if owner_acts {
        actor().of(OWNER)
    } else {
        actor()
    };
    let command = NewVersion {
        label: None,
        changelog: Changelog::parse("better").unwrap(),
        content: "print(2)".to_owned(),
    };
    let by = by.with(Permission::ScriptsCreate).build();
    match use_case
        .run(by.permit().unwrap(), id, command, None)
        .await?
    {
        Done::Now(added) => Ok(added),
        Done::Before(reply) => panic!("nothing was keyed: {reply:?}"),
    }
}

/// The content that [`a_detail`] has already.
const SAME: u8 = 1;
const OTHER: u8 = 2;

#[tokio::test]
async fn a_new_content_becomes_the_next_version() {
    let added = run(true, OTHER, |scripts| {
        scripts
            .expect_add_version()
            .once()
            .withf(|addition| addition.after == VersionNumber::FIRST)
            .returning(|_| Ok(()));
    })
    .await
    .unwrap();
    let second = VersionNumber::FIRST.next();
    assert!(matches!(added, Added::New(version) if version.number == second));
}

#[tokio::test]
async fn the_same_content_as_the_newest_adds_nothing() {
    let added = run(true, SAME, |_| {}).await.unwrap();
    assert!(matches!(added, Added::Unchanged(version) if version.number == VersionNumber::FIRST));
}

#[tokio::test]
async fn a_version_that_came_in_between_is_seen_and_the_next_number_taken() {
    let added = run(true, OTHER, |scripts| {
        let mut order = Sequence::new();
        scripts
            .expect_add_version()
            .once()
            .in_sequence(&mut order)
            .returning(|_| Err(StoreError::Conflict(VersionConflict::Stale)));
        scripts
            .expect_add_version()
            .once()
            .in_sequence(&mut order)
            .withf(|addition| addition.after.get() == 5)
            .returning(|_| Ok(()));
        let mut moved = a_detail(OWNER);
        moved.latest.number = VersionNumber::new(5).unwrap();
        let mut reads = Sequence::new();
        scripts
            .expect_find()
            .once()
            .in_sequence(&mut reads)
            .returning(|_| Ok(Some(a_detail(OWNER))));
        scripts
            .expect_find()
            .once()
            .in_sequence(&mut reads)
            .returning(move |_| Ok(Some(moved.clone())));
    })
    .await
    .unwrap();
    assert!(matches!(added, Added::New(version) if version.number.get() == 6));
}

#[tokio::test]
async fn nobody_adds_to_the_script_of_somebody_else() {
    let outcome = run(false, OTHER, |_| {}).await;
    assert!(matches!(outcome, Err(AddVersionError::NotYours)));
}

#[tokio::test]
async fn a_key_that_is_kept_to_other_scripts_is_not_told_what_was_answered_before() {
    let detail = a_detail(OWNER);
    let id = detail.script.id;
    let mut scripts = MockScripts::new();
    scripts
        .expect_find()
        .returning(move |_| Ok(Some(detail.clone())));
    let use_case = AddVersion {
        scripts: Arc::new(scripts),
        // Whoever asks it fails the test.
        replies: Arc::new(MockIdempotentReplies::new()),
        packer: Arc::new(MockContentPacker::new()),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let other = ScriptId::new(Uuid::from_u128(99));
    let by = actor().of(OWNER).with(Permission::ScriptsCreate);
    let by = by.through_key(&[KeyScope::Write], Some(vec![other]));
    let command = NewVersion {
        label: None,
        changelog: Changelog::parse("better").unwrap(),
        content: "print(2)".to_owned(),
    };
    let render = |_: &Version| StoredReply {
        status: 201,
        headers: Vec::new(),
        body: Vec::new(),
    };
    let keyed = Keyed {
        request: RequestIdentity {
            scope: "alice POST /api/scripts/{id}/versions".to_owned(),
            key: IdempotencyKey::parse("k1").unwrap(),
            fingerprint: [1; 32],
        },
        render: &render,
    };
    let outcome = use_case.run(by.permit().unwrap(), id, command, Some(keyed));
    assert!(matches!(outcome.await, Err(AddVersionError::NotYours)));
}

#[tokio::test]
async fn a_label_names_one_version_only() {
    let outcome = run(true, OTHER, |scripts| {
        scripts
            .expect_add_version()
            .returning(|_| Err(StoreError::Conflict(VersionConflict::LabelTaken)));
    })
    .await;
    assert!(matches!(outcome, Err(AddVersionError::LabelTaken)));
}
