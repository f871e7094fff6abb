//! Links from txids and addresses to the page for people of the explorer that told of them: as OSC 8 hyperlinks in a terminal
//! that shows such, and as `page` in JSON.

use supports_hyperlinks::Stream;

use super::Context;
use crate::config::ExplorerConfig;
use crate::document::PaymentPages;
use crate::domain::link;
use crate::explorer::{self, Subject};

/// Knows the pages of the explorers in use.
#[derive(Debug)]
pub(super) struct Links {
    explorers: Vec<ExplorerConfig>,
    shown: bool,
}

impl Links {
    /// The explorers of the configuration, and the one named by its URL in `asked`.
    pub fn new(context: &Context, asked: Option<&str>) -> Self {
        let mut explorers = context.config.explorers();
        let by_url = asked.filter(|text| text.contains("://"));
        explorers.extend(by_url.and_then(|url| ExplorerConfig::from_url(url, context.network()).ok()));
        Self { explorers, shown: supports_hyperlinks::on(Stream::Stdout) }
    }

    /// The page of a transaction on the explorer of that name; `None` where it has none, like the built-in record.
    pub fn transaction(&self, explorer: &str, txid: &str) -> Option<String> {
        self.page(explorer, Subject::Transaction(txid))
    }

    /// The page of an address on the explorer of that name.
    pub fn address(&self, explorer: &str, address: &str) -> Option<String> {
        self.page(explorer, Subject::Address(address))
    }

    fn page(&self, explorer: &str, subject: Subject<'_>) -> Option<String> {
        let one = self.explorers.iter().find(|e| e.name == explorer)?;
        let page = explorer::dialect(&one.dialect)?.page_for_people(one.url.as_str(), subject)?;
        link::followed(&page).map(str::to_owned)
    }

    /// The payment with the pages of the explorer that told of it.
    pub fn on(&self, row: PaymentPages) -> PaymentPages {
        let PaymentPages { payment, .. } = row;
        let page = self.transaction(&payment.explorer, &payment.txid);
        let address_page = self.address(&payment.explorer, &payment.address);
        PaymentPages { payment, page, address_page }
    }

    /// Turns the first `words` of a line that has its final widths into a link; without a page, or where no terminal shows
    /// it, the line stays as it is.
    pub fn dress(&self, line: &mut String, words: &str, page: Option<String>) {
        if self.shown
            && let Some(page) = page
        {
            *line = line.replacen(words, &hyperlink(words, &page), 1);
        }
    }
}

/// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>
fn hyperlink(words: &str, page: &str) -> String {
    format!("\u{1b}]8;;{page}\u{1b}\\{words}\u{1b}]8;;\u{1b}\\")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::default_explorers;
    use crate::domain::Network;

    const TXID: &str = "3f28eb7ba1dc1ea2b4ab7f4b2e4bbe4c1dbd1e0e3bba3c4b0bbbcd4ab8e2c6a3";

    #[test]
    fn pages_are_those_of_the_explorer_that_told() {
        let links = |network| Links { explorers: default_explorers(network), shown: true };
        let check = |network, explorer: &str, expect: Option<&str>| {
            let page = links(network).transaction(explorer, TXID);
            assert_eq!(page, expect.map(|site| format!("{site}/tx/{TXID}")), "{explorer}");
        };
        check(Network::Bitcoin, "mempool.space", Some("https://mempool.space"));
        check(Network::Bitcoin, "blockstream.info", Some("https://blockstream.info"));
        check(Network::Signet, "mempool.space", Some("https://mempool.space/signet"));
        check(Network::Bitcoin, "built-in", None);
        check(Network::Bitcoin, "nobody", None);
        let page = links(Network::Bitcoin).address("mempool.space", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT");
        assert_eq!(page.as_deref(), Some("https://mempool.space/address/1BoatSLRHtKNngkdXEeobR76b53LETtpyT"));
    }

    #[test]
    fn a_link_is_invisible_but_for_its_words() {
        let check = |shown, page: Option<&str>, expect: &str| {
            let mut line = "0  abc  abc".to_owned();
            Links { explorers: Vec::new(), shown }.dress(&mut line, "abc", page.map(str::to_owned));
            assert_eq!(line, expect);
            assert_eq!(anstream::adapter::strip_str(&line).to_string(), "0  abc  abc", "taken out where piped");
        };
        check(true, Some("https://x"), "0  \u{1b}]8;;https://x\u{1b}\\abc\u{1b}]8;;\u{1b}\\  abc");
        check(true, None, "0  abc  abc");
        check(false, Some("https://x"), "0  abc  abc");
    }
}
