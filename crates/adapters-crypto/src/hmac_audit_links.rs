//! What binds the rows of the audit log: HMAC-SHA-256 under a key that the database does not have.

use aws_lc_rs::hmac;
use domain::audit::chain::Digest;
use domain::port::audit_links::AuditLinks;

use crate::master_keys::{MasterKeys, Purpose};

/// Links under keys of ours: the one in force makes them, and older ones are still read.
pub struct HmacAuditLinks(Vec<hmac::Key>);

impl HmacAuditLinks {
    /// Links under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        Self(keys.hmac_keys(Purpose::AuditChain))
    }
}

impl AuditLinks for HmacAuditLinks {
    fn hash(&self, message: &[u8]) -> Digest {
        let tag = self.0.first().map(|key| hmac::sign(key, message));
        // There is always a key in force, and a tag of SHA-256 has 32 bytes.
        tag.and_then(|tag| tag.as_ref().try_into().ok())
            .unwrap_or_default()
    }

    fn accepts(&self, message: &[u8], digest: &Digest) -> bool {
        self.0
            .iter()
            .any(|key| hmac::verify(key, message, digest).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_keys::{test_keys, test_keys_after};

    #[test]
    fn a_link_fits_its_message_under_its_key_and_the_ones_after_it() {
        let before = HmacAuditLinks::new(&test_keys(1));
        let link = before.hash(b"row");
        assert!(before.accepts(b"row", &link));
        assert!(!before.accepts(b"raw", &link));
        assert!(HmacAuditLinks::new(&test_keys_after(2, 1)).accepts(b"row", &link));
        assert!(!HmacAuditLinks::new(&test_keys(2)).accepts(b"row", &link));
    }
}
