use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bitcoin::{AddressType, Network};
use serde::Serialize;

use super::one_of;

/// A Bitcoin address whose checksum and network have been checked, in its usual spelling.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(Arc<str>);

/// Why a text is not an address of the network in use.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadAddress {
    /// Neither base58check nor bech32 with a right checksum.
    #[error("\"{0}\" is not a bitcoin address or fails its checksum")]
    Checksum(String),
    /// A valid address, but of another network.
    #[error("\"{0}\" is not an address of {name}", name = network_name(*.1))]
    Network(String, Network),
}

impl Address {
    /// Checks the checksum and that the address belongs to `network`.
    pub fn parse(text: &str, network: Network) -> Result<Self, BadAddress> {
        let unchecked = bitcoin::Address::from_str(text).map_err(|_| BadAddress::Checksum(text.to_owned()))?;
        let checked = unchecked.require_network(network).map_err(|_| BadAddress::Network(text.to_owned(), network))?;
        // Base58 has one spelling, bech32 one in each case.
        let base58 = matches!(checked.address_type(), Some(AddressType::P2pkh | AddressType::P2sh));
        Ok(Self(if base58 { text.into() } else { checked.to_string().into() }))
    }

    /// The address that a script pays to, if that kind of script has one (bare public keys, bare multisig and
    /// `OP_RETURN` have none).
    pub fn from_script(script: &bitcoin::Script, network: Network) -> Option<Self> {
        let address = bitcoin::Address::from_script(script, network).ok()?;
        Some(Self(address.to_string().into()))
    }

    /// The script that pays it.
    pub fn script(&self) -> Option<bitcoin::ScriptBuf> {
        // Checked when it was made, so it always parses.
        Some(bitcoin::Address::from_str(&self.0).ok()?.assume_checked().script_pubkey())
    }

    /// The usual spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A network's name, as [`parse_network`] reads it.
pub fn network_name(network: Network) -> &'static str {
    match network {
        Network::Bitcoin => "mainnet",
        Network::Testnet => "testnet3",
        Network::Testnet4 => "testnet4",
        Network::Signet => "signet",
        Network::Regtest => "regtest",
    }
}

/// Reads a network's name as Bitcoin Core and the explorers spell it (`mainnet` or `bitcoin`, `testnet4`, `signet`,
/// `regtest`).
pub fn parse_network(name: &str) -> Result<Network, String> {
    match name {
        "mainnet" | "bitcoin" => Ok(Network::Bitcoin),
        "testnet4" => Ok(Network::Testnet4),
        "signet" => Ok(Network::Signet),
        "regtest" => Ok(Network::Regtest),
        _ => one_of("network", name, [Network::Bitcoin, Network::Testnet4, Network::Signet, Network::Regtest], |one| {
            network_name(*one)
        }),
    }
}
