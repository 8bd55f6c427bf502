//! A migrated database of one test, and the way to it.

use std::time::Duration;

use adapters_postgres::{Pg, PgAccounts, PgScripts, PoolSettings};
use domain::account::user::User;
use domain::id::UserId;
use domain::port::accounts::Accounts;
use domain::port::scripts::Scripts;
use domain::script::entity::Script;
use test_support::{a_publication, a_registration, a_script, a_user, packed};
use tokio_postgres::Client;

/// The pool to a database of one test, and a plain connection to look behind.
pub(crate) struct Home {
    pub(crate) pg: Pg,
    pub(crate) owner: Client,
}

pub(crate) async fn home() -> Home {
    home_of(8).await
}

pub(crate) async fn home_of(max_connections: u32) -> Home {
    let database = test_support::database().await;
    let settings = PoolSettings {
        max_connections,
        acquire_timeout: Duration::from_secs(5),
        ..PoolSettings::default()
    };
    let pg = Pg::new(&database.url, &settings).unwrap();
    let owner = database.owner().await;
    Home { pg, owner }
}

impl Home {
    /// Somebody with an account.
    pub(crate) async fn person(&self) -> User {
        let user = a_user();
        PgAccounts::new(self.pg.clone())
            .register(&a_registration(user.clone()))
            .await
            .unwrap();
        user
    }

    /// A public script of somebody, whose content follows from `seed`.
    pub(crate) async fn script(&self, owner: UserId, seed: u8) -> Script {
        let script = a_script(owner);
        PgScripts::new(self.pg.clone())
            .publish(&a_publication(script.clone(), packed(seed)))
            .await
            .unwrap();
        script
    }

    /// The only number that a query answers.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.owner.query_one(sql, &[]).await.unwrap().get(0)
    }
}
