//! Ids and chance.

use uuid::Uuid;

use crate::id::{
    ApiKeyId, AuditId, AvatarId, JobId, LeaseId, ScriptId, SessionId, TokenId, UserId,
};

/// Makes ids. Tests use a hand-written fake, not a mock.
pub trait Ids: Send + Sync {
    /// A new account's id: random.
    fn user(&self) -> UserId;
    /// A new session's id: random.
    fn session(&self) -> SessionId;
    /// A new one-time token's id: random.
    fn token(&self) -> TokenId;
    /// A new API key's id: random, and no part of the key.
    fn api_key(&self) -> ApiKeyId;
    /// A new script's id: random.
    fn script(&self) -> ScriptId;
    /// A new avatar's id: random.
    fn avatar(&self) -> AvatarId;
    /// A new audit row's id: sorted by time.
    fn audit(&self) -> AuditId;
    /// A new job's id: sorted by time.
    fn job(&self) -> JobId;
    /// A new lease's id: random.
    fn lease(&self) -> LeaseId;
    /// A new request's id, for requests that bring none: sorted by time.
    fn request(&self) -> Uuid;
    /// 0 to 1023, for spreading retries.
    fn jitter(&self) -> u16;
}
