use super::*;
use domain::access::key::KeyScope;
use domain::access::permission::Permission;
use domain::account::user::UserWithRoles;
use domain::idempotency::{IdempotencyConflict, IdempotencyKey, RequestIdentity, StoredReply};
use domain::port::accounts::MockAccounts;
use domain::port::content_packer::MockContentPacker;
use domain::port::idempotent_replies::{MockIdempotentReplies, Repetition};
use domain::port::scripts::MockScripts;
use domain::script::content::MAX_BYTES;
use mockall::Sequence;
use test_support::{FixedClock, SequentialIds, a_user, actor, packed};

fn use_case(scripts: MockScripts, replies: MockIdempotentReplies) -> PublishScript {
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(|_| {
        Ok(Some(UserWithRoles {
            user: a_user(),
            roles: Vec::new(),
        }))
    });
    let mut packer = MockContentPacker::new();
    packer.expect_pack().returning(|_| Ok(packed(7)));
    PublishScript {
        scripts: Arc::new(scripts),
        accounts: Arc::new(accounts),
        replies: Arc::new(replies),
        packer: Arc::new(packer),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    }
}

fn by() -> Permitted<CreateScripts> {
    actor()
        .with(Permission::ScriptsCreate)
        .build()
        .permit()
        .unwrap()
}

#[tokio::test]
async fn a_key_that_is_kept_to_scripts_publishes_no_other() {
    let kept = vec![domain::id::ScriptId::new(uuid::Uuid::from_u128(5))];
    let author = actor().with(Permission::ScriptsCreate);
    let by = author.through_key(&[KeyScope::Write], Some(kept));
    let use_case = use_case(MockScripts::new(), MockIdempotentReplies::new());
    let outcome = use_case
        .run(by.permit().unwrap(), command(None, "x"), None)
        .await;
    assert!(matches!(outcome, Err(PublishError::KeyRestricted)));
}

fn command(slug: Option<&str>, content: &str) -> NewScript {
    NewScript {
        slug: slug.map(|slug| Slug::parse(slug).unwrap()),
        title: Title::parse("Hello there").unwrap(),
        summary: Summary::parse("").unwrap(),
        readme: Readme::parse("").unwrap(),
        language: Language::parse("lua").unwrap(),
        licence: None,
        tags: Tags::default(),
        category: None,
        visibility: Visibility::Public,
        label: None,
        changelog: Changelog::parse("").unwrap(),
        content: content.to_owned(),
    }
}

fn reply(status: u16) -> StoredReply {
    StoredReply {
        status,
        headers: Vec::new(),
        body: b"{}".to_vec(),
    }
}

fn keyed(render: &(dyn Fn(&ScriptDetail) -> StoredReply + Send + Sync)) -> Keyed<'_, ScriptDetail> {
    Keyed {
        request: RequestIdentity {
            scope: "alice POST /api/scripts".to_owned(),
            key: IdempotencyKey::parse("k1").unwrap(),
            fingerprint: [1; 32],
        },
        render,
    }
}

#[tokio::test]
async fn one_write_holds_the_script_its_first_version_its_content_and_an_audit_row() {
    let mut scripts = MockScripts::new();
    scripts
        .expect_publish()
        .once()
        .withf(|publication| {
            publication.script.slug.as_str() == "hello-there"
                && publication.version.sha256 == publication.content.sha256
                && publication.version.script == publication.script.id
                && publication.idempotency.is_none()
                && publication.journal.entries().len() == 1
        })
        .returning(|_| Ok(()));
    let done = use_case(scripts, MockIdempotentReplies::new())
        .run(by(), command(None, "print(1)"), None)
        .await
        .unwrap();
    assert!(
        matches!(done, Done::Now(detail) if detail.script.latest_version == VersionNumber::FIRST)
    );
}

#[tokio::test]
async fn a_suggested_slug_that_is_taken_gets_a_unique_variant() {
    let mut scripts = MockScripts::new();
    let mut order = Sequence::new();
    scripts
        .expect_publish()
        .once()
        .in_sequence(&mut order)
        .returning(|_| Err(StoreError::Conflict(PublishConflict::SlugTaken)));
    scripts
        .expect_publish()
        .once()
        .in_sequence(&mut order)
        .withf(|publication| publication.script.slug.as_str().starts_with("hello-there-"))
        .returning(|_| Ok(()));
    use_case(scripts, MockIdempotentReplies::new())
        .run(by(), command(None, "print(1)"), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_slug_that_was_asked_for_is_never_changed() {
    let mut scripts = MockScripts::new();
    scripts
        .expect_publish()
        .once()
        .returning(|_| Err(StoreError::Conflict(PublishConflict::SlugTaken)));
    let outcome = use_case(scripts, MockIdempotentReplies::new())
        .run(by(), command(Some("mine"), "print(1)"), None)
        .await;
    assert!(matches!(outcome, Err(PublishError::SlugTaken)));
}

#[tokio::test]
async fn a_content_beyond_the_limit_of_its_author_is_refused_before_anything_is_written() {
    let text = "a".repeat(MAX_BYTES + 1);
    let outcome = use_case(MockScripts::new(), MockIdempotentReplies::new())
        .run(by(), command(None, &text), None)
        .await;
    assert!(matches!(
        outcome,
        Err(PublishError::Content(Violation::TooLong { .. }))
    ));
    let mut scripts = MockScripts::new();
    scripts.expect_publish().returning(|_| Ok(()));
    let advanced = actor()
        .with(Permission::ScriptsCreate)
        .with(Permission::ApiAdvanced)
        .build();
    use_case(scripts, MockIdempotentReplies::new())
        .run(advanced.permit().unwrap(), command(None, &text), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_keyed_request_stores_its_answer_with_its_effect() {
    let mut scripts = MockScripts::new();
    scripts
        .expect_publish()
        .once()
        .withf(|publication| {
            let record = publication.idempotency.as_ref().unwrap();
            record.reply.status == 201
                && record.expires_at == publication.script.created_at + chrono::TimeDelta::hours(24)
        })
        .returning(|_| Ok(()));
    let mut replies = MockIdempotentReplies::new();
    replies.expect_find().returning(|_| Ok(None));
    use_case(scripts, replies)
        .run(
            by(),
            command(None, "print(1)"),
            Some(keyed(&|_| reply(201))),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn a_repetition_is_answered_as_before_and_writes_nothing() {
    let mut replies = MockIdempotentReplies::new();
    replies
        .expect_find()
        .returning(|_| Ok(Some(Repetition::Same(reply(201)))));
    let done = use_case(MockScripts::new(), replies)
        .run(
            by(),
            command(None, "print(1)"),
            Some(keyed(&|_| reply(500))),
        )
        .await
        .unwrap();
    assert_eq!(done, Done::Before(reply(201)));
}

#[tokio::test]
async fn a_key_of_another_body_is_a_conflict() {
    let mut replies = MockIdempotentReplies::new();
    replies
        .expect_find()
        .returning(|_| Ok(Some(Repetition::OtherBody)));
    let outcome = use_case(MockScripts::new(), replies)
        .run(
            by(),
            command(None, "print(1)"),
            Some(keyed(&|_| reply(201))),
        )
        .await;
    assert!(matches!(
        outcome,
        Err(PublishError::Key(KeyConflict::OtherBody))
    ));
}

#[tokio::test]
async fn of_two_at_once_the_second_waits_or_gets_the_answer_of_the_first() {
    for (conflict, answered) in [
        (IdempotencyConflict::InProgress, false),
        (IdempotencyConflict::AlreadyDone, true),
    ] {
        let mut scripts = MockScripts::new();
        scripts
            .expect_publish()
            .once()
            .returning(move |_| Err(StoreError::Conflict(PublishConflict::Repeated(conflict))));
        let mut replies = MockIdempotentReplies::new();
        let mut order = Sequence::new();
        replies
            .expect_find()
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(None));
        replies
            .expect_find()
            .in_sequence(&mut order)
            .returning(|_| Ok(Some(Repetition::Same(reply(201)))));
        let outcome = use_case(scripts, replies)
            .run(
                by(),
                command(None, "print(1)"),
                Some(keyed(&|_| reply(201))),
            )
            .await;
        if answered {
            assert_eq!(outcome.unwrap(), Done::Before(reply(201)));
        } else {
            assert!(matches!(
                outcome,
                Err(PublishError::Key(KeyConflict::InProgress))
            ));
        }
    }
}
