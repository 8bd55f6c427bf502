//! The second factor of a sign-in.

use std::fs;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use totp_rs::{Builder, Secret, Totp};

use crate::harness::{Answer, Caller, PASSWORD, Person, Platform};

const TOTP: &str = "/api/users/me/mfa/totp";

/// An authenticator that took a secret over.
struct Authenticator {
    totp: Totp,
    /// The next step whose code was not shown yet: tests do not wait for time to pass.
    next: u64,
}

impl Authenticator {
    fn with(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).expect("the secret is base32");
        let builder = Builder::new()
            .with_secret(secret)
            .with_account_name("alice")
            .with_issuer(Some("ScriptHub"));
        Self {
            totp: builder.build().expect("the secret is long enough"),
            next: 0,
        }
    }

    /// A code that is accepted now and was not shown before: of the step before this one, of this one, of the one after.
    fn code(&mut self) -> String {
        let now = self.totp.next_step_current() / 30 - 1;
        let step = self.next.max(now - 1);
        assert!(
            step <= now + 1,
            "the test shows codes faster than time goes"
        );
        self.next = step + 1;
        self.totp.generate(step * 30).to_string()
    }
}

/// A platform that counts nothing but the tries of a sign-in.
async fn a_platform() -> Platform {
    Platform::plan().without_limits().start().await
}

/// Sets a second factor up; answers the authenticator and the recovery codes.
async fn protect(person: &Person) -> (Authenticator, Vec<String>) {
    let sheet = person.post(TOTP).await.must_be(200);
    let mut authenticator = Authenticator::with(&sheet.at("/secret"));
    assert!(sheet.at("/otpauth_uri").contains(&sheet.at("/secret")));
    assert!(sheet.at("/qr_svg").contains("<svg"));
    let body = json!({"code": authenticator.code()});
    let confirmed = person.post(&format!("{TOTP}/confirm")).json(&body).await;
    let codes = confirmed.must_be(200).json()["recovery_codes"].clone();
    let codes: Vec<String> = serde_json::from_value(codes).expect("a list of texts");
    assert_eq!(codes.len(), 10);
    (authenticator, codes)
}

/// The first half of a sign-in.
async fn half(caller: &Caller, email: &str) -> String {
    let answer = caller.login(email, PASSWORD).await.must_be(200);
    assert_eq!(answer.json()["mfa_required"], true);
    assert_eq!(answer.json()["token"], Value::Null);
    answer.at("/mfa_token")
}

/// The second half.
async fn complete(caller: &Caller, token: &str, code: &str) -> Answer {
    let body = json!({"mfa_token": token, "code": code});
    caller.post("/api/auth/mfa").json(&body).await
}

#[tokio::test]
async fn a_sign_in_asks_for_a_code_and_each_code_works_once() {
    let platform = a_platform().await;
    let alice = platform.newcomer("alice").await;
    let (mut authenticator, _) = protect(&alice).await;
    let caller = platform.anonymous();
    let token = half(&caller, &alice.email).await;
    let signed_in = "SELECT count(*) FROM sessions";
    assert_eq!(platform.count(signed_in).await, 1, "only the first one");

    let code = authenticator.code();
    let answer = complete(&caller, &token, &code).await.must_be(200);
    Person::of(&caller, &answer)
        .get("/api/users/me")
        .await
        .must_be(200);
    let both = "SELECT count(*) FROM sessions WHERE amr = ARRAY['pwd', 'otp']";
    assert_eq!(platform.count(both).await, 1);

    // Neither the token nor the code works again.
    complete(&caller, &token, &authenticator.code())
        .await
        .must_fail(401, "mfa_token_invalid");
    let token = half(&caller, &alice.email).await;
    complete(&caller, &token, &code)
        .await
        .must_fail(401, "mfa_code_invalid");
    let notice = platform.mails().nth(&alice.email, 1).await;
    assert!(notice.contains("Two-step sign-in is on"), "{notice}");
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_and_none_of_them_is_stored() {
    let platform = a_platform().await;
    let alice = platform.newcomer("alice").await;
    let (_, codes) = protect(&alice).await;
    let caller = platform.anonymous();
    let first = codes.first().expect("there are ten");
    let token = half(&caller, &alice.email).await;
    complete(&caller, &token, &first.to_uppercase())
        .await
        .must_be(200);
    let token = half(&caller, &alice.email).await;
    complete(&caller, &token, first)
        .await
        .must_fail(401, "mfa_code_invalid");
    let second = codes.get(1).expect("there are ten");
    complete(&caller, &token, second).await.must_be(200);
    let used = "SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL";
    assert_eq!(platform.count(used).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_has_five_tries_however_many_come_at_once() {
    let platform = a_platform().await;
    let alice = platform.newcomer("alice").await;
    let (mut authenticator, _) = protect(&alice).await;
    let caller = platform.anonymous();
    let token = half(&caller, &alice.email).await;
    let mut tries = JoinSet::new();
    for _ in 0..12 {
        let (caller, token) = (platform.anonymous(), token.clone());
        tries.spawn(async move { complete(&caller, &token, "no code").await.must_be(401) });
    }
    let answers = tries.join_all().await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.at("/code") == "mfa_code_invalid");
    assert_eq!(looked_at.count(), 5);
    complete(&caller, &token, &authenticator.code())
        .await
        .must_fail(401, "mfa_token_invalid");
    let refused = "SELECT count(*) FROM audit_logs WHERE action = 'session.second_factor_refused'";
    assert_eq!(platform.count(refused).await, 5);
}

#[tokio::test]
async fn it_is_given_up_with_a_fresh_proof_and_a_code_is_one() {
    let platform = a_platform().await;
    let alice = platform.newcomer("alice").await;
    let (mut authenticator, _) = protect(&alice).await;
    platform
        .execute("UPDATE sessions SET auth_time = now() - interval '11 minutes'")
        .await;
    let alice = alice.refreshed().await;
    alice.delete(TOTP).await.must_fail(403, "reauth_required");
    alice.post(TOTP).await.must_fail(403, "reauth_required");
    let body = json!({"code": authenticator.code()});
    let proven = alice.post("/api/auth/reauthenticate").json(&body).await;
    let fresh = alice.bearing(&proven.must_be(200).at("/token/access_token"));
    fresh.post(TOTP).await.must_fail(409, "mfa_already_enabled");
    fresh.delete(TOTP).await.must_be(204);
    alice.sign_in().await;
    let notice = platform.mails().nth(&alice.email, 2).await;
    assert!(notice.contains("Two-step sign-in is off"), "{notice}");
}

#[tokio::test]
async fn who_has_lost_everything_is_let_in_again_by_the_operator_and_told_so() {
    let platform = a_platform().await;
    let alice = platform.register("alice").await;
    protect(&alice).await;
    half(&platform.anonymous(), &alice.email).await;
    let file = platform.scratch().path().join("password");
    fs::write(&file, "another horse, another battery\n").expect("a file can be written");
    let act = |act: &str| {
        let mut command = platform.settings().command();
        command.args(["admin", act, "--user", "alice"]);
        if act == "reset-password" {
            command.arg("--password-file").arg(&file);
        }
        command.output().expect("the program can be started").status
    };
    assert!(act("reset-password").success());
    alice
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    let login = async || {
        let login = platform.anonymous();
        login
            .login(&alice.email, "another horse, another battery")
            .await
            .must_be(200)
    };
    assert_eq!(
        login().await.json()["mfa_required"],
        true,
        "the factor stays"
    );
    assert!(act("remove-second-factor").success());
    login().await.at("/token/access_token");
    assert!(!act("remove-second-factor").success(), "there is none");
    let by = "SELECT count(*) FROM audit_logs WHERE actor_kind = 'operator' \
              AND action IN ('account.reset_password', 'account.disable_second_factor')";
    assert_eq!(platform.count(by).await, 2);
    let told = platform.mails().nth(&alice.email, 3).await;
    assert!(told.contains("Two-step sign-in is off"), "{told}");
}
