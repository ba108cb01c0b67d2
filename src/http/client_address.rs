//! Where a request came from: the address at the other end of the connection or, behind proxies, the one that the outermost
//! of them saw; and what sent it.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::viewer::Client;

/// To which each proxy adds, at the end, the address that it got the request from.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The longest description of a program that is kept, in characters.
const LONGEST_AGENT: usize = 500;

/// The client behind this many proxies.
pub(super) fn client(peer: SocketAddr, headers: &HeaderMap, trusted_proxies: usize) -> Client {
    let address = forwarded(headers, trusted_proxies).unwrap_or(peer.ip());
    Client {
        address: address.to_canonical(),
        user_agent: user_agent(headers),
    }
}

/// The address that the outermost of the trusted proxies has added: from the right, since what stands further left is whatever
/// the client wrote there. Nothing if there is no such place, or no address in it.
fn forwarded(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let places: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    let outermost = places.len().checked_sub(trusted_proxies)?;
    let place = places.get(outermost)?.trim();
    // Some proxies write the port as well.
    let with_port = || place.parse().map(|address: SocketAddr| address.ip());
    place.parse().or_else(|_| with_port()).ok()
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let agent = String::from_utf8_lossy(headers.get(header::USER_AGENT)?.as_bytes());
    Some(agent.trim().chars().take(LONGEST_AGENT).collect()).filter(|agent: &String| !agent.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "192.0.2.1";

    fn address(peer: &str, forwarded: &[&str], trusted_proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 1234);
        client(peer, &headers, trusted_proxies).address.to_string()
    }

    #[test]
    fn without_proxies_it_is_the_peer_s() {
        assert_eq!(address(PEER, &[], 0), PEER);
        assert_eq!(address(PEER, &["203.0.113.9"], 0), PEER, "anybody can write that");
        assert_eq!(address("::ffff:192.0.2.1", &[], 0), PEER, "one client, one address");
        assert_eq!(address("2001:db8::1", &[], 0), "2001:db8::1");
    }

    #[test]
    fn behind_proxies_it_is_the_one_that_the_outermost_saw() {
        assert_eq!(address(PEER, &["203.0.113.9"], 1), "203.0.113.9");
        assert_eq!(address(PEER, &["198.51.100.66, 203.0.113.9"], 1), "203.0.113.9");
        assert_eq!(
            address(PEER, &["198.51.100.66, 203.0.113.9, 10.0.0.1"], 2),
            "203.0.113.9"
        );
        assert_eq!(
            address(PEER, &["198.51.100.66", "203.0.113.9,10.0.0.1"], 2),
            "203.0.113.9",
            "one list, over several headers"
        );
        assert_eq!(address(PEER, &["203.0.113.9:4567"], 1), "203.0.113.9");
        assert_eq!(address(PEER, &["[2001:db8::9]:4567"], 1), "2001:db8::9");
        assert_eq!(address(PEER, &["2001:db8::9"], 1), "2001:db8::9");
        assert_eq!(address(PEER, &["::ffff:203.0.113.9"], 1), "203.0.113.9");
    }

    #[test]
    fn where_no_proxy_has_written_it_is_the_peer_s() {
        assert_eq!(address(PEER, &[], 1), PEER);
        assert_eq!(address(PEER, &["203.0.113.9"], 2), PEER, "it came by another way");
        for nonsense in ["", "unknown", "203.0.113", "203.0.113.9.8", "localhost", "_hidden"] {
            assert_eq!(address(PEER, &[nonsense], 1), PEER, "{nonsense}");
            assert_eq!(address(PEER, &["203.0.113.9", nonsense], 1), PEER, "{nonsense}");
        }
    }

    #[test]
    fn what_sent_it_is_kept_to_a_length() {
        let agent = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, axum::http::HeaderValue::from_bytes(value).unwrap());
            user_agent(&headers)
        };
        assert_eq!(agent(b"Browser/1.0 (caf\xc3\xa9)").unwrap(), "Browser/1.0 (caf\u{e9})");
        assert_eq!(agent(b"caf\xe9").unwrap(), "caf\u{fffd}");
        assert_eq!(agent("\u{e9}".repeat(501).as_bytes()).unwrap(), "\u{e9}".repeat(500));
        assert_eq!(agent(b"  "), None);
        assert_eq!(user_agent(&HeaderMap::new()), None);
    }
}
