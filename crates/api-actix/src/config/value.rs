//! From texts to values: each parser answers the rule that a text breaks.

use std::net::{IpAddr, SocketAddr};

use chrono::TimeDelta;
use domain::account::registration::RegistrationMode;
use domain::audit::notes::AllowedActs;
use domain::limit::quota::Quota;
use ipnet::IpNet;
use url::Url;

/// A rule, in words that follow the name of the setting.
pub(super) type Rule = String;

/// `10m`, `30d`, `1h 30m`.
pub(super) fn duration(text: &str) -> Result<TimeDelta, Rule> {
    let rule = || format!("must be a time such as 10s, 15m, 30d, not {text:?}");
    let time = humantime::parse_duration(text).map_err(|_error| rule())?;
    TimeDelta::from_std(time)
        .ok()
        .filter(|time| *time > TimeDelta::zero() && *time <= TimeDelta::days(3650))
        .ok_or_else(rule)
}

/// `5/15m`, or `off`.
pub(super) fn quota(text: &str) -> Result<Option<Quota>, Rule> {
    if text == "off" {
        return Ok(None);
    }
    let parsed = text.split_once('/').and_then(|(limit, window)| {
        Quota::new(limit.trim().parse().ok()?, duration(window.trim()).ok()?)
    });
    parsed.map(Some).ok_or_else(|| {
        format!("must be acts per time such as 5/15m (1s to 1d), or off, not {text:?}")
    })
}

/// `open`, `confirm_first` or `closed`.
pub(super) fn registration(text: &str) -> Result<RegistrationMode, Rule> {
    RegistrationMode::ALL
        .into_iter()
        .find(|mode| mode.name() == text)
        .ok_or_else(|| format!("must be open, confirm_first or closed, not {text:?}"))
}

/// `none`, `privileged` or `all`.
pub(super) fn allowed_acts(text: &str) -> Result<AllowedActs, Rule> {
    AllowedActs::ALL
        .into_iter()
        .find(|acts| acts.name() == text)
        .ok_or_else(|| format!("must be none, privileged or all, not {text:?}"))
}

/// A time of 31 days or more: the database drops nothing younger than 30.
pub(super) fn retention(text: &str) -> Result<TimeDelta, Rule> {
    let time = duration(text)?;
    if time < TimeDelta::days(31) {
        return Err(format!("must be 31d or longer, not {text:?}"));
    }
    Ok(time)
}

/// `127.0.0.1:8080`.
pub(super) fn address(text: &str) -> Result<SocketAddr, Rule> {
    text.parse().map_err(|_error| {
        format!("must be an address and a port such as 127.0.0.1:8080, not {text:?}")
    })
}

/// A whole number within bounds.
pub(super) fn number(text: &str, min: u32, max: u32) -> Result<u32, Rule> {
    text.parse()
        .ok()
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| format!("must be a number from {min} to {max}, not {text:?}"))
}

/// An `http` or `https` address without query, fragment or trailing slash.
pub(super) fn base_url(text: &str) -> Result<String, Rule> {
    let rule = || format!("must be an address such as https://scripthub.example, not {text:?}");
    let url = Url::parse(text).map_err(|_error| rule())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_web || !is_bare {
        return Err(rule());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Origins as browsers send them: scheme, host and port, nothing else.
pub(super) fn origins(text: &str) -> Result<Vec<String>, Rule> {
    list(text)
        .map(|origin| match Url::parse(origin) {
            Ok(url) if url.origin().is_tuple() && url.origin().ascii_serialization() == origin => {
                Ok(origin.to_owned())
            }
            _ => Err(format!(
                "must be a list of origins such as https://scripthub.example, not {origin:?}"
            )),
        })
        .collect()
}

/// Networks: `10.0.0.0/8`, or single addresses.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, Rule> {
    list(text)
        .map(|network| {
            network
                .parse()
                .or_else(|_error| network.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_error| {
                    format!("must be a list of networks such as 10.0.0.0/8, not {network:?}")
                })
        })
        .collect()
}

/// The parts of a list between commas.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_acts_per_time_or_off() {
        assert_eq!(quota("off").unwrap(), None);
        let five = quota("5/15m").unwrap().unwrap();
        assert_eq!((five.limit(), five.window()), (5, TimeDelta::minutes(15)));
        for bad in ["5", "0/1m", "5/0s", "5/2d", "-1/1m", "x/1m", "5/15"] {
            assert!(quota(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_exactly_what_a_browser_sends() {
        assert_eq!(
            origins("https://a.example, http://b.example:8080").unwrap(),
            ["https://a.example", "http://b.example:8080"]
        );
        for bad in [
            "https://a.example/",
            "a.example",
            "*",
            "null",
            "https://A.example",
        ] {
            assert!(origins(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_base_url_has_no_tail() {
        assert_eq!(base_url("https://a.example/").unwrap(), "https://a.example");
        for bad in [
            "a.example",
            "ftp://a.example",
            "https://a.example/?q",
            "https://u@a.example",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn networks_may_be_single_addresses() {
        let networks = networks("10.0.0.0/8, ::1").unwrap();
        assert_eq!(networks.len(), 2);
        assert!(super::networks("10.0.0.0/33").is_err());
    }

    #[test]
    fn the_audit_log_is_kept_for_a_month_at_least() {
        assert_eq!(retention("400d").unwrap(), TimeDelta::days(400));
        for bad in ["30d", "1s", "for ever"] {
            assert!(retention(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_allowed_is_noted_by_name() {
        for acts in AllowedActs::ALL {
            assert_eq!(allowed_acts(acts.name()), Ok(acts));
        }
        assert!(allowed_acts("some").is_err());
    }

    #[test]
    fn times_have_units_and_bounds() {
        assert_eq!(duration("90d").unwrap(), TimeDelta::days(90));
        for bad in ["10", "0s", "-1m", "ten minutes", "20y"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
