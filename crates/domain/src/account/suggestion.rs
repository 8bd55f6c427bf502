//! A user name for somebody who comes from a provider and was not asked for one.

use crate::account::username::Username;

/// What a derived name may have at most, so that a variant of it still fits.
const LONGEST: usize = 20;

/// What a name must not look like.
const AUTHORITIES: [&str; 10] = [
    "admin",
    "moderator",
    "official",
    "owner",
    "root",
    "scripthub",
    "security",
    "staff",
    "support",
    "system",
];

/// The names to try for somebody, the most fitting first. `variant` is text that nobody else has; the last name is made of
/// nothing else.
#[must_use]
pub fn usernames(login: Option<&str>, display_name: Option<&str>, variant: &str) -> Vec<Username> {
    let variant: String = variant
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(10)
        .collect();
    let base = [login, display_name]
        .into_iter()
        .flatten()
        .find_map(base)
        .unwrap_or_else(|| "user".to_owned());
    let short: String = variant.chars().take(4).collect();
    [
        base.clone(),
        format!("{base}-{short}"),
        format!("{base}-{variant}"),
        format!("user-{variant}"),
    ]
    .iter()
    .filter_map(|name| Username::parse(name).ok())
    .collect()
}

/// The letters, digits and hyphens of a text, if they make a name that pretends nothing.
fn base(text: &str) -> Option<String> {
    let mut name = String::new();
    for letter in text.chars().take(256) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    let is_honest = !AUTHORITIES
        .iter()
        .any(|word| skeleton(name).contains(&skeleton(word)));
    (Username::parse(name).is_ok() && is_honest).then(|| name.to_owned())
}

/// The name with what looks alike made the same.
fn skeleton(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter {
            '0' => 'o',
            '1' | 'l' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(login: &str) -> String {
        let names = usernames(Some(login), None, "0a1b2c3d4e5f");
        names.first().unwrap().as_str().to_owned()
    }

    #[test]
    fn a_name_that_can_be_ours_stays_what_it_is() {
        assert_eq!(first("ada-lovelace"), "ada-lovelace");
        assert_eq!(first("Ada Lovelace"), "ada-lovelace");
        assert_eq!(
            first("ada\r\nlovelace<img onerror=x>"),
            "ada-lovelace-img-one"
        );
        assert_eq!(first(&"a".repeat(10_000)), "a".repeat(20));
    }

    #[test]
    fn a_name_that_pretends_or_is_reserved_becomes_another_one() {
        for bad in [
            "admin",
            "ADMIN",
            "adm1n",
            "4dmin",
            "a-d-m-i-n",
            "the-0fficial",
            "me",
            "api",
            "scr1pthub",
            "system",
            "аdmin",
            "ab",
            "",
            "愛",
        ] {
            let name = first(bad);
            assert!(
                name.starts_with("user-") || name == "dmin",
                "{bad:?} became {name:?}"
            );
        }
    }

    #[test]
    fn there_are_variants_for_a_name_that_is_taken() {
        let names = usernames(Some("ada"), None, "0a1b2c3d-4e5f");
        let names: Vec<_> = names.iter().map(Username::as_str).collect();
        assert_eq!(
            names,
            ["ada", "ada-0a1b", "ada-0a1b2c3d4e", "user-0a1b2c3d4e"]
        );
    }

    #[test]
    fn the_name_in_front_of_people_helps_where_there_is_no_other() {
        let names = usernames(Some("愛"), Some("Ai Tanaka"), "0a1b2c3d");
        assert_eq!(names.first().unwrap().as_str(), "ai-tanaka");
    }
}
