//! The picture of a person: uploading one, removing it, showing it, and clearing away what is left over.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::account::avatar::{AvatarChange, ObjectKey, UPLOAD_TIME, UnfitPicture};
use domain::account::user::UserWithRoles;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::id::AvatarId;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::avatars::{AvatarChanged, Avatars, NobodyThere};
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::objects::Objects;
use domain::port::pictures::Pictures;

/// How many avatars one query asks about.
const BATCH: usize = 500;

/// Changes and shows avatars.
///
/// The objects are there before an account names them, and go after it has stopped to. Each upload has a name of its own, so
/// that clearing away never meets an upload that wants the same object.
pub struct AvatarPages {
    /// Whose is which.
    pub avatars: Arc<dyn Avatars>,
    /// Holds the pictures.
    pub objects: Arc<dyn Objects>,
    /// Draws them.
    pub pictures: Arc<dyn Pictures>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why an avatar was not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum AvatarError {
    /// The upload is no avatar.
    #[error("the upload cannot be used: {0}")]
    Unfit(UnfitPicture),
    /// The account is not active any more.
    #[error("there is no such account")]
    AccountGone,
    /// There is no such picture.
    #[error("there is no such picture")]
    NotFound,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl AvatarPages {
    /// Another picture.
    ///
    /// # Errors
    /// See [`AvatarError`].
    pub async fn upload(
        &self,
        by: &SessionActor,
        upload: Vec<u8>,
    ) -> Result<UserWithRoles, AvatarError> {
        let drawn = self.pictures.draw_avatar(upload).await;
        let drawn = drawn.map_err(|error| match error {
            StoreError::Conflict(unfit) => AvatarError::Unfit(unfit),
            StoreError::Outage(outage) => AvatarError::Outage(outage),
        })?;
        let avatar = self.ids.avatar();
        let [large, small] = ObjectKey::all_of(avatar);
        self.objects.put(large, drawn.large).await?;
        self.objects.put(small, drawn.small).await?;
        // Of an upload that ends here, nothing is seen; its objects are cleared away later.
        self.change(by, Some(avatar), AuditAction::ChangeAvatar)
            .await
    }

    /// No picture any more.
    ///
    /// # Errors
    /// See [`AvatarError`].
    pub async fn remove(&self, by: &SessionActor) -> Result<UserWithRoles, AvatarError> {
        self.change(by, None, AuditAction::RemoveAvatar).await
    }

    /// A picture.
    ///
    /// # Errors
    /// [`AvatarError::NotFound`] or an outage.
    pub async fn read(&self, key: ObjectKey) -> Result<Vec<u8>, AvatarError> {
        self.objects.find(key).await?.ok_or(AvatarError::NotFound)
    }

    async fn change(
        &self,
        by: &SessionActor,
        avatar: Option<AvatarId>,
        action: AuditAction,
    ) -> Result<UserWithRoles, AvatarError> {
        let now = self.clock.now();
        let subject = Subject::User(by.user());
        let (id, party) = (self.ids.audit(), by.party());
        let entry = AuditEntry::success(id, now, party, action, subject, by.origin());
        let change = AvatarChange {
            user: by.user(),
            avatar,
            at: now,
            journal: Journal::new(entry),
        };
        let changed = self.avatars.change(&change).await;
        let AvatarChanged { account, replaced } = changed.map_err(|error| match error {
            StoreError::Conflict(NobodyThere) => AvatarError::AccountGone,
            StoreError::Outage(outage) => AvatarError::Outage(outage),
        })?;
        if let Some(replaced) = replaced {
            clear_away(&*self.objects, replaced).await;
        }
        Ok(account)
    }
}

/// Removes the objects of an avatar that nobody has. What cannot be removed now is found again later.
async fn clear_away(objects: &dyn Objects, avatar: AvatarId) -> bool {
    for key in ObjectKey::all_of(avatar) {
        if let Err(outage) = objects.remove(key).await {
            tracing::debug!(error = %outage, "an object was not removed");
            return false;
        }
    }
    true
}

/// Clears away the objects that no account names: of uploads that ended half-way, and of removals that failed.
pub struct ClearAvatars {
    /// Whose is which.
    pub avatars: Arc<dyn Avatars>,
    /// Holds the pictures.
    pub objects: Arc<dyn Objects>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ClearAvatars {
    /// Looks at everything that is stored; answers how many avatars went. Several nodes at once do no harm.
    ///
    /// # Errors
    /// An outage; what was cleared away until then is gone.
    pub async fn run(&self) -> Result<usize, Outage> {
        let before = self.clock.now() - UPLOAD_TIME;
        let found = self.objects.list_written_before(before).await?;
        let mut cleared = 0;
        for batch in found.chunks(BATCH) {
            for unused in self.avatars.list_unused(batch).await? {
                cleared += usize::from(clear_away(&*self.objects, unused).await);
            }
        }
        Ok(cleared)
    }
}

#[cfg(test)]
mod tests;
