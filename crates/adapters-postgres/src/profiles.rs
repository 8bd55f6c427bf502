//! Profiles.

use async_trait::async_trait;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::locale::Locale;
use domain::account::profile::{Biography, DisplayName, ProfileChange};
use domain::account::user::{PublicProfile, UserWithRoles};
use domain::account::username::UsernameKey;
use domain::outage::{Outage, StoreError};
use domain::port::profiles::{Profiles, StaleProfile};

use crate::failure::Failure;
use crate::pg::Pg;
use crate::rows::user::{ProfileRow, UserRow, user_columns};
use crate::sql::journal;
use crate::statement::handwritten;

/// Profiles in PostgreSQL.
#[derive(Clone)]
pub struct PgProfiles(Pg);

impl PgProfiles {
    /// Profiles behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Profiles for PgProfiles {
    async fn find_public(&self, username: &UsernameKey) -> Result<Option<PublicProfile>, Outage> {
        self.0
            .read("find_profile", username, async |mut wire: &AsyncPgConnection, username: &UsernameKey| {
                let rows: Vec<ProfileRow> = handwritten(
                    "SELECT u.id, u.username, u.display_name, u.bio, u.avatar_id, u.created_at, \
                         (SELECT count(*) FROM scripts s WHERE s.owner_id = u.id \
                              AND s.visibility = 'public' AND s.status = 'published') AS public_scripts \
                     FROM users u WHERE u.username_key = $1 AND u.account_status = 'active'",
                )
                .bind::<Text, _>(username.as_str())
                .load(&mut wire)
                .await?;
                Ok(rows.into_iter().next().map(PublicProfile::from))
            })
            .await
    }

    async fn change(
        &self,
        change: &ProfileChange,
    ) -> Result<UserWithRoles, StoreError<StaleProfile>> {
        self.0.write("change_profile", change.clone(), apply).await
    }
}

async fn apply(
    mut wire: &AsyncPgConnection,
    change: &ProfileChange,
) -> Result<UserWithRoles, Failure<StaleProfile>> {
    let patch = &change.patch;
    let display_name = patch.display_name.as_ref();
    let sql = concat!(
        "UPDATE users u SET display_name = CASE WHEN $3 THEN $4 ELSE u.display_name END, \
             bio = COALESCE($5, u.bio), locale = COALESCE($6, u.locale), revision = u.revision + 1, updated_at = $7 \
         WHERE u.id = $1 AND u.revision = $2 AND u.account_status <> 'deleted' RETURNING ",
        user_columns!()
    );
    let rows: Vec<UserRow> = handwritten(sql)
        .bind::<Uuid, _>(change.user.as_uuid())
        .bind::<BigInt, _>(change.expected.get())
        .bind::<Bool, _>(display_name.is_some())
        .bind::<Nullable<Text>, _>(
            display_name.and_then(|name| name.as_ref().map(DisplayName::as_str)),
        )
        .bind::<Nullable<Text>, _>(patch.biography.as_ref().map(Biography::as_str))
        .bind::<Nullable<Text>, _>(patch.locale.map(Locale::code))
        .bind::<Timestamptz, _>(change.at)
        .load(&mut wire)
        .await?;
    let row = rows
        .into_iter()
        .next()
        .ok_or(Failure::Conflict(StaleProfile))?;
    journal::write(wire, &change.journal).await?;
    Ok(row.into_account()?)
}
