//! How hard a password is to guess, by zxcvbn (Wheeler, USENIX Security 2016).

use domain::account::password::NewPassword;
use domain::port::password_strength::{PasswordStrength, WeakPassword};
use zxcvbn::feedback::Feedback;
use zxcvbn::{Score, zxcvbn};

/// More guesses than somebody can make against an account or a handful of stolen hashes: about 10^8.
const ENOUGH: Score = Score::Three;

/// What everybody here may be expected to think of.
const OURS: [&str; 2] = ["scripthub", "script hub"];

/// Judges by zxcvbn.
#[derive(Debug, Clone, Copy, Default)]
pub struct ZxcvbnStrength;

impl PasswordStrength for ZxcvbnStrength {
    fn judge(&self, password: &NewPassword, about: &[String]) -> Result<(), WeakPassword> {
        // A word of one or two letters says nothing, and would be found everywhere.
        let about = about
            .iter()
            .map(String::as_str)
            .filter(|word| word.len() > 2);
        let words: Vec<_> = about.chain(OURS).collect();
        let estimate = zxcvbn(password.expose(), &words);
        if estimate.score() >= ENOUGH {
            return Ok(());
        }
        let feedback = estimate.feedback();
        let warning = feedback.and_then(Feedback::warning);
        let suggestions = feedback.into_iter().flat_map(Feedback::suggestions);
        let told: Vec<_> = warning
            .map(|warning| warning.to_string())
            .into_iter()
            .chain(suggestions.map(ToString::to_string))
            .collect();
        Err(WeakPassword {
            advice: match told.as_slice() {
                [] => "add another word or two".to_owned(),
                told => told.join(" "),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(password: &str) -> Result<(), WeakPassword> {
        let about = ["grace.hopper".to_owned(), "hopper@navy.example".to_owned()];
        ZxcvbnStrength.judge(&NewPassword::parse(password).unwrap(), &about)
    }

    #[test]
    fn what_everybody_tries_first_is_weak() {
        for weak in [
            "password123",
            "qwertyuiop1",
            "scripthub2026",
            "ScriptHub2026",
            "grace.hopper1",
            "hopper@navy.example",
            "aaaaaaaaaaaa",
        ] {
            assert!(judge(weak).is_err(), "{weak}");
        }
    }

    #[test]
    fn there_are_no_rules_of_composition() {
        for strong in [
            "correct horse battery",
            "🐴 weaves purple carpets",
            "tr0ub4dor&3-and-more",
        ] {
            judge(strong).unwrap();
        }
    }

    #[test]
    fn who_is_refused_is_told_what_to_do() {
        assert!(!judge("password123").unwrap_err().advice.is_empty());
    }
}
