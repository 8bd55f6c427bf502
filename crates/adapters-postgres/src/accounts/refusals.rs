//! Registrations with an address that is taken.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::one_time_token::MAILS_PER_HOUR;
use domain::account::registration::{RegisterConflict, TurnedAway};

use crate::failure::Failure;
use crate::sql::journal;
use crate::statement::handwritten;

#[derive(QueryableByName)]
struct SeenRow {
    #[diesel(sql_type = Bool)]
    name_is_taken: bool,
    #[diesel(sql_type = BigInt)]
    recent: i64,
}

pub(super) async fn turn_away(
    mut wire: &AsyncPgConnection,
    turned: &TurnedAway,
) -> Result<bool, Failure<RegisterConflict>> {
    // The lock lets one refusal of an account count at a time; so the count is a statement, and a snapshot, of its own.
    handwritten("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<Uuid, _>(turned.owner.as_uuid())
        .execute(&mut wire)
        .await?;
    let seen: SeenRow = handwritten(
        "SELECT EXISTS (SELECT FROM users WHERE username_key = $2) AS name_is_taken, \
             (SELECT count(*) FROM audit_logs WHERE subject_kind = 'user' AND subject_id = $1 \
                  AND action = 'account.register' AND outcome = 'failure' \
                  AND created_at > $3 - interval '1 hour') AS recent",
    )
    .bind::<Uuid, _>(turned.owner.as_uuid())
    .bind::<Text, _>(turned.username.as_str())
    .bind::<Timestamptz, _>(turned.at)
    .get_result(&mut wire)
    .await?;
    if seen.name_is_taken {
        return Err(Failure::Conflict(RegisterConflict::UsernameTaken));
    }
    let is_told = seen.recent < i64::from(MAILS_PER_HOUR);
    let journal = turned.journal.clone();
    let journal = if is_told {
        journal.enqueue(turned.notice.clone())
    } else {
        journal
    };
    journal::write(wire, &journal).await?;
    Ok(is_told)
}
