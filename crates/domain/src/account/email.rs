//! E-mail addresses.

use std::fmt;

use crate::violation::{Unit, Violation};

/// A deliverable-looking address, kept as it was typed and compared without regard to case.
///
/// The form is that of RFC 5321 without quoted local parts, comments and address literals: what real
/// people have. The longest path of RFC 5321 leaves 254 characters for an address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email {
    typed: String,
    key: EmailKey,
}

/// The form of an address under which it is unique.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

const EXPECTED: Violation = Violation::Malformed("an e-mail address such as name@example.org");

impl Email {
    /// Parses an address; surrounding blanks are dropped.
    ///
    /// # Errors
    /// The rule that the address breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        let typed = input.trim();
        if typed.is_empty() {
            return Err(Violation::Required);
        }
        if typed.len() > 254 {
            return Err(Violation::TooLong {
                max: 254,
                unit: Unit::Bytes,
            });
        }
        let (local, host) = typed.rsplit_once('@').ok_or(EXPECTED)?;
        if !is_local_part(local) || !is_host(host) {
            return Err(EXPECTED);
        }
        Ok(Self {
            typed: typed.to_owned(),
            key: EmailKey(typed.to_lowercase()),
        })
    }

    /// An address as storage holds it.
    #[must_use]
    pub fn restore(typed: String) -> Self {
        let key = EmailKey(typed.to_lowercase());
        Self { typed, key }
    }

    /// The address as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The form under which it is unique.
    #[must_use]
    pub const fn key(&self) -> &EmailKey {
        &self.key
    }
}

impl EmailKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses are personal data: what is printed for debugging is only the host.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.typed.rsplit_once('@').map_or("", |(_, host)| host);
        write!(f, "Email(…@{host})")
    }
}

impl fmt::Debug for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailKey(…)")
    }
}

fn is_local_part(local: &str) -> bool {
    !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
}

fn is_host(host: &str) -> bool {
    let labels = host.split('.').count();
    labels >= 2
        && host.split('.').all(is_label)
        && host
            .rsplit('.')
            .next()
            .is_some_and(|top| !top.bytes().all(|b| b.is_ascii_digit()))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_only_in_case_or_blanks_share_a_key() {
        let keys: Vec<_> = ["Alice@Ex.com", "alice@ex.com", " ALICE@EX.COM "]
            .iter()
            .map(|s| Email::parse(s).unwrap().key().clone())
            .collect();
        assert!(keys.windows(2).all(|pair| pair.first() == pair.last()));
    }

    #[test]
    fn what_could_carry_a_second_recipient_is_refused() {
        for bad in [
            "v@x,a@x.org",
            "v@x.org\r\nBcc: a@x.org",
            "a b@x.org",
            "v@x.org,a@x.org",
            "<v@x.org>",
            "v@[127.0.0.1]",
            "v@localhost",
            "@x.org",
            "v@",
            "v..w@x.org",
            "v@x.123",
            "\"v\"@x.org",
            "v@x.org\0",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn an_address_does_not_show_its_owner_in_debug_output() {
        assert_eq!(
            format!("{:?}", Email::parse("alice@example.org").unwrap()),
            "Email(…@example.org)"
        );
    }
}
