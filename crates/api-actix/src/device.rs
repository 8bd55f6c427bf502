//! What a `User-Agent` says of the device.

use domain::session::Device;
use woothee::parser::Parser;

/// What woothee answers where it does not know.
const UNKNOWN: &str = "UNKNOWN";

/// The browser or program, and its system, without versions: a device that was updated is the same device.
pub(crate) fn read(user_agent: &str) -> Option<Device> {
    let known = Parser::new().parse(user_agent)?;
    Device::of(told(known.name), told(known.os))
}

fn told(name: &str) -> Option<&str> {
    (name != UNKNOWN).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(user_agent: &str) -> Option<String> {
        read(user_agent).map(|device| device.as_str().to_owned())
    }

    #[test]
    fn a_browser_is_told_with_its_system_and_without_its_version() {
        let firefox = |version: u32| {
            format!(
                "Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
            )
        };
        assert_eq!(named(&firefox(128)).as_deref(), Some("Firefox, Linux"));
        assert_eq!(named(&firefox(128)), named(&firefox(140)));
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";
        assert_eq!(named(safari).as_deref(), Some("Safari, iPhone"));
    }

    #[test]
    fn what_a_stranger_words_is_never_told() {
        assert_eq!(named("Please visit https://evil.example"), None);
        assert_eq!(named(""), None);
    }
}
