//! Making an API key.

use std::sync::Arc;

use domain::access::key::KeyReach;
use domain::access::proof::{CreateApiKeys, Fresh, Permitted};
use domain::account::api_key::{ApiKey, KeyIssue, KeyIssueConflict, KeyLife, KeyName};
use domain::audit::{AuditAction, AuditEntry, FactValue, Facts, Subject};
use domain::job::Letter;
use domain::outage::{Outage, StoreError};
use domain::port::api_key_texts::ApiKeyTexts;
use domain::port::api_keys::ApiKeys;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::secret::Secret;

use crate::accounts::with_notice;

/// Makes an API key for somebody who has just proven who they are, and tells them by mail.
pub struct IssueApiKey {
    /// Records keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Makes their texts.
    pub texts: Arc<dyn ApiKeyTexts>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A key that somebody wants.
#[derive(Debug)]
pub struct NewApiKey {
    /// What its owner calls it.
    pub name: KeyName,
    /// How far it reaches.
    pub reach: KeyReach,
    /// How long it lives.
    pub life: KeyLife,
}

/// A new key. Its text is answered here and never again.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub text: Secret<String>,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum IssueKeyError {
    /// Another living key of the person has that name.
    #[error("the name is taken")]
    NameTaken,
    /// The person has as many keys as one may have.
    #[error("there are too many keys")]
    TooMany,
    /// One of the scripts is not one of the person's.
    #[error("there is no such script of the person")]
    UnknownScript,
    /// The account was ended meanwhile.
    #[error("the account is gone")]
    AccountGone,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl IssueApiKey {
    /// Makes the key. Whoever holds the right and has just proven who they are are one: both proofs come from one request.
    ///
    /// # Errors
    /// See [`IssueKeyError`].
    pub async fn run(
        &self,
        by: &Permitted<CreateApiKeys>,
        _fresh: &Fresh,
        command: NewApiKey,
    ) -> Result<IssuedKey, IssueKeyError> {
        let (user, now) = (by.actor().user(), self.clock.now());
        let text = self.texts.new_text()?;
        let key = ApiKey {
            id: self.ids.api_key(),
            name: command.name,
            prefix: text.prefix,
            reach: command.reach,
            created_at: now,
            expires_at: command.life.counted_from(now),
            last_used_at: None,
        };
        let letter = Letter::ApiKeyCreated;
        let journal = with_notice(&*self.ids, self.entry(by, &key), user, letter, now);
        let issue = KeyIssue {
            user,
            key,
            digest: text.digest,
            journal,
        };
        self.keys.issue(&issue).await.map_err(|error| match error {
            StoreError::Conflict(KeyIssueConflict::NameTaken) => IssueKeyError::NameTaken,
            StoreError::Conflict(KeyIssueConflict::TooMany) => IssueKeyError::TooMany,
            StoreError::Conflict(KeyIssueConflict::UnknownScript) => IssueKeyError::UnknownScript,
            StoreError::Conflict(KeyIssueConflict::AccountGone) => IssueKeyError::AccountGone,
            StoreError::Outage(outage) => IssueKeyError::Outage(outage),
        })?;
        Ok(IssuedKey {
            key: issue.key,
            text: text.text,
        })
    }

    fn entry(&self, by: &Permitted<CreateApiKeys>, key: &ApiKey) -> AuditEntry {
        let scopes = key
            .reach
            .scopes()
            .iter()
            .map(|scope| scope.name().to_owned());
        let scripts = key.reach.scripts().map_or(FactValue::Absent, |scripts| {
            FactValue::List(scripts.iter().map(ToString::to_string).collect())
        });
        let after = Facts::none()
            .with("name", key.name.as_str())
            .with("prefix", key.prefix.as_str())
            .with("scopes", FactValue::List(scopes.collect()))
            .with("scripts", scripts)
            .with("expires_at", key.expires_at.to_rfc3339().as_str());
        AuditEntry::success(
            self.ids.audit(),
            key.created_at,
            by.actor().party(),
            AuditAction::CreateApiKey,
            Subject::ApiKey(key.id),
            by.actor().origin(),
        )
        .with_change(Facts::none(), after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::key::{KeyScope, KeyScopes};
    use domain::access::permission::Permission;
    use domain::account::api_key::{KeyDigest, KeyText, USUAL_LIFE};
    use domain::port::api_key_texts::MockApiKeyTexts;
    use domain::port::api_keys::MockApiKeys;
    use test_support::{FixedClock, SequentialIds, actor};

    async fn run(keys: MockApiKeys) -> Result<IssuedKey, IssueKeyError> {
        let mut texts = MockApiKeyTexts::new();
        texts.expect_new_text().returning(|| {
            Ok(KeyText {
                text: Secret::new("shk_all_of_it".to_owned()),
                prefix: "shk_all".to_owned(),
                digest: KeyDigest::restore([7; 32]),
            })
        });
        let clock = FixedClock::default();
        let by = actor().with(Permission::ApiKeysCreate);
        let fresh = by.in_session().fresh(clock.now()).unwrap();
        let use_case = IssueApiKey {
            keys: Arc::new(keys),
            texts: Arc::new(texts),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(clock),
        };
        let scopes = KeyScopes::collect([KeyScope::Write]).unwrap();
        let command = NewApiKey {
            name: KeyName::parse("CI").unwrap(),
            reach: KeyReach::new(scopes, None).unwrap(),
            life: KeyLife::default(),
        };
        use_case
            .run(&by.build().permit().unwrap(), &fresh, command)
            .await
    }

    #[tokio::test]
    async fn a_key_is_stored_by_its_digest_told_by_mail_and_shown_once() {
        let mut keys = MockApiKeys::new();
        keys.expect_issue()
            .once()
            .withf(|issue| {
                let told = format!("{:?}", issue.journal);
                let is_untold = !told.contains("shk_all_of_it");
                is_untold
                    && issue.digest == KeyDigest::restore([7; 32])
                    && issue.journal.jobs().len() == 1
            })
            .returning(|_| Ok(()));
        let issued = run(keys).await.unwrap();
        assert_eq!(issued.text.expose(), "shk_all_of_it");
        assert_eq!(issued.key.expires_at - issued.key.created_at, USUAL_LIFE);
    }

    #[tokio::test]
    async fn each_conflict_is_told_by_its_name() {
        for (conflict, told) in [
            (KeyIssueConflict::NameTaken, "the name is taken"),
            (KeyIssueConflict::TooMany, "there are too many keys"),
            (
                KeyIssueConflict::UnknownScript,
                "there is no such script of the person",
            ),
            (KeyIssueConflict::AccountGone, "the account is gone"),
        ] {
            let mut keys = MockApiKeys::new();
            keys.expect_issue()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
            assert_eq!(run(keys).await.unwrap_err().to_string(), told);
        }
    }
}
