//! Where an answer may send a question on to.
//!
//! It stays on its host, as somebody who was asked may otherwise have others ask on his behalf: a router, a wallet's port on this machine.
//! Only the configuration can name another host, and even then nobody out there leads into a private network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode, Url};

use super::authority;

/// Redirects that are followed for one request.
pub(super) const MOST: usize = 5;

/// The hosts that each host may lead to, beside itself, all with their port where it is not the usual one.
pub(super) type Named = BTreeMap<String, BTreeSet<String>>;

/// How far a question may be sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the host itself and those that are named.
    Named,
    /// To the same origin alone: headers and tokens are meant for it.
    Home,
    /// To the same origin, and only where a POST stays one (RFC 9110, 15.4.8 and 15.4.9). The other redirects make a GET of it, without its
    /// body: a page that answers that would look like somebody who took what was sent.
    HomeWhole,
}

/// Where an answer leads; `None` where it does not, or not so that it would be followed.
pub(super) fn target(response: &Response, reach: Reach) -> Option<Url> {
    let whole = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
    let any = [StatusCode::MOVED_PERMANENTLY, StatusCode::FOUND, StatusCode::SEE_OTHER];
    let status = response.status();
    if !(whole.contains(&status) || reach != Reach::HomeWhole && any.contains(&status)) {
        return None;
    }
    response.url().join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// Whether the way from `home`, which was asked first, by `from` to `to` may be taken; the error says why not. `inside` says that `from` was
/// found in a private network.
pub(super) fn check(
    (home, from, to): (&Url, &Url, &Url),
    reach: Reach,
    inside: bool,
    named: &Named,
) -> Result<(), String> {
    let there = authority(to);
    if !["http", "https"].contains(&to.scheme()) {
        return Err(format!("redirected to a {}: address, which is refused", to.scheme()));
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(format!("redirected from https to a plain address ({there}), which is refused"));
    }
    if is_onion(from) && !is_onion(to) {
        return Err(format!("redirected out of the onion network ({there}), which is refused"));
    }
    if !inside && is_inside(to) {
        return Err(within(&there));
    }
    if reach != Reach::Named && home.origin() != to.origin() {
        return Err(format!("redirected to {there}, which must not see the headers and the token meant for this host"));
    }
    let mine = authority(home);
    if mine != there && !named.get(&mine).is_some_and(|hosts| hosts.contains(&there)) {
        return Err(format!(
            "redirected to {there}, another host, which is refused unless its explorer block says redirects = [\"{there}\"]"
        ));
    }
    Ok(())
}

/// What is said of a host out there that leads to one in a private network.
pub(super) fn within(host: &str) -> String {
    format!("redirected to {host}, which is in a private network or on this machine, which is refused")
}

/// Whether the host is an onion service, which only Tor finds.
pub(super) fn is_onion(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.trim_end_matches('.').ends_with(".onion"))
}

/// Whether the host names this machine, by name or address.
pub(super) fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host == "localhost"
        || host.ends_with(".localhost")
        || address(url).is_some_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether the host's name alone shows that it is no public one.
pub(super) fn is_inside(url: &Url) -> bool {
    is_here(url) || address(url).is_some_and(is_private)
}

fn address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// Whether an address is none of the public internet: this machine, a private or shared network (RFC 1918, 6598, 4193), link-local, multicast, or set apart
/// (RFC 6890). Addresses that carry an IPv4 one within are judged by that.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (b == 18 || b == 19))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match [a, b, c, d, e, f] {
        // Unspecified and loopback are among those that are compatible with IPv4; mapped, translated (RFC 2765), NAT64.
        [0, 0, 0, 0, 0, 0 | 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => v4(g, h),
        // NAT64 of a private network, and 6to4.
        [0x64, 0xff9b, 1, ..] => true,
        [0x2002, ..] => v4(b, c),
        _ => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_multicast() || a & 0xffc0 == 0xfec0,
    }
}

/// Said where a name leads into a private network and must not. No name server says it.
pub(super) const PRIVATE: &str = "the name leads into a private network";

/// Looks names up as the system does, and finds public addresses alone: for the way on from a host out there, whose owner may have any
/// name lead anywhere.
#[derive(Debug)]
pub(super) struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(public(found.collect())?.into_iter()) as Addrs)
        })
    }
}

/// Those of the addresses that are public.
fn public(mut found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, &'static str> {
    let any = !found.is_empty();
    found.retain(|address| !is_private(address.ip()));
    if any && found.is_empty() { Err(PRIVATE) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.1.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:192.168.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "2002:7f00:1::1",
            "2002:c0a8:101::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.1",
            "126.1.1.1",
            "128.0.0.1",
            "169.253.1.1",
            "172.15.1.1",
            "172.32.1.1",
            "192.0.1.1",
            "192.167.1.1",
            "198.17.1.1",
            "198.20.1.1",
            "223.255.255.255",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
            "2606:4700::1111",
            "2a00::1",
            "fbff::1",
        ] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_name_leads_to_its_public_addresses_alone() {
        let all = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        assert_eq!(public(all(&["10.0.0.1:0", "1.1.1.1:0", "[::1]:0"])), Ok(all(&["1.1.1.1:0"])));
        assert_eq!(public(all(&["127.0.0.1:0", "[fd00::1]:0"])), Err(PRIVATE));
        assert_eq!(public(Vec::new()), Ok(Vec::new()));
    }

    /// The client for the way on finds nothing where a name leads inside, and says so; the one for the first host does.
    #[tokio::test]
    async fn a_name_that_leads_inside() {
        let (clients, options) = (super::super::client::Clients::default(), super::super::HttpOptions::default());
        // Nobody listens there: whether it is tried is what differs.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://localhost:{free}/");
        let refused = clients.public(&options).unwrap().get(&url).send().await.unwrap_err();
        assert!(super::super::client::led_inside(&refused), "{refused:?}");
        let tried = clients.anywhere(&options).unwrap().get(&url).send().await.unwrap_err();
        assert!(!super::super::client::led_inside(&tried) && tried.is_connect(), "{tried:?}");
    }

    /// Pairs of URLs: who was asked, where it leads, and a word of why that is refused, if it is.
    #[test]
    fn ways() {
        const OK: &str = "";
        const HERE: &str = "in a private network or on this machine";
        let named =
            Named::from([("a.example".to_owned(), BTreeSet::from(["b.example".to_owned(), "localhost".to_owned()]))]);
        let way = |from: &str, to: &str, reach: Reach| {
            let (from, to) = (Url::parse(from).unwrap(), Url::parse(to).unwrap());
            check((&from, &from, &to), reach, is_inside(&from), &named)
        };
        for (from, to, expect) in [
            ("https://a.example/x", "https://a.example/y", OK),
            ("http://a.example/x", "https://a.example/x", OK),
            ("https://a.example/x", "http://a.example/x", "from https to a plain address"),
            ("http://a.example/", "http://a.example:8080/", "another host"),
            ("https://a.example/", "https://b.example/", OK),
            ("https://b.example/", "https://a.example/", "another host"),
            ("https://a.example/", "https://www.a.example/", "redirects = [\"www.a.example\"]"),
            ("https://a.example/", "https://a.example.evil.example/", "another host"),
            ("https://a.example/", "file:///etc/passwd", "to a file: address"),
            ("https://a.example/", "ftp://a.example/", "to a ftp: address"),
            // Not even where it is named.
            ("https://a.example/", "https://localhost/", HERE),
            ("http://c.example/", "http://127.0.0.1/", HERE),
            ("http://c.example/", "http://2130706433/", HERE),
            ("http://c.example/", "http://0x7f.1/", HERE),
            ("http://c.example/", "http://127.1:8332/", HERE),
            ("http://c.example/", "http://0/", HERE),
            ("http://c.example/", "http://[::1]/", HERE),
            ("http://c.example/", "http://[::ffff:7f00:1]/", HERE),
            ("http://c.example/", "http://[::ffff:169.254.169.254]/latest", HERE),
            ("http://c.example/", "http://169.254.169.254/latest/meta-data", HERE),
            ("http://c.example/", "http://192.168.1.1/", HERE),
            ("http://c.example/", "http://100.100.100.100/", HERE),
            ("http://c.example/", "http://LOCALHOST./", HERE),
            ("http://c.example/", "http://x.localhost/", HERE),
            ("http://1.1.1.1/", "http://10.0.0.1/", HERE),
            ("http://1.1.1.1/", "http://1.1.1.1/y", OK),
            ("http://c.onion/", "http://c.onion/y", OK),
            ("http://c.onion/", "http://c.example/", "out of the onion network"),
            // Who is inside already may stay where it is.
            ("http://127.0.0.1:3000/x", "http://127.0.0.1:3000/y", OK),
            ("http://localhost:3000/x", "http://localhost:3000/y", OK),
            ("http://[::1]:3000/x", "http://[::1]:3000/y", OK),
            ("http://192.168.1.5/x", "http://192.168.1.5/y", OK),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:8332/", "another host"),
            ("http://127.0.0.1:3000/", "http://localhost:3000/", "another host"),
            ("http://192.168.1.5/", "http://192.168.1.1/", "another host"),
        ] {
            match way(from, to, Reach::Named) {
                Ok(()) => assert_eq!(expect, OK, "{from} -> {to}"),
                Err(why) => assert!(expect != OK && why.contains(expect), "{from} -> {to}: {why}"),
            }
        }
        let secret = "must not see the headers";
        for reach in [Reach::Home, Reach::HomeWhole] {
            assert!(way("https://a.example/x", "https://b.example/", reach).unwrap_err().contains(secret));
            assert!(way("http://a.example/x", "https://a.example/x", reach).unwrap_err().contains(secret));
            assert_eq!(way("https://a.example/x", "https://a.example/y", reach), Ok(()));
        }
    }
}
