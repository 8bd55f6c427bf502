//! Under which name failed guesses at an account are counted.

use std::sync::Arc;

use domain::account::email::Email;
use domain::id::UserId;
use domain::outage::Outage;
use domain::port::accounts::Accounts;

/// Names the one budget that every door of an account takes from.
///
/// It is the account's address, because that is what a sign-in knows before anything was looked up: so an address that nobody has
/// is counted by the same steps, in the same time. Doors that know the account instead, since somebody is signed in or half so,
/// look its address up.
pub struct GuessBudget {
    /// Knows the addresses.
    pub accounts: Arc<dyn Accounts>,
}

impl GuessBudget {
    /// The name of an account's budget: its address, or its id while it has none, when nobody can sign in to it by password.
    ///
    /// # Errors
    /// An outage; no guess is taken then.
    pub async fn of(&self, user: UserId) -> Result<String, Outage> {
        let recipient = self.accounts.find_recipient(user).await?;
        let address = recipient.and_then(|recipient| recipient.email);
        Ok(address.as_ref().map_or_else(
            || user.to_string(),
            |email: &Email| email.key().as_str().to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::locale::Locale;
    use domain::account::user::AccountStatus;
    use domain::account::username::Username;
    use domain::port::accounts::{MockAccounts, Recipient};
    use test_support::a_user;

    async fn name(email: Option<&str>, user: UserId) -> String {
        let recipient = Recipient {
            email: email.map(|email| Email::parse(email).unwrap()),
            username: Username::parse("alice").unwrap(),
            locale: Locale::English,
            status: AccountStatus::Active,
        };
        let mut accounts = MockAccounts::new();
        accounts
            .expect_find_recipient()
            .returning(move |_| Ok(Some(recipient.clone())));
        let budget = GuessBudget {
            accounts: Arc::new(accounts),
        };
        budget.of(user).await.unwrap()
    }

    #[tokio::test]
    async fn the_budget_has_the_name_that_a_sign_in_would_give_it() {
        let user = a_user().id;
        assert_eq!(
            name(Some("Alice@Example.org"), user).await,
            "alice@example.org"
        );
        assert_eq!(name(None, user).await, user.to_string());
    }
}
