//! The identities that people have at providers, and the accounts that they belong to.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::email::EmailKey;
use domain::account::identity::{Identity, SignInWays};
use domain::account::linking::{
    Encounter, JoinConflict, Joining, LinkConflict, LinkGrounds, Linking, TakeOver,
    TakeOverConflict, TakenOver, UnlinkConflict, Unlinking,
};
use domain::account::one_time_token::{TokenConflict, TokenPurpose};
use domain::id::{SessionId, UserId};
use domain::outage::{Outage, StoreError};
use domain::port::identities::Identities;
use domain::session::Revoke;

use crate::accounts::grant;
use crate::failure::{Failure, Never, OnUnique};
use crate::pg::Pg;
use crate::rows::provider::{MetRow, WayRow, encounter, ways};
use crate::rows::user::NewUserRow;
use crate::schema::users;
use crate::second_factors::forget_recovery_codes;
use crate::sql::{access, api_keys, journal, session, tokens};
use crate::statement::handwritten;

/// Identities in PostgreSQL.
#[derive(Clone)]
pub struct PgIdentities(Pg);

impl PgIdentities {
    /// Identities behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Identities for PgIdentities {
    async fn meet(
        &self,
        identity: &Identity,
        email: Option<EmailKey>,
    ) -> Result<Encounter, Outage> {
        let asked = (identity.clone(), email);
        self.0.read("meet_identity", &asked, meet).await
    }

    async fn list(&self, user: UserId) -> Result<SignInWays, Outage> {
        self.0.read("list_identities", &user, list).await
    }

    async fn join(&self, joining: &Joining) -> Result<(), StoreError<JoinConflict>> {
        self.0
            .write("join_by_provider", joining.clone(), join)
            .await
    }

    async fn link(&self, linking: &Linking) -> Result<(), StoreError<LinkConflict>> {
        self.0.write("link_identity", linking.clone(), link).await
    }

    async fn unlink(&self, unlinking: &Unlinking) -> Result<(), StoreError<UnlinkConflict>> {
        self.0
            .write("unlink_identity", unlinking.clone(), unlink)
            .await
    }

    async fn take_over(
        &self,
        taking: &TakeOver,
    ) -> Result<TakenOver, StoreError<TakeOverConflict>> {
        self.0
            .write("take_account_over", taking.clone(), take_over)
            .await
    }
}

async fn meet(
    mut wire: &AsyncPgConnection,
    (identity, email): &(Identity, Option<EmailKey>),
) -> Result<Encounter, Failure<Never>> {
    let rows: Vec<MetRow> = handwritten(
        "SELECT true AS is_holder, u.id, u.account_status, u.email_verified_at IS NOT NULL AS is_verified \
         FROM auth_providers a JOIN users u ON u.id = a.user_id WHERE a.provider = $1 AND a.subject = $2 \
         UNION ALL \
         SELECT false, u.id, u.account_status, u.email_verified_at IS NOT NULL FROM users u WHERE u.email_key = $3",
    )
    .bind::<Text, _>(identity.provider.as_str())
    .bind::<Text, _>(identity.subject.as_str())
    .bind::<Nullable<Text>, _>(email.as_ref().map(EmailKey::as_str))
    .load(&mut wire)
    .await?;
    Ok(encounter(rows)?)
}

async fn list(mut wire: &AsyncPgConnection, user: &UserId) -> Result<SignInWays, Failure<Never>> {
    let rows: Vec<WayRow> = handwritten(
        "SELECT a.provider, a.created_at AS linked_at, u.password_hash IS NOT NULL AS has_password, \
             u.created_at AS joined_at \
         FROM users u LEFT JOIN auth_providers a ON a.user_id = u.id WHERE u.id = $1 \
         ORDER BY a.created_at, a.provider",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    Ok(ways(rows))
}

async fn join(
    mut wire: &AsyncPgConnection,
    joining: &Joining,
) -> Result<(), Failure<JoinConflict>> {
    let user = joining.user.id;
    diesel::insert_into(users::table)
        .values(NewUserRow::of(&joining.user, None))
        .execute(&mut wire)
        .await
        .on_unique("users_email_key", JoinConflict::EmailTaken)
        .on_unique("users_username_key", JoinConflict::UsernameTaken)?;
    if !add(wire, user, &joining.identity, joining.user.created_at).await? {
        return Err(Failure::Conflict(JoinConflict::IdentityTaken));
    }
    tokio::try_join!(
        grant(wire, user, &joining.roles),
        journal::write(wire, &joining.journal),
    )?;
    Ok(())
}

/// Adds an identity unless something stands in its way; of several at once, one does.
async fn add<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    identity: &Identity,
    at: DateTime<Utc>,
) -> Result<bool, Failure<C>> {
    let added = handwritten(
        "INSERT INTO auth_providers (user_id, provider, subject, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Text, _>(identity.provider.as_str())
    .bind::<Text, _>(identity.subject.as_str())
    .bind::<Timestamptz, _>(at)
    .execute(&mut wire)
    .await?;
    Ok(added > 0)
}

#[derive(QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = Uuid)]
    user_id: uuid::Uuid,
}

async fn link(
    mut wire: &AsyncPgConnection,
    linking: &Linking,
) -> Result<(), Failure<LinkConflict>> {
    let (user, identity) = (linking.user, &linking.identity);
    let session = match linking.grounds {
        LinkGrounds::Session(session) => Some(session),
        LinkGrounds::Token(token) => {
            let purpose = TokenPurpose::ConfirmLink;
            let spent = tokens::use_up(wire, token, user, purpose, linking.at).await;
            spent.map_err(|failure| {
                failure.map_conflict(|TokenConflict::Invalid| LinkConflict::GroundsGone)
            })?;
            None
        }
    };
    if !hold(wire, user, session, linking.at).await? {
        return Err(Failure::Conflict(LinkConflict::GroundsGone));
    }
    if add(wire, user, identity, linking.at).await? {
        return journal::write(wire, &linking.journal).await;
    }
    let rows: Vec<OwnerRow> =
        handwritten("SELECT user_id FROM auth_providers WHERE provider = $1 AND subject = $2")
            .bind::<Text, _>(identity.provider.as_str())
            .bind::<Text, _>(identity.subject.as_str())
            .load(&mut wire)
            .await?;
    match rows.into_iter().next() {
        Some(owner) if owner.user_id == user.as_uuid() => Ok(()),
        Some(_) => Err(Failure::Conflict(LinkConflict::HeldByAnother)),
        None => Err(Failure::Conflict(LinkConflict::ProviderTaken)),
    }
}

/// Holds an active account, whose session lives where one is asked for, until the end of the transaction; whether there is
/// such an account.
async fn hold<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    session: Option<SessionId>,
    at: DateTime<Utc>,
) -> Result<bool, Failure<C>> {
    let held = handwritten(
        "SELECT u.id FROM users u WHERE u.id = $1 AND u.account_status = 'active' \
             AND ($2 IS NULL OR EXISTS (SELECT FROM sessions s WHERE s.id = $2 AND s.user_id = u.id \
                 AND s.revoked_at IS NULL AND s.idle_expires_at > $3 AND s.absolute_expires_at > $3)) \
         FOR NO KEY UPDATE",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Nullable<Uuid>, _>(session.map(SessionId::as_uuid))
    .bind::<Timestamptz, _>(at)
    .execute(&mut wire)
    .await?;
    Ok(held > 0)
}

#[derive(QueryableByName)]
struct PasswordRow {
    #[diesel(sql_type = Bool)]
    signs_in: bool,
}

#[derive(QueryableByName)]
struct LinkedRow {
    #[diesel(sql_type = Text)]
    provider: String,
}

async fn unlink(
    mut wire: &AsyncPgConnection,
    unlinking: &Unlinking,
) -> Result<(), Failure<UnlinkConflict>> {
    // The lock lets one of several at once count at a time; so the count is a statement, and a snapshot, of its own.
    let password: PasswordRow = handwritten(
        "SELECT password_hash IS NOT NULL AND email IS NOT NULL AS signs_in FROM users \
         WHERE id = $1 FOR NO KEY UPDATE",
    )
    .bind::<Uuid, _>(unlinking.user.as_uuid())
    .get_result(&mut wire)
    .await?;
    let linked: Vec<LinkedRow> = handwritten(
        "SELECT provider FROM auth_providers WHERE user_id = $1 AND provider <> 'email'",
    )
    .bind::<Uuid, _>(unlinking.user.as_uuid())
    .load(&mut wire)
    .await?;
    let wanted = unlinking.provider.as_str();
    let (going, staying): (Vec<_>, Vec<_>) =
        linked.iter().partition(|linked| linked.provider == wanted);
    if going.is_empty() {
        return Err(Failure::Conflict(UnlinkConflict::NotLinked));
    }
    let is_usable = |linked: &&LinkedRow| {
        let mut usable = unlinking.usable.iter();
        usable.any(|usable| usable.as_str() == linked.provider)
    };
    if !password.signs_in && !staying.iter().any(is_usable) {
        return Err(Failure::Conflict(UnlinkConflict::LastWay));
    }
    handwritten("DELETE FROM auth_providers WHERE user_id = $1 AND provider = $2")
        .bind::<Uuid, _>(unlinking.user.as_uuid())
        .bind::<Text, _>(wanted)
        .execute(&mut wire)
        .await?;
    journal::write(wire, &unlinking.journal).await
}

async fn take_over(
    mut wire: &AsyncPgConnection,
    taking: &TakeOver,
) -> Result<TakenOver, Failure<TakeOverConflict>> {
    let user = taking.user;
    let taken = handwritten(
        "UPDATE users SET password_hash = NULL, email_verified_at = $2, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'active' AND email IS NOT NULL AND email_verified_at IS NULL",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Timestamptz, _>(taking.at)
    .execute(&mut wire)
    .await?;
    if taken == 0 {
        return Err(Failure::Conflict(TakeOverConflict::Changed));
    }
    handwritten("DELETE FROM auth_providers WHERE user_id = $1")
        .bind::<Uuid, _>(user.as_uuid())
        .execute(&mut wire)
        .await?;
    if !add(wire, user, &taking.identity, taking.at).await? {
        return Err(Failure::Conflict(TakeOverConflict::IdentityTaken));
    }
    let (ended, (), (), (), (), ()) = tokio::try_join!(
        session::end(wire, user, Revoke::All, "account_taken_over"),
        api_keys::end_all(wire, user, "account_taken_over"),
        // Ways back included: they are of whoever claimed the address without owning it.
        tokens::close_all(wire, user, taking.at),
        forget_second_factor(wire, user),
        forget_recovery_codes(wire, user),
        journal::write(wire, &taking.journal),
    )?;
    let epoch = access::bump(wire, user).await?;
    Ok(TakenOver { ended, epoch })
}

async fn forget_second_factor<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
) -> Result<(), Failure<C>> {
    handwritten("DELETE FROM totp_secrets WHERE user_id = $1")
        .bind::<Uuid, _>(user.as_uuid())
        .execute(&mut wire)
        .await?;
    Ok(())
}
