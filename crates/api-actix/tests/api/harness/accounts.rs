//! Accounts, as far as a test does not care: there are Ada, and Charles, who has left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::access::standing::AccessEpoch;
use domain::account::closure::AccountDeleted;
use domain::account::email_change::EmailChanged;
use domain::account::lockdown::LockedDown;
use domain::account::password::{PasswordChanged, PasswordCheck, PasswordHash};
use domain::account::user::AccountStatus;
use domain::port::accounts::{Credentials, Recipient};

use super::ports::{PASSWORD, Ports};
use super::world;

/// What happens where the test has said nothing.
pub(super) fn defaults(ports: &mut Ports) {
    accounts(ports);
    taking_back(ports);
}

fn accounts(ports: &mut Ports) {
    let mock = &mut ports.accounts;
    mock.expect_register().returning(|_| Ok(()));
    mock.expect_turn_away().returning(|_| Ok(true));
    // Charles has deleted his account; once it was brought back, it is there for the sign-in that follows.
    let is_back = Arc::new(AtomicBool::new(false));
    let charles_is_back = Arc::clone(&is_back);
    mock.expect_find_credentials().returning(move |email| {
        let mut charles = world::charles();
        let asks_for_charles = charles.user.email.as_ref().unwrap().key() == email;
        if asks_for_charles && charles_is_back.swap(false, Ordering::Relaxed) {
            charles.user.status = AccountStatus::Active;
        }
        let mut accounts = [world::ada(), charles].into_iter();
        let found = accounts.find(|account| {
            let own = account.user.email.as_ref();
            own.is_some_and(|own| own.key() == email)
        });
        let password = Some(PasswordHash::restore(PASSWORD.to_owned()));
        Ok(found.map(|account| Credentials { account, password }))
    });
    mock.expect_find().returning(|id| {
        let mut account = world::ada();
        account.user.id = id;
        Ok(Some(account))
    });
    mock.expect_verify_email().returning(|_| Ok(AccessEpoch(2)));
    mock.expect_issue_token().returning(|_| Ok(true));
    mock.expect_find_password()
        .returning(|_| Ok(Some(PasswordHash::restore(PASSWORD.to_owned()))));
    mock.expect_change_password().returning(|_| {
        Ok(PasswordChanged {
            ended: Vec::new(),
            epoch: AccessEpoch(2),
        })
    });
    ports.closures.expect_delete().returning(|_| {
        Ok(AccountDeleted {
            ended: Vec::new(),
            epoch: AccessEpoch(2),
        })
    });
    ports.closures.expect_restore().returning(move |_| {
        is_back.store(true, Ordering::Relaxed);
        Ok(AccessEpoch(2))
    });
    ports.strength.expect_judge().return_const(Ok(()));
    ports
        .passwords
        .expect_hash()
        .returning(|password| Ok(PasswordHash::restore(password.expose().to_owned())));
    ports.passwords.expect_check().returning(|claim, hash| {
        let matches = hash.is_some_and(|hash| hash.expose() == claim.expose());
        Ok(if matches {
            PasswordCheck::Matches
        } else {
            PasswordCheck::Differs
        })
    });
}

fn taking_back(ports: &mut Ports) {
    ports.accounts.expect_find_recipient().returning(|_| {
        let ada = world::ada().user;
        Ok(Some(Recipient {
            email: ada.email,
            username: ada.username,
            locale: ada.locale,
            status: ada.status,
        }))
    });
    ports.email_changes.expect_begin().returning(|_| Ok(true));
    ports.email_changes.expect_confirm().returning(|_| {
        Ok(EmailChanged {
            epoch: AccessEpoch(2),
        })
    });
    ports.lockdowns.expect_lock_down().returning(|_| {
        Ok(LockedDown {
            ended: Vec::new(),
            epoch: AccessEpoch(2),
        })
    });
}
