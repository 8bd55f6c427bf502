//! What tests share: builders of domain values, fakes of time and chance, and real services.
//!
//! A dev-dependency only; nothing of it reaches a release.
#![expect(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "in a test a panic is the failure, and says why"
)]

pub mod builders;
pub mod fakes;
pub mod services;

pub use builders::{
    ActorBuilder, a_detail, a_journal, a_publication, a_registration, a_script, a_session, a_user,
    a_version, actor, packed,
};
pub use fakes::{FixedClock, SequentialIds};
pub use services::{TestDatabase, database, redis_url};
