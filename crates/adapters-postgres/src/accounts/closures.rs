//! The end of accounts, and their return.

use async_trait::async_trait;
use diesel::sql_types::{Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::standing::AccessEpoch;
use domain::account::closure::{
    AccountDeleted, AccountDeletion, AccountRestoration, ClosureConflict, RESTORABLE,
};
use domain::outage::StoreError;
use domain::port::account_closures::AccountClosures;
use domain::session::Revoke;

use super::PgAccounts;
use crate::failure::Failure;
use crate::sql::{access, api_keys, journal, session, tokens};
use crate::statement::handwritten;

#[async_trait]
impl AccountClosures for PgAccounts {
    async fn delete(
        &self,
        deletion: &AccountDeletion,
    ) -> Result<AccountDeleted, StoreError<ClosureConflict>> {
        self.0
            .write("delete_account", deletion.clone(), delete)
            .await
    }

    async fn restore(
        &self,
        restoration: &AccountRestoration,
    ) -> Result<AccessEpoch, StoreError<ClosureConflict>> {
        self.0
            .write("restore_account", restoration.clone(), restore)
            .await
    }
}

async fn delete(
    mut wire: &AsyncPgConnection,
    deletion: &AccountDeletion,
) -> Result<AccountDeleted, Failure<ClosureConflict>> {
    let deleted = handwritten(
        "UPDATE users SET account_status = 'deleted', deleted_at = $2, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'active'",
    )
    .bind::<Uuid, _>(deletion.user.as_uuid())
    .bind::<Timestamptz, _>(deletion.at)
    .execute(&mut wire)
    .await?;
    if deleted == 0 {
        return Err(Failure::Conflict(ClosureConflict::WrongState));
    }
    access::keep_an_admin(wire, deletion.user, ClosureConflict::LastAdmin).await?;
    let (ended, (), (), ()) = tokio::try_join!(
        session::end(wire, deletion.user, Revoke::All, "account_deleted"),
        api_keys::end_all(wire, deletion.user, "account_deleted"),
        tokens::supersede(wire, deletion.user, None, deletion.at),
        journal::write(wire, &deletion.journal),
    )?;
    let epoch = access::bump(wire, deletion.user).await?;
    Ok(AccountDeleted { ended, epoch })
}

async fn restore(
    mut wire: &AsyncPgConnection,
    restoration: &AccountRestoration,
) -> Result<AccessEpoch, Failure<ClosureConflict>> {
    let restored = handwritten(
        "UPDATE users SET account_status = 'active', deleted_at = NULL, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'deleted' AND deleted_at > $2 AND NOT deleted_by_staff",
    )
    .bind::<Uuid, _>(restoration.user.as_uuid())
    .bind::<Timestamptz, _>(restoration.at - RESTORABLE)
    .execute(&mut wire)
    .await?;
    if restored == 0 {
        return Err(Failure::Conflict(ClosureConflict::WrongState));
    }
    journal::write(wire, &restoration.journal).await?;
    access::bump(wire, restoration.user).await
}
