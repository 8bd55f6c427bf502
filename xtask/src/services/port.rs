//! Choosing TCP ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};

/// Whether nobody listens on `port`.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The port of the last time if it is still free, else any free one.
pub(crate) fn choose(last: Option<u16>) -> Result<u16> {
    if let Some(port) = last.filter(|port| is_free(*port)) {
        return Ok(port);
    }
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port can be found")?;
    Ok(listener
        .local_addr()
        .context("the free port has no number")?
        .port())
}

/// Ports that are free at the same time.
pub(crate) fn several_free<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let mut held = Vec::with_capacity(COUNT);
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port can be found")?;
        *port = listener
            .local_addr()
            .context("the free port has no number")?
            .port();
        held.push(listener);
    }
    Ok(ports)
}

/// The first free port from `first` on.
pub(crate) fn first_free(first: u16) -> Result<u16> {
    (first..first.saturating_add(100))
        .find(|port| is_free(*port))
        .with_context(|| {
            format!(
                "ports {first} to {} are all taken",
                first.saturating_add(99)
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_took_is_not_chosen_again() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(!is_free(port));
        assert_ne!(choose(Some(port)).unwrap(), port);
        drop(taken);
        assert_eq!(choose(Some(port)).unwrap(), port);
    }
}
