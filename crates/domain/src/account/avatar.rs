//! The picture of a person.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{AvatarId, UserId};
use crate::journal::Journal;
use crate::violation::{Unit, Violation};

/// The largest upload, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The longest side of an uploaded picture, in pixels.
pub const MAX_SIDE: u32 = 4096;

/// The most pictures of an uploaded animation; the first is kept.
pub const MAX_FRAMES: usize = 500;

/// An object that no account names is left alone for so long: an upload may be on its way to name it.
pub const UPLOAD_TIME: TimeDelta = TimeDelta::hours(1);

/// In which size a picture is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AvatarSize {
    /// For the page of a person.
    Large,
    /// For lists.
    Small,
}

impl AvatarSize {
    /// Every size.
    pub const ALL: [Self; 2] = [Self::Large, Self::Small];

    /// The length of its sides, in pixels.
    #[must_use]
    pub const fn side(self) -> u32 {
        match self {
            Self::Large => 256,
            Self::Small => 64,
        }
    }
}

/// The name of a stored object. It is made of ids of ours and nothing else, so nobody can choose one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    /// Which avatar.
    pub avatar: AvatarId,
    /// In which size.
    pub size: AvatarSize,
}

impl ObjectKey {
    /// All objects of an avatar.
    #[must_use]
    pub fn all_of(avatar: AvatarId) -> [Self; 2] {
        AvatarSize::ALL.map(|size| Self { avatar, size })
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "avatars/{}/{}.webp", self.avatar, self.size.side())
    }
}

/// A picture drawn anew, as WebP; nothing of the upload is left but what is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnAvatar {
    /// In [`AvatarSize::Large`].
    pub large: Vec<u8>,
    /// In [`AvatarSize::Small`].
    pub small: Vec<u8>,
}

/// Why an upload is no avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPicture {
    /// It is not a picture of a kind that is read here, whatever its name says, or it is damaged.
    #[error("not a picture")]
    Unreadable,
    /// It has more pixels than are read.
    #[error("too large")]
    TooLarge,
    /// It is an animation of more pictures than are read.
    #[error("too long")]
    TooManyFrames,
}

impl UnfitPicture {
    /// The rule that it breaks.
    #[must_use]
    pub const fn violation(self) -> Violation {
        match self {
            Self::Unreadable => Violation::Malformed("a PNG, JPEG, WebP or GIF picture"),
            Self::TooLarge => Violation::TooLong {
                max: 4096,
                unit: Unit::PixelsASide,
            },
            Self::TooManyFrames => Violation::TooLong {
                max: MAX_FRAMES,
                unit: Unit::Frames,
            },
        }
    }
}

/// Another picture for a person, or none, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvatarChange {
    /// Whose.
    pub user: UserId,
    /// The new one, whose objects are there already; `None` for none.
    pub avatar: Option<AvatarId>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_name_of_an_object_is_made_of_ids_only() {
        let avatar = AvatarId::new(Uuid::from_u128(7));
        let names = ObjectKey::all_of(avatar).map(|key| key.to_string());
        assert_eq!(
            names,
            [
                "avatars/00000000-0000-0000-0000-000000000007/256.webp",
                "avatars/00000000-0000-0000-0000-000000000007/64.webp"
            ]
        );
    }

    #[test]
    fn the_rule_about_the_size_says_the_size() {
        let told = UnfitPicture::TooLarge.violation().to_string();
        assert!(told.contains(&MAX_SIDE.to_string()), "{told}");
    }
}
