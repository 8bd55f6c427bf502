//! What handlers take out of a request: who, then may they, then what.

mod body;
mod caller;
mod headers;
mod image;
mod path;
mod query;
mod rule;

pub use body::{Body, Valid};
pub use caller::{
    Authorized, Bearer, Caller, Fresh, FreshlyAuthorized, Leaving, Looking, RequestOrigin,
    SignedIn, Verified,
};
pub use headers::{IfMatch, OptionalIfMatch};
pub use image::Image;
pub use path::{
    PathApiKey, PathAvatar, PathPermission, PathProvider, PathRole, PathScript, PathSession,
    PathUser, PathUsername, PathVersion,
};
pub use query::Query;
pub use rule::{checked, each, every, nullable, optional, present, rule};
