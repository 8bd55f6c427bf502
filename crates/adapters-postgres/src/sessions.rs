//! Sessions: the durable truth about who is signed in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::sessions::{Rotation, RotationAttempt, Sessions};
use domain::session::rotation::{Decision, RotationState};
use domain::session::{
    AuthMethod, Device, MAX_SESSIONS_PER_USER, Reauthentication, Revocation, SessionOpening,
    SessionSummary, SessionUse,
};

use crate::failure::{Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::rows::session::{NewSessionRow, RotationRow, SummaryRow, rotation_columns};
use crate::schema::sessions;
use crate::sql::journal;
use crate::sql::session::{self, IdRow, ids};
use crate::statement::handwritten;

/// Sessions in PostgreSQL.
#[derive(Clone)]
pub struct PgSessions(Pg);

impl PgSessions {
    /// Sessions behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Sessions for PgSessions {
    async fn open(&self, opening: &SessionOpening) -> Result<Vec<SessionId>, Outage> {
        no_conflict(self.0.write("open_session", opening.clone(), open).await)
    }

    async fn is_new_device(&self, user: UserId, device: Option<Device>) -> Result<bool, Outage> {
        self.0
            .read("is_new_device", &(user, device), is_new_device)
            .await
    }

    async fn rotate(&self, attempt: &RotationAttempt) -> Result<Option<Rotation>, Outage> {
        let moved = self.0.write_one("rotate_session", attempt, advance).await;
        match no_conflict(moved)? {
            Some(rotation) => Ok(Some(rotation)),
            None => no_conflict(self.0.write("decide_rotation", *attempt, decide).await),
        }
    }

    async fn revoke(&self, revocation: &Revocation) -> Result<Vec<SessionId>, Outage> {
        no_conflict(
            self.0
                .write("revoke_sessions", revocation.clone(), revoke)
                .await,
        )
    }

    async fn reauthenticate(
        &self,
        proof: &Reauthentication,
    ) -> Result<Option<RotationState>, Outage> {
        let written = self
            .0
            .write("reauthenticate", proof.clone(), reauthenticate);
        no_conflict(written.await)
    }

    async fn list(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<SessionSummary>, Outage> {
        self.0
            .read("list_sessions", &(user, now), async |mut wire: &AsyncPgConnection, (user, now): &(UserId, DateTime<Utc>)| {
                let rows: Vec<SummaryRow> = handwritten(
                    "SELECT id, ip, user_agent, device, created_at, last_seen_at, absolute_expires_at FROM sessions \
                     WHERE user_id = $1 AND revoked_at IS NULL AND idle_expires_at > $2 AND absolute_expires_at > $2 \
                     ORDER BY last_seen_at DESC, id LIMIT $3",
                )
                .bind::<Uuid, _>(user.as_uuid())
                .bind::<Timestamptz, _>(*now).bind::<BigInt, _>(i64::from(MAX_SESSIONS_PER_USER))
                .load(&mut wire)
                .await?;
                Ok(rows.into_iter().map(SessionSummary::from).collect())
            })
            .await
    }

    async fn record_uses(&self, uses: &[SessionUse]) -> Result<(), Outage> {
        let written = self.0.write_one("record_uses", uses, record).await;
        no_conflict(written)
    }
}

#[derive(QueryableByName)]
struct NewRow {
    #[diesel(sql_type = Bool)]
    is_new: bool,
}

async fn is_new_device(
    mut wire: &AsyncPgConnection,
    (user, device): &(UserId, Option<Device>),
) -> Result<bool, Failure<Never>> {
    let row: NewRow = handwritten(
        "SELECT count(*) > 0 AND NOT COALESCE(bool_or(device IS NOT DISTINCT FROM $2), false) AS is_new FROM sessions WHERE user_id = $1",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Nullable<Text>, _>(device.as_ref().map(Device::as_str))
    .get_result(&mut wire)
    .await?;
    Ok(row.is_new)
}

/// Records a session; also inside other writes.
pub(crate) async fn open<C>(
    mut wire: &AsyncPgConnection,
    opening: &SessionOpening,
) -> Result<Vec<SessionId>, Failure<C>> {
    let session = &opening.session;
    // One sign-in of a person counts the sessions at a time.
    handwritten("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<Uuid, _>(session.user.as_uuid())
        .execute(&mut wire)
        .await?;
    diesel::insert_into(sessions::table)
        .values(NewSessionRow::from(session))
        .execute(&mut wire)
        .await?;
    let surplus = handwritten(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = 'too_many' WHERE id IN ( \
             SELECT id FROM ( \
                 SELECT id, row_number() OVER (ORDER BY id = $2 DESC, last_seen_at DESC, id) AS rank FROM sessions \
                 WHERE user_id = $1 AND revoked_at IS NULL AND idle_expires_at > $3 AND absolute_expires_at > $3 \
             ) AS living WHERE rank > $4 \
         ) RETURNING id",
    )
    .bind::<Uuid, _>(session.user.as_uuid())
    .bind::<Uuid, _>(session.id.as_uuid())
    .bind::<Timestamptz, _>(session.created_at)
    .bind::<BigInt, _>(i64::from(MAX_SESSIONS_PER_USER));
    let (ended, ()) = tokio::try_join!(
        async {
            let mut wire = wire;
            let ended: Vec<IdRow> = surplus.load(&mut wire).await?;
            Ok::<_, Failure<C>>(ended)
        },
        journal::write(wire, &opening.journal),
    )?;
    Ok(ids(ended))
}

/// The common case in one statement: the current token of a living session. Nothing found says nothing yet.
async fn advance(
    mut wire: &AsyncPgConnection,
    attempt: &RotationAttempt,
) -> Result<Option<Rotation>, Failure<Never>> {
    let sql = concat!(
        "UPDATE sessions SET generation = generation + 1, rotated_at = $3, used_at = NULL, last_seen_at = $3, \
             idle_expires_at = LEAST($4, absolute_expires_at) \
         WHERE id = $1 AND generation = $2 AND revoked_at IS NULL AND idle_expires_at > $3 AND absolute_expires_at > $3 \
         RETURNING ",
        rotation_columns!()
    );
    let rows: Vec<RotationRow> = handwritten(sql)
        .bind::<Uuid, _>(attempt.session.as_uuid())
        .bind::<BigInt, _>(attempt.presented.get())
        .bind::<Timestamptz, _>(attempt.now)
        .bind::<Timestamptz, _>(attempt.now + attempt.lifetimes.idle)
        .load(&mut wire)
        .await?;
    let row = rows.into_iter().next();
    row.map(|row| rotation(&row, Decision::Rotate(row.state())))
        .transpose()
}

/// Everything else: the row is locked, and the domain decides.
async fn decide(
    mut wire: &AsyncPgConnection,
    attempt: &RotationAttempt,
) -> Result<Option<Rotation>, Failure<Never>> {
    let sql = concat!(
        "SELECT ",
        rotation_columns!(),
        " FROM sessions WHERE id = $1 FOR NO KEY UPDATE"
    );
    let rows: Vec<RotationRow> = handwritten(sql)
        .bind::<Uuid, _>(attempt.session.as_uuid())
        .load(&mut wire)
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let decision = row
        .state()
        .decide(attempt.presented, attempt.now, &attempt.lifetimes);
    if let Decision::Rotate(next) = decision {
        handwritten(
            "UPDATE sessions SET generation = $2, rotated_at = $3, used_at = NULL, last_seen_at = $3, \
                 idle_expires_at = $4 WHERE id = $1",
        )
        .bind::<Uuid, _>(attempt.session.as_uuid())
        .bind::<BigInt, _>(next.generation.get())
        .bind::<Timestamptz, _>(next.rotated_at)
        .bind::<Timestamptz, _>(next.idle_expires_at)
        .execute(&mut wire)
        .await?;
    }
    rotation(&row, decision).map(Some)
}

fn rotation(row: &RotationRow, decision: Decision) -> Result<Rotation, Failure<Never>> {
    Ok(Rotation {
        user: row.user(),
        decision,
        authenticated_at: row.authenticated_at(),
        methods: row.methods()?,
    })
}

async fn revoke(
    wire: &AsyncPgConnection,
    revocation: &Revocation,
) -> Result<Vec<SessionId>, Failure<Never>> {
    let ended = session::end(wire, revocation.user, revocation.which, revocation.reason).await?;
    if !ended.is_empty() {
        journal::write(wire, &revocation.journal).await?;
    }
    Ok(ended)
}

/// Writes a fresh proof down; also inside other writes.
pub(crate) async fn reauthenticate<C>(
    mut wire: &AsyncPgConnection,
    proof: &Reauthentication,
) -> Result<Option<RotationState>, Failure<C>> {
    let sql = concat!(
        "UPDATE sessions SET auth_time = $3, amr = $4 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL \
             AND idle_expires_at > $3 AND absolute_expires_at > $3 RETURNING ",
        rotation_columns!()
    );
    let methods: Vec<_> = proof
        .methods
        .iter()
        .map(|method| AuthMethod::name(*method))
        .collect();
    let rows: Vec<RotationRow> = handwritten(sql)
        .bind::<Uuid, _>(proof.session.as_uuid())
        .bind::<Uuid, _>(proof.user.as_uuid())
        .bind::<Timestamptz, _>(proof.at)
        .bind::<Array<Text>, _>(methods)
        .load(&mut wire)
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    journal::write(wire, &proof.journal).await?;
    Ok(Some(row.state()))
}

async fn record(mut wire: &AsyncPgConnection, uses: &[SessionUse]) -> Result<(), Failure<Never>> {
    let session_ids: Vec<_> = uses.iter().map(|one| one.session.as_uuid()).collect();
    let generations: Vec<_> = uses.iter().map(|one| one.generation.get()).collect();
    let times: Vec<_> = uses.iter().map(|one| one.at).collect();
    handwritten(
        "UPDATE sessions s SET used_at = COALESCE(s.used_at, used.at), last_seen_at = GREATEST(s.last_seen_at, used.at) \
         FROM unnest($1, $2, $3) AS used (id, generation, at) \
         WHERE s.id = used.id AND s.generation = used.generation AND s.revoked_at IS NULL",
    )
    .bind::<Array<Uuid>, _>(session_ids)
    .bind::<Array<BigInt>, _>(generations)
    .bind::<Array<Timestamptz>, _>(times)
    .execute(&mut wire)
    .await?;
    Ok(())
}
