//! What staff does: each act one transaction.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::closure::RESTORABLE;
use domain::account::supervision::{
    StaffAct, StaffConflict, StaffDecision, StaffDecisionMade, Suspension,
};
use domain::account::user::AccountStatus;
use domain::id::SessionId;
use domain::session::Revoke;

use crate::failure::{Damage, Failure};
use crate::sql::{access, api_keys, journal, session, tokens};
use crate::statement::handwritten;

type Refusal = Failure<StaffConflict>;

#[derive(QueryableByName)]
struct StateRow {
    #[diesel(sql_type = Text)]
    account_status: String,
}

pub(super) async fn decide(
    wire: &AsyncPgConnection,
    decision: &StaffDecision,
) -> Result<StaffDecisionMade, Refusal> {
    let status = lock(wire, decision).await?;
    if let Some(by) = decision.by {
        access::stand_above(wire, by, decision.user, StaffConflict::Above).await?;
    }
    let done = match &decision.act {
        StaffAct::Suspend(suspension) => suspend(wire, decision, suspension).await?,
        StaffAct::LiftSuspension => lift(wire, decision).await?,
        StaffAct::SignOut => true,
        StaffAct::Delete => delete(wire, decision).await?,
        StaffAct::Restore => restore(wire, decision).await?,
    };
    if !done {
        return Err(Failure::Conflict(StaffConflict::WrongState(status)));
    }
    let ended = put_out(wire, decision).await?;
    journal::write(wire, &decision.journal).await?;
    let epoch = access::bump(wire, decision.user).await?;
    Ok(StaffDecisionMade { ended, epoch })
}

/// Holds the account until the commit: of two acts at once, the second sees what the first has done.
async fn lock(
    mut wire: &AsyncPgConnection,
    decision: &StaffDecision,
) -> Result<AccountStatus, Refusal> {
    let rows: Vec<StateRow> =
        handwritten("SELECT account_status FROM users WHERE id = $1 FOR NO KEY UPDATE")
            .bind::<Uuid, _>(decision.user.as_uuid())
            .load(&mut wire)
            .await?;
    let row = rows
        .into_iter()
        .next()
        .ok_or(Failure::Conflict(StaffConflict::NotFound))?;
    let status = AccountStatus::by_name(&row.account_status)
        .ok_or_else(|| Damage::new("users.account_status", row.account_status))?;
    Ok(status)
}

async fn suspend(
    mut wire: &AsyncPgConnection,
    decision: &StaffDecision,
    suspension: &Suspension,
) -> Result<bool, Refusal> {
    let changed = handwritten(
        "UPDATE users SET account_status = 'suspended', suspended_reason = $2, suspended_until = $3, revision = revision + 1 \
         WHERE id = $1 AND account_status <> 'deleted'",
    )
    .bind::<Uuid, _>(decision.user.as_uuid())
    .bind::<Text, _>(suspension.reason.as_str())
    .bind::<Nullable<Timestamptz>, _>(suspension.until)
    .execute(&mut wire)
    .await?;
    Ok(changed == 1)
}

async fn lift(mut wire: &AsyncPgConnection, decision: &StaffDecision) -> Result<bool, Refusal> {
    let changed = handwritten(
        "UPDATE users SET account_status = 'active', suspended_reason = NULL, suspended_until = NULL, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'suspended'",
    )
    .bind::<Uuid, _>(decision.user.as_uuid())
    .execute(&mut wire)
    .await?;
    Ok(changed == 1)
}

/// The suspension of an account that is deleted stays written down, so that deleting and restoring does not wash it off.
async fn delete(mut wire: &AsyncPgConnection, decision: &StaffDecision) -> Result<bool, Refusal> {
    let changed = handwritten(
        "UPDATE users SET account_status = 'deleted', deleted_at = $2, deleted_by_staff = true, revision = revision + 1 \
         WHERE id = $1 AND account_status <> 'deleted'",
    )
    .bind::<Uuid, _>(decision.user.as_uuid())
    .bind::<Timestamptz, _>(decision.at)
    .execute(&mut wire)
    .await?;
    Ok(changed == 1)
}

async fn restore(mut wire: &AsyncPgConnection, decision: &StaffDecision) -> Result<bool, Refusal> {
    let earliest: DateTime<Utc> = decision.at - RESTORABLE;
    let changed = handwritten(
        "UPDATE users SET \
             account_status = CASE WHEN suspended_reason IS NULL THEN 'active' ELSE 'suspended' END, \
             deleted_at = NULL, deleted_by_staff = false, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'deleted' AND deleted_at > $2",
    )
    .bind::<Uuid, _>(decision.user.as_uuid())
    .bind::<Timestamptz, _>(earliest)
    .execute(&mut wire)
    .await?;
    Ok(changed == 1)
}

/// Ends what lets the person in, where the act is meant to keep them out.
async fn put_out(
    wire: &AsyncPgConnection,
    decision: &StaffDecision,
) -> Result<Vec<SessionId>, Refusal> {
    let (user, at) = (decision.user, decision.at);
    let reason = match decision.act {
        StaffAct::Suspend(_) => "account_suspended",
        StaffAct::Delete => "account_deleted",
        StaffAct::SignOut => {
            api_keys::end_all(wire, user, "signed_out_by_staff").await?;
            return session::end(wire, user, Revoke::All, "signed_out_by_staff").await;
        }
        StaffAct::LiftSuspension | StaffAct::Restore => return Ok(Vec::new()),
    };
    access::keep_an_admin(wire, user, StaffConflict::LastAdmin).await?;
    let (ended, (), ()) = tokio::try_join!(
        session::end(wire, user, Revoke::All, reason),
        api_keys::end_all(wire, user, reason),
        tokens::supersede(wire, user, None, at),
    )?;
    Ok(ended)
}
