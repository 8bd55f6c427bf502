//! Where a request comes from.
//!
//! The peer of the connection; or, when the peer is one of our own proxies, the right-most hop of `X-Forwarded-For` that is
//! not. Everything else that a client can write into headers is ignored.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// Knows which peers are our own proxies.
#[derive(Debug, Clone, Default)]
pub struct ClientAddresses {
    trusted: Vec<IpNet>,
}

impl ClientAddresses {
    /// Trusts the `X-Forwarded-For` of these networks.
    #[must_use]
    pub const fn trusting(trusted: Vec<IpNet>) -> Self {
        Self { trusted }
    }

    /// The client behind a connection.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let forwarded: Vec<_> = headers
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .collect();
        let hops = forwarded.iter().rev().flat_map(|line| line.rsplit(','));
        for hop in hops {
            match hop.trim().parse::<IpAddr>().map(|ip| ip.to_canonical()) {
                Ok(hop) if self.trusts(hop) => {}
                Ok(hop) => return hop,
                Err(_) => return peer,
            }
        }
        peer
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&ip))
    }
}

/// How an address is counted: IPv4 as it is, IPv6 by its /64, since one line has all of those.
#[must_use]
pub fn counted_as(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let addresses = ClientAddresses::trusting(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_str(line).unwrap(),
            );
        }
        addresses
            .client(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn a_peer_that_is_no_proxy_of_ours_cannot_say_who_it_is() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn behind_our_proxy_the_right_most_foreign_hop_counts() {
        assert_eq!(
            client("10.0.0.1", &["1.2.3.4, 198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            client("10.0.0.1", &["198.51.100.1, 10.9.9.9"]),
            "198.51.100.1"
        );
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6", "198.51.100.1"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn what_cannot_be_read_counts_as_the_peer() {
        assert_eq!(client("10.0.0.1", &["198.51.100.1, junk"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn one_line_of_ipv6_counts_as_one() {
        let first = counted_as("2001:db8:1:2::1".parse().unwrap());
        assert_eq!(first, counted_as("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(first, counted_as("2001:db8:1:3::1".parse().unwrap()));
    }
}
