//! Time-based one-time passwords by totp-rs, and their QR codes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use domain::account::second_factor::{STEP_SECONDS, TotpSecret, TotpStep};
use domain::outage::Outage;
use domain::port::one_time_passwords::{EnrolmentSheet, OneTimePasswords};
use domain::secret::Secret;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Algorithm, Builder, Totp};

/// What authenticators show above the name of the account.
const ISSUER: &str = "ScriptHub";

/// The least width and height of a QR code, in pixels.
const QR_PIXELS: u32 = 240;

/// RFC 6238 with SHA-1, 6 digits and steps of 30 s.
#[derive(Debug, Clone, Copy, Default)]
pub struct TotpPasswords;

fn inconsistent(detail: &impl ToString) -> Outage {
    Outage::Inconsistent {
        what: "TOTP secret",
        detail: detail.to_string(),
    }
}

fn totp(secret: &TotpSecret, account: &str) -> Result<Totp, Outage> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP_SECONDS.unsigned_abs())
        .with_secret(secret.expose().to_vec())
        .with_issuer(Some(ISSUER))
        .with_account_name(account)
        .build()
        .map_err(|error| inconsistent(&error))
}

impl OneTimePasswords for TotpPasswords {
    fn new_secret(&self) -> Result<TotpSecret, Outage> {
        let mut bytes = vec![0; 20];
        rand::fill(&mut bytes).map_err(|_unspecified| inconsistent(&"there is no randomness"))?;
        Ok(TotpSecret::restore(bytes))
    }

    fn sheet(&self, secret: &TotpSecret, account: &str) -> Result<EnrolmentSheet, Outage> {
        let totp = totp(secret, account)?;
        let uri = totp.to_url().map_err(|error| inconsistent(&error))?;
        let code = QrCode::new(&uri).map_err(|error| inconsistent(&error))?;
        let mut picture = code.render::<svg::Color<'_>>();
        let picture = picture.min_dimensions(QR_PIXELS, QR_PIXELS).build();
        Ok(EnrolmentSheet {
            secret: Secret::new(totp.secret().to_base32()),
            uri: Secret::new(uri),
            qr_svg: Secret::new(picture),
        })
    }

    fn find_step(
        &self,
        secret: &TotpSecret,
        code: &str,
        now: DateTime<Utc>,
        after: Option<TotpStep>,
    ) -> Option<TotpStep> {
        let totp = totp(secret, "-").ok()?;
        let is_code_of = |step: &TotpStep| {
            let time = u64::try_from(step.get().checked_mul(STEP_SECONDS)?).ok()?;
            let expected = totp.generate(time).to_string();
            verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).ok()
        };
        TotpStep::around(now)
            .filter(|step| after.is_none_or(|after| *step > after))
            .find(|step| is_code_of(step).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, TimeZone};

    /// The secret of RFC 6238, appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::restore(b"12345678901234567890".to_vec())
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(seconds, 0).unwrap()
    }

    fn step_of(code: &str, now: DateTime<Utc>) -> Option<TotpStep> {
        TotpPasswords.find_step(&secret(), code, now, None)
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let now = at(seconds);
            assert_eq!(step_of(code, now), Some(TotpStep::at(now)), "{code}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_one_step_late_and_no_longer() {
        let (code, made) = ("081804", at(1_111_111_109));
        let step = Some(TotpStep::at(made));
        for (seconds, expected) in [(-60, None), (-30, step), (0, step), (30, step), (60, None)] {
            let now = made + TimeDelta::seconds(seconds);
            assert_eq!(step_of(code, now), expected, "{seconds} s");
        }
    }

    #[test]
    fn a_step_that_was_used_is_never_found_again() {
        let now = at(59);
        let used = Some(TotpStep::at(now));
        assert_eq!(
            TotpPasswords.find_step(&secret(), "287082", now, used),
            None
        );
    }

    #[test]
    fn wrong_codes_have_no_step() {
        for code in ["", "28708", "287083", "2870820", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(code, at(59)), None, "{code}");
        }
    }

    #[test]
    fn the_sheet_says_the_same_in_three_forms() {
        let sheet = TotpPasswords.sheet(&secret(), "ada").unwrap();
        assert_eq!(sheet.secret.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = sheet.uri.expose();
        assert!(uri.starts_with("otpauth://totp/ScriptHub:ada?"), "{uri}");
        assert!(uri.contains(sheet.secret.expose()), "{uri}");
        assert!(sheet.qr_svg.expose().contains("<svg "), "no picture");
    }

    #[test]
    fn no_two_secrets_are_alike_and_each_has_160_bits() {
        let (one, two) = (TotpPasswords.new_secret(), TotpPasswords.new_secret());
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_ne!(one, two);
        assert_eq!(one.expose().len(), 20);
    }
}
