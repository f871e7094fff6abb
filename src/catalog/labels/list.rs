//! OFAC's sanctioned addresses as a plain list: one address a line, one file a currency, as
//! <https://github.com/0xB10C/ofac-sanctioned-digital-currency-addresses> keeps them.

use std::path::Path;
use std::sync::Arc;

use bitcoin::Network;

use super::draft::{Draft, Reading, check_all};
use super::form::Form;
use crate::domain::{Category, Confidence, Origin};

/// What such a file is called, before and after its currency.
const NAME: (&str, &str) = ("sanctioned_addresses_", ".txt");
/// How a label of the list is called.
const LABEL: &str = "OFAC sanctions list";
/// Where the list is.
const SOURCE: &str = "https://github.com/0xB10C/ofac-sanctioned-digital-currency-addresses";

/// Such a list; it cannot say all that a label says, and is only read.
pub(super) const FORM: Form = Form {
    name: "ofac",
    about: "OFAC's sanctioned addresses, one a line (sanctioned_addresses_XBT.txt)",
    is_named: |path| currency(path).is_some(),
    read: |from| {
        let currency = currency(from.path).unwrap_or("XBT");
        Ok(read(from.text, currency, from.network, from.origin, from.file))
    },
    write: None,
};

/// The currency of the list, by the name of its file: `XBT`. Addresses do not tell: some of other chains pass for bitcoin's.
pub(super) fn currency(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_prefix(NAME.0)?.strip_suffix(NAME.1)
}

/// Reads a list of this currency; empty lines and lines that begin with `#` are no rows.
pub(super) fn read(text: &str, currency: &str, network: Network, origin: Origin, file: &Arc<str>) -> Reading {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let rows = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')).map(|(at, line)| Draft {
        line: at + 1,
        address: Some(line.to_owned()),
        currency: Some(currency.to_owned()),
        name: Some(LABEL.to_owned()),
        category: Some(Ok(Category::Sanctioned)),
        source: Some(SOURCE.to_owned()),
        confidence: Some(Confidence::AuthorityData.name().to_owned()),
        ..Draft::default()
    });
    check_all(rows, network, origin, file, vec![format!("Title: {LABEL}, {currency}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_after_its_currency() {
        let check = |name: &str, expect: Option<&str>| assert_eq!(currency(Path::new(name)), expect, "{name}");
        check("/x/sanctioned_addresses_XBT.txt", Some("XBT"));
        check("sanctioned_addresses_BCH.txt", Some("BCH"));
        check("addresses.txt", None);
    }

    #[test]
    fn a_list_of_another_currency_is_refused_though_its_addresses_pass() {
        let text = "# list\n12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\n\nnonsense\n";
        let read = |currency| read(text, currency, Network::Bitcoin, Origin::Imported, &"x".into());
        let bitcoin = read("XBT");
        assert_eq!((bitcoin.labels.len(), bitcoin.refused.len()), (1, 1));
        assert_eq!(bitcoin.refused[0].line, 4);
        assert_eq!(read("BCH").labels.len(), 0);
        assert_eq!(read("BCH").refused[0].reason.kind(), "other currency");
    }
}
