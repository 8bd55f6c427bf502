//! How people look in JSON.

use chrono::{DateTime, Utc};
use domain::account::avatar::AvatarSize;
use domain::account::profile::DisplayName;
use domain::account::user::{PublicProfile, UserWithRoles};
use domain::id::AvatarId;
use domain::script::entity::Owner;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "User")]
pub struct UserView {
    /// Its id.
    pub id: Uuid,
    /// The name in URLs.
    #[schema(example = "ada")]
    pub username: String,
    /// The name in front of people, when it is another one.
    #[schema(example = "Ada Lovelace")]
    pub display_name: Option<String>,
    /// A few words about the person, in Markdown.
    pub biography: String,
    /// Where the picture is, on this server; none if there is none. The same address with `64.webp` is the small one.
    #[schema(example = "/api/avatars/b6f3a1de-8f9a-4c53-9a56-0d7f1f0e4a11/256.webp")]
    pub avatar_url: Option<String>,
    /// The address; none if a provider gave none.
    #[schema(example = "ada@example.org")]
    pub email: Option<String>,
    /// When the address was confirmed; until then the account reads and manages itself, and nothing else.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// The language of mails: `en` or `id`.
    #[schema(example = "en")]
    pub locale: &'static str,
    /// `active`, `suspended` or `deleted`.
    #[schema(example = "active")]
    pub account_status: &'static str,
    /// The roles it holds, sorted.
    #[schema(example = json!(["user"]))]
    pub roles: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<&UserWithRoles> for UserView {
    fn from(account: &UserWithRoles) -> Self {
        let user = &account.user;
        Self {
            id: user.id.as_uuid(),
            username: user.username.as_str().to_owned(),
            display_name: text(user.display_name.as_ref()),
            biography: user.biography.as_str().to_owned(),
            avatar_url: user.avatar.map(avatar_url),
            email: user.email.as_ref().map(|email| email.as_str().to_owned()),
            email_verified_at: user.email_verified_at,
            locale: user.locale.code(),
            account_status: user.status.name(),
            roles: account
                .roles
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// What everybody may see of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Profile")]
pub struct ProfileView {
    /// The person.
    pub id: Uuid,
    /// The name in URLs.
    #[schema(example = "ada")]
    pub username: String,
    /// The name in front of people, when it is another one.
    pub display_name: Option<String>,
    /// A few words about the person, in Markdown.
    pub biography: String,
    /// Where the picture is, on this server; none if there is none. The same address with `64.webp` is the small one.
    #[schema(example = "/api/avatars/b6f3a1de-8f9a-4c53-9a56-0d7f1f0e4a11/256.webp")]
    pub avatar_url: Option<String>,
    /// How many of their scripts are public.
    pub public_scripts: u64,
    /// Since when they are here.
    pub created_at: DateTime<Utc>,
}

impl From<&PublicProfile> for ProfileView {
    fn from(profile: &PublicProfile) -> Self {
        Self {
            id: profile.id.as_uuid(),
            username: profile.username.as_str().to_owned(),
            display_name: text(profile.display_name.as_ref()),
            biography: profile.biography.as_str().to_owned(),
            avatar_url: profile.avatar.map(avatar_url),
            public_scripts: profile.public_scripts,
            created_at: profile.created_at,
        }
    }
}

/// A person, as shown beside what is theirs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Owner")]
pub struct OwnerView {
    /// The person.
    pub id: Uuid,
    /// The name in URLs.
    #[schema(example = "ada")]
    pub username: String,
    /// The name in front of people, when it is another one.
    pub display_name: Option<String>,
}

impl From<&Owner> for OwnerView {
    fn from(owner: &Owner) -> Self {
        Self {
            id: owner.id.as_uuid(),
            username: owner.username.as_str().to_owned(),
            display_name: text(owner.display_name.as_ref()),
        }
    }
}

fn avatar_url(avatar: AvatarId) -> String {
    format!("/api/avatars/{avatar}/{}.webp", AvatarSize::Large.side())
}

fn text(name: Option<&DisplayName>) -> Option<String> {
    name.map(|name| name.as_str().to_owned())
}
