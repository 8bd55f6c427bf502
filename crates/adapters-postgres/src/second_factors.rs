//! The second factor of accounts.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::one_time_token::{TokenConflict, TokenPurpose};
use domain::account::second_factor::{
    ActiveTotp, Confirmation, EnrolConflict, Enrolment, FactorChallenge, FactorConflict,
    FactorProof, FactorRemoval, FactorSignIn, FactorUse, HalfDone, RecoveryDigest, SealedTotp,
    TRIES_PER_SIGN_IN, TotpStep,
};
use domain::id::{SessionId, TokenId, UserId};
use domain::outage::{Outage, StoreError};
use domain::port::second_factors::SecondFactors;
use domain::session::AuthMethod;
use domain::session::rotation::RotationState;

use crate::failure::{Damage, Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::rows::signed;
use crate::rows::user::NewTokenRow;
use crate::schema::one_time_tokens;
use crate::sessions;
use crate::sql::{journal, tokens};
use crate::statement::handwritten;

/// Second factors in PostgreSQL.
#[derive(Clone)]
pub struct PgSecondFactors(Pg);

impl PgSecondFactors {
    /// Second factors behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl SecondFactors for PgSecondFactors {
    async fn is_enabled(&self, user: UserId) -> Result<bool, Outage> {
        self.find_active(user).await.map(|found| found.is_some())
    }

    async fn find_active(&self, user: UserId) -> Result<Option<ActiveTotp>, Outage> {
        self.0.read("find_second_factor", &user, find_active).await
    }

    async fn find_pending(&self, user: UserId) -> Result<Option<SealedTotp>, Outage> {
        let found = self.0.read("find_pending_factor", &user, find_pending);
        found.await
    }

    async fn begin(&self, enrolment: &Enrolment) -> Result<(), StoreError<EnrolConflict>> {
        let written = self.0.write("enrol_factor", enrolment.clone(), begin);
        written.await
    }

    async fn confirm(&self, confirmation: &Confirmation) -> Result<(), StoreError<EnrolConflict>> {
        let written = self
            .0
            .write("confirm_factor", confirmation.clone(), confirm);
        written.await
    }

    async fn remove(&self, removal: &FactorRemoval) -> Result<bool, Outage> {
        no_conflict(self.0.write("remove_factor", removal.clone(), remove).await)
    }

    async fn challenge(&self, challenge: &FactorChallenge) -> Result<(), Outage> {
        let written = self
            .0
            .write("challenge_factor", challenge.clone(), record_challenge);
        no_conflict(written.await)
    }

    async fn take_try(
        &self,
        token: TokenId,
        now: DateTime<Utc>,
    ) -> Result<Option<HalfDone>, Outage> {
        let attempt = (token, now);
        let half_done = self.0.write_one("take_factor_try", &attempt, take_try);
        no_conflict(half_done.await)
    }

    async fn sign_in(
        &self,
        sign_in: &FactorSignIn,
    ) -> Result<Vec<SessionId>, StoreError<FactorConflict>> {
        let written = self
            .0
            .write("sign_in_by_factor", sign_in.clone(), open_session);
        written.await
    }

    async fn reauthenticate(
        &self,
        proof: &FactorProof,
    ) -> Result<Option<RotationState>, StoreError<FactorConflict>> {
        let written = self
            .0
            .write("reauthenticate_by_factor", proof.clone(), reauthenticate);
        written.await
    }
}

#[derive(QueryableByName)]
struct ActiveRow {
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    last_step: i64,
}

async fn find_active(
    mut wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Option<ActiveTotp>, Failure<Never>> {
    let rows: Vec<ActiveRow> = handwritten(
        "SELECT sealed, last_step FROM totp_secrets WHERE user_id = $1 AND confirmed_at IS NOT NULL",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(|row| ActiveTotp {
        sealed: SealedTotp::restore(row.sealed),
        last_step: TotpStep::restore(row.last_step),
    }))
}

#[derive(QueryableByName)]
struct PendingRow {
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
}

async fn find_pending(
    mut wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Option<SealedTotp>, Failure<Never>> {
    let rows: Vec<PendingRow> =
        handwritten("SELECT sealed FROM totp_secrets WHERE user_id = $1 AND confirmed_at IS NULL")
            .bind::<Uuid, _>(user.as_uuid())
            .load(&mut wire)
            .await?;
    let row = rows.into_iter().next();
    Ok(row.map(|row| SealedTotp::restore(row.sealed)))
}

async fn begin(
    mut wire: &AsyncPgConnection,
    enrolment: &Enrolment,
) -> Result<(), Failure<EnrolConflict>> {
    let begun = handwritten(
        "INSERT INTO totp_secrets (user_id, sealed, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT ON CONSTRAINT totp_secrets_pkey \
             DO UPDATE SET sealed = EXCLUDED.sealed, created_at = EXCLUDED.created_at \
             WHERE totp_secrets.confirmed_at IS NULL",
    )
    .bind::<Uuid, _>(enrolment.user.as_uuid())
    .bind::<Binary, _>(enrolment.sealed.as_bytes())
    .bind::<Timestamptz, _>(enrolment.at)
    .execute(&mut wire)
    .await?;
    if begun == 0 {
        return Err(Failure::Conflict(EnrolConflict::AlreadyEnabled));
    }
    journal::write(wire, &enrolment.journal).await
}

async fn confirm(
    mut wire: &AsyncPgConnection,
    confirmation: &Confirmation,
) -> Result<(), Failure<EnrolConflict>> {
    let confirmed = handwritten(
        "UPDATE totp_secrets SET confirmed_at = $3, last_step = $4 \
         WHERE user_id = $1 AND sealed = $2 AND confirmed_at IS NULL",
    )
    .bind::<Uuid, _>(confirmation.user.as_uuid())
    .bind::<Binary, _>(confirmation.sealed.as_bytes())
    .bind::<Timestamptz, _>(confirmation.at)
    .bind::<BigInt, _>(confirmation.step.get())
    .execute(&mut wire)
    .await?;
    if confirmed == 0 {
        return Err(Failure::Conflict(EnrolConflict::NothingPending));
    }
    forget_recovery_codes(wire, confirmation.user).await?;
    handwritten(
        "INSERT INTO recovery_codes (user_id, digest, created_at) SELECT $1, unnest($2), $3",
    )
    .bind::<Uuid, _>(confirmation.user.as_uuid())
    .bind::<Array<Binary>, _>(bytes(&confirmation.recovery))
    .bind::<Timestamptz, _>(confirmation.at)
    .execute(&mut wire)
    .await?;
    journal::write(wire, &confirmation.journal).await
}

fn bytes(digests: &[RecoveryDigest]) -> Vec<&[u8]> {
    digests
        .iter()
        .map(|digest| digest.as_bytes().as_slice())
        .collect()
}

pub(crate) async fn forget_recovery_codes<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
) -> Result<(), Failure<C>> {
    handwritten("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind::<Uuid, _>(user.as_uuid())
        .execute(&mut wire)
        .await?;
    Ok(())
}

async fn remove(
    mut wire: &AsyncPgConnection,
    removal: &FactorRemoval,
) -> Result<bool, Failure<Never>> {
    // Tokens come first here as they do in a sign-in, so that the two wait for each other in one order.
    let purpose = Some(TokenPurpose::Mfa);
    tokens::supersede(wire, removal.user, purpose, removal.at).await?;
    let removed =
        handwritten("DELETE FROM totp_secrets WHERE user_id = $1 AND confirmed_at IS NOT NULL")
            .bind::<Uuid, _>(removal.user.as_uuid())
            .execute(&mut wire)
            .await?;
    if removed == 0 {
        return Ok(false);
    }
    forget_recovery_codes(wire, removal.user).await?;
    journal::write(wire, &removal.journal).await?;
    Ok(true)
}

async fn record_challenge(
    mut wire: &AsyncPgConnection,
    challenge: &FactorChallenge,
) -> Result<(), Failure<Never>> {
    diesel::insert_into(one_time_tokens::table)
        .values(NewTokenRow::from(challenge))
        .execute(&mut wire)
        .await?;
    journal::write(wire, &challenge.journal).await
}

#[derive(QueryableByName)]
struct HalfDoneRow {
    #[diesel(sql_type = Uuid)]
    user_id: uuid::Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    first_method: Option<String>,
}

impl HalfDoneRow {
    fn into_half_done(self) -> Result<HalfDone, Damage> {
        let first = match &self.first_method {
            None => AuthMethod::Password,
            Some(name) => AuthMethod::by_name(name)
                .ok_or_else(|| Damage::new("one_time_tokens.first_method", name.as_str()))?,
        };
        Ok(HalfDone {
            user: UserId::new(self.user_id),
            first,
        })
    }
}

async fn take_try(
    mut wire: &AsyncPgConnection,
    (token, now): &(TokenId, DateTime<Utc>),
) -> Result<Option<HalfDone>, Failure<Never>> {
    let rows: Vec<HalfDoneRow> = handwritten(
        "UPDATE one_time_tokens SET tries = tries + 1 \
         WHERE id = $1 AND purpose = $2 AND consumed_at IS NULL AND expires_at > $3 AND tries < $4 \
         RETURNING user_id, first_method",
    )
    .bind::<Uuid, _>(token.as_uuid())
    .bind::<Text, _>(TokenPurpose::Mfa.name())
    .bind::<Timestamptz, _>(*now)
    .bind::<Integer, _>(signed(TRIES_PER_SIGN_IN))
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(HalfDoneRow::into_half_done).transpose()?)
}

async fn open_session(
    wire: &AsyncPgConnection,
    sign_in: &FactorSignIn,
) -> Result<Vec<SessionId>, Failure<FactorConflict>> {
    let session = &sign_in.opening.session;
    let (user, at) = (session.user, session.created_at);
    tokens::use_up(wire, sign_in.token, user, TokenPurpose::Mfa, at)
        .await
        .map_err(|failure| {
            failure.map_conflict(|TokenConflict::Invalid| FactorConflict::TokenInvalid)
        })?;
    use_up(wire, user, &sign_in.factor, at).await?;
    sessions::open(wire, &sign_in.opening).await
}

async fn reauthenticate(
    wire: &AsyncPgConnection,
    proof: &FactorProof,
) -> Result<Option<RotationState>, Failure<FactorConflict>> {
    use_up(wire, proof.proof.user, &proof.factor, proof.proof.at).await?;
    sessions::reauthenticate(wire, &proof.proof).await
}

/// Uses a code up; the row lock lets one of several uses at once succeed.
async fn use_up(
    mut wire: &AsyncPgConnection,
    user: UserId,
    factor: &FactorUse,
    at: DateTime<Utc>,
) -> Result<(), Failure<FactorConflict>> {
    let spent = match factor {
        FactorUse::Totp(step) => {
            handwritten(
                "UPDATE totp_secrets SET last_step = $2 WHERE user_id = $1 AND last_step < $2",
            )
            .bind::<Uuid, _>(user.as_uuid())
            .bind::<BigInt, _>(step.get())
            .execute(&mut wire)
            .await?
        }
        FactorUse::Recovery(digests) => {
            handwritten(
                "UPDATE recovery_codes SET used_at = $3 \
                 WHERE user_id = $1 AND digest = ANY ($2) AND used_at IS NULL",
            )
            .bind::<Uuid, _>(user.as_uuid())
            .bind::<Array<Binary>, _>(bytes(digests))
            .bind::<Timestamptz, _>(at)
            .execute(&mut wire)
            .await?
        }
    };
    if spent == 0 {
        return Err(Failure::Conflict(FactorConflict::CodeSpent));
    }
    Ok(())
}
