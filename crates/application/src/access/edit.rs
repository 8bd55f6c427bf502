//! Changing roles, permissions and who holds them; and trying it out.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::edit::{
    AccessConflict, AccessDecision, AccessEdit, PermissionEdit, RoleAssignment, RoleEdit,
};
use domain::access::impact::Impact;
use domain::access::permission_name::PermissionNames;
use domain::access::proof::{GrantRoles, ManagePermissions, ManageRoles};
use domain::access::role::RoleName;
use domain::access::standing::AccessChange;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::access_edits::AccessEdits;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// Edits who may do what; every node sees it within a second.
pub struct EditAccess {
    /// Writes what is decided.
    pub edits: Arc<dyn AccessEdits>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditAccessError {
    /// What was to be changed is not there.
    #[error("there is no such thing")]
    NotFound,
    /// It has changed since it was read.
    #[error("it has changed")]
    Stale,
    /// There is one of this name.
    #[error("the name is taken")]
    NameTaken,
    /// There are as many as there can be.
    #[error("there are as many as there can be")]
    TooMany,
    /// There are no such roles.
    #[error("some roles do not exist")]
    UnknownRoles(Vec<RoleName>),
    /// There are no such permissions.
    #[error("there are no permissions {0}")]
    UnknownPermissions(PermissionNames),
    /// The person holds permissions that the actor does not hold.
    #[error("the account holds {0}, and you do not")]
    Above(PermissionNames),
    /// The edit reaches permissions that the actor does not hold.
    #[error("this reaches {0}, which you do not hold")]
    Beyond(PermissionNames),
    /// The platform cannot do without it.
    #[error("the platform cannot do without it")]
    BuiltIn,
    /// So many hold the role.
    #[error("{0} accounts hold the role")]
    InUse(u64),
    /// Nobody else administers the platform.
    #[error("this is the last account that administers the platform")]
    LastAdmin,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl From<StoreError<AccessConflict>> for EditAccessError {
    fn from(error: StoreError<AccessConflict>) -> Self {
        match error {
            StoreError::Outage(outage) => Self::Outage(outage),
            StoreError::Conflict(conflict) => match conflict {
                AccessConflict::NotFound => Self::NotFound,
                AccessConflict::Stale => Self::Stale,
                AccessConflict::NameTaken => Self::NameTaken,
                AccessConflict::TooMany => Self::TooMany,
                AccessConflict::UnknownRoles(roles) => Self::UnknownRoles(roles),
                AccessConflict::UnknownPermissions(names) => Self::UnknownPermissions(names),
                AccessConflict::Above(names) => Self::Above(names),
                AccessConflict::Beyond(names) => Self::Beyond(names),
                AccessConflict::BuiltIn => Self::BuiltIn,
                AccessConflict::InUse(holders) => Self::InUse(holders),
                AccessConflict::LastAdmin => Self::LastAdmin,
            },
        }
    }
}

impl EditAccess {
    /// Makes, changes or deletes a role.
    ///
    /// # Errors
    /// See [`EditAccessError`].
    pub async fn role(
        &self,
        by: &Authority<ManageRoles>,
        edit: RoleEdit,
    ) -> Result<(), EditAccessError> {
        self.perform(by, AccessEdit::Role(edit)).await
    }

    /// What [`role`](Self::role) would do.
    ///
    /// # Errors
    /// What [`role`](Self::role) would meet.
    pub async fn rehearse_role(
        &self,
        by: &Authority<ManageRoles>,
        edit: RoleEdit,
    ) -> Result<Impact, EditAccessError> {
        self.rehearse(by, AccessEdit::Role(edit)).await
    }

    /// Makes, changes or deletes a permission.
    ///
    /// # Errors
    /// See [`EditAccessError`].
    pub async fn permission(
        &self,
        by: &Authority<ManagePermissions>,
        edit: PermissionEdit,
    ) -> Result<(), EditAccessError> {
        self.perform(by, AccessEdit::Permission(edit)).await
    }

    /// What [`permission`](Self::permission) would do.
    ///
    /// # Errors
    /// What [`permission`](Self::permission) would meet.
    pub async fn rehearse_permission(
        &self,
        by: &Authority<ManagePermissions>,
        edit: PermissionEdit,
    ) -> Result<Impact, EditAccessError> {
        self.rehearse(by, AccessEdit::Permission(edit)).await
    }

    /// Lets somebody hold exactly these roles.
    ///
    /// # Errors
    /// See [`EditAccessError`].
    pub async fn assign(
        &self,
        by: &Authority<GrantRoles>,
        assignment: RoleAssignment,
    ) -> Result<(), EditAccessError> {
        self.perform(by, AccessEdit::Assignment(assignment)).await
    }

    /// What [`assign`](Self::assign) would do.
    ///
    /// # Errors
    /// What [`assign`](Self::assign) would meet.
    pub async fn rehearse_assignment(
        &self,
        by: &Authority<GrantRoles>,
        assignment: RoleAssignment,
    ) -> Result<Impact, EditAccessError> {
        self.rehearse(by, AccessEdit::Assignment(assignment)).await
    }

    /// Lets every node forget what it remembers of anybody's permissions: for whoever has changed them by SQL.
    ///
    /// # Errors
    /// An outage.
    pub async fn flush(&self, by: &Authority<ManageRoles>) -> Result<(), Outage> {
        let entry = self.entry(by, AuditAction::FlushPermissions, Subject::None);
        let epoch = self.edits.flush(&Journal::new(entry)).await?;
        self.announcements
            .announce(&[AccessChange::Everybody { epoch }])
            .await;
        Ok(())
    }

    async fn perform<P>(&self, by: &Authority<P>, edit: AccessEdit) -> Result<(), EditAccessError> {
        let change = self.edits.decide(&self.decision(by, edit)).await?;
        if let Some(change) = change {
            self.announcements.announce(&[change]).await;
        }
        Ok(())
    }

    async fn rehearse<P>(
        &self,
        by: &Authority<P>,
        edit: AccessEdit,
    ) -> Result<Impact, EditAccessError> {
        Ok(self.edits.rehearse(&self.decision(by, edit)).await?)
    }

    fn decision<P>(&self, by: &Authority<P>, edit: AccessEdit) -> AccessDecision {
        AccessDecision {
            by: by.person(),
            entry: self.entry(by, edit.action(), edit.subject()),
            edit,
        }
    }

    fn entry<P>(&self, by: &Authority<P>, action: AuditAction, subject: Subject) -> AuditEntry {
        let (id, now) = (self.ids.audit(), self.clock.now());
        AuditEntry::success(id, now, by.party(), action, subject, by.origin())
    }
}

#[cfg(test)]
mod tests;
