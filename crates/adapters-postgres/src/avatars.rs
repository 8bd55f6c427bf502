//! Whose picture is which.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::avatar::AvatarChange;
use domain::id::AvatarId;
use domain::outage::{Outage, StoreError};
use domain::port::avatars::{AvatarChanged, Avatars, NobodyThere};

use crate::failure::Failure;
use crate::pg::Pg;
use crate::rows::user::{UserRow, user_columns};
use crate::sql::journal;
use crate::statement::handwritten;

/// Avatars in PostgreSQL.
#[derive(Clone)]
pub struct PgAvatars(Pg);

impl PgAvatars {
    /// Avatars behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[derive(QueryableByName)]
struct CurrentRow {
    #[diesel(sql_type = Nullable<Uuid>)]
    avatar_id: Option<uuid::Uuid>,
}

#[derive(QueryableByName)]
struct UnusedRow {
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
}

#[async_trait]
impl Avatars for PgAvatars {
    async fn change(
        &self,
        change: &AvatarChange,
    ) -> Result<AvatarChanged, StoreError<NobodyThere>> {
        self.0.write("change_avatar", change.clone(), apply).await
    }

    async fn list_unused(&self, avatars: &[AvatarId]) -> Result<Vec<AvatarId>, Outage> {
        let ids: Vec<_> = avatars.iter().map(|avatar| avatar.as_uuid()).collect();
        self.0
            .read(
                "list_unused_avatars",
                &ids,
                async |mut wire: &AsyncPgConnection, ids: &Vec<uuid::Uuid>| {
                    let rows: Vec<UnusedRow> = handwritten(
                        "SELECT a.id FROM unnest($1) AS a (id) \
                         WHERE NOT EXISTS (SELECT FROM users u WHERE u.avatar_id = a.id)",
                    )
                    .bind::<Array<Uuid>, _>(ids)
                    .load(&mut wire)
                    .await?;
                    Ok(rows.into_iter().map(|row| AvatarId::new(row.id)).collect())
                },
            )
            .await
    }
}

async fn apply(
    mut wire: &AsyncPgConnection,
    change: &AvatarChange,
) -> Result<AvatarChanged, Failure<NobodyThere>> {
    // Changes of one person go one after the other, so that each learns what it replaces.
    let current: Vec<CurrentRow> = handwritten(
        "SELECT avatar_id FROM users WHERE id = $1 AND account_status = 'active' FOR UPDATE",
    )
    .bind::<Uuid, _>(change.user.as_uuid())
    .load(&mut wire)
    .await?;
    let current = current.into_iter().next();
    let current = current.ok_or(Failure::Conflict(NobodyThere))?;
    let sql = concat!(
        "UPDATE users u SET avatar_id = $2, revision = u.revision + 1, updated_at = $3 WHERE u.id = $1 RETURNING ",
        user_columns!()
    );
    let row: UserRow = handwritten(sql)
        .bind::<Uuid, _>(change.user.as_uuid())
        .bind::<Nullable<Uuid>, _>(change.avatar.map(AvatarId::as_uuid))
        .bind::<Timestamptz, _>(change.at)
        .get_result(&mut wire)
        .await?;
    journal::write(wire, &change.journal).await?;
    Ok(AvatarChanged {
        account: row.into_account()?,
        replaced: current.avatar_id.map(AvatarId::new),
    })
}
