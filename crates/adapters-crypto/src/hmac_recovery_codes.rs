//! Recovery codes: 80 random bits each, stored as HMAC-SHA-256 of owner and code.

use aws_lc_rs::{hmac, rand};
use domain::account::second_factor::{RecoveryCode, RecoveryDigest};
use domain::id::UserId;
use domain::outage::Outage;
use domain::port::recovery_codes::RecoveryCodes;
use totp_rs::Secret as Base32;

use crate::master_keys::{MasterKeys, Purpose};

/// Recovery codes under keys of ours: a copy of the database alone is not enough to try codes against.
pub struct HmacRecoveryCodes(Vec<hmac::Key>);

impl HmacRecoveryCodes {
    /// Codes under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        Self(keys.hmac_keys(Purpose::RecoveryCodes))
    }
}

fn inconsistent(detail: &str) -> Outage {
    Outage::Inconsistent {
        what: "recovery code",
        detail: detail.to_owned(),
    }
}

impl RecoveryCodes for HmacRecoveryCodes {
    fn new_code(&self) -> Result<RecoveryCode, Outage> {
        let mut bytes = [0; 10];
        rand::fill(&mut bytes).map_err(|_unspecified| inconsistent("there is no randomness"))?;
        let text = Base32::new(Box::new(bytes)).to_base32();
        RecoveryCode::read(&text).ok_or_else(|| inconsistent("base32 looks otherwise"))
    }

    fn digests(&self, user: UserId, code: &RecoveryCode) -> Vec<RecoveryDigest> {
        // The id has one length, so no two pairs make the same message.
        let message = [user.as_uuid().as_bytes(), code.expose().as_bytes()].concat();
        let tags = self.0.iter().map(|key| hmac::sign(key, &message));
        tags.filter_map(|tag| tag.as_ref().try_into().ok())
            .map(RecoveryDigest::restore)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_keys::{test_keys, test_keys_after};
    use uuid::Uuid;

    const ADA: UserId = UserId::new(Uuid::from_u128(1));
    const EVE: UserId = UserId::new(Uuid::from_u128(2));

    #[test]
    fn no_two_codes_are_alike_and_each_is_read_as_it_is_shown() {
        let codes = HmacRecoveryCodes::new(&test_keys(1));
        let (one, two) = (codes.new_code().unwrap(), codes.new_code().unwrap());
        assert_ne!(one, two);
        assert_eq!(RecoveryCode::read(one.grouped().expose()), Some(one));
    }

    #[test]
    fn a_digest_is_of_one_owner_and_one_key() {
        let code = RecoveryCode::read("abcd-efgh-ijkl-mnop").unwrap();
        let of = |keys, user| HmacRecoveryCodes::new(&keys).digests(user, &code);
        let digests = of(test_keys(1), ADA);
        assert_eq!(digests.len(), 1);
        assert_ne!(digests, of(test_keys(1), EVE));
        let both = of(test_keys_after(2, 1), ADA);
        assert_eq!(both, [of(test_keys(2), ADA), digests].concat());
    }
}
