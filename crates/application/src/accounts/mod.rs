//! Accounts: joining, confirming an address, telling about oneself.

pub mod create_admin;
pub mod profile;
pub mod register;
pub mod resend_verification;
pub mod verify_email;

use chrono::{DateTime, Utc};
use domain::account::verification::{OneTimeToken, TokenPurpose, VERIFICATION_LIFETIME};
use domain::id::UserId;
use domain::job::{Job, MailOrder, NewJob};
use domain::port::ids::Ids;

/// A fresh verification token and the mail that carries it.
fn verification(ids: &dyn Ids, user: UserId, now: DateTime<Utc>) -> (OneTimeToken, NewJob) {
    let token = OneTimeToken {
        id: ids.token(),
        user,
        purpose: TokenPurpose::VerifyEmail,
        created_at: now,
        expires_at: now + VERIFICATION_LIFETIME,
    };
    let mail = NewJob {
        id: ids.job(),
        run_at: now,
        job: Job::SendMail(MailOrder::VerifyEmail {
            user,
            token: token.id,
        }),
    };
    (token, mail)
}
