use std::collections::BTreeMap;

use bitcoin::Amount;
use toml::Spanned;
use toml::de::DeValue;

use super::ConfigError;
use super::reader::{Section, Source, table};

/// The `[onward]` table: how withdrawals are followed onward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnwardConfig {
    /// Whether `watch` follows them in each round.
    pub follow: bool,
    /// So many transactions whose outputs slept when last asked about are asked about again in a round of `watch`.
    pub sleeping: usize,
    /// How far, if nothing else is set for a family.
    pub limits: OnwardLimits,
    /// How far by family, from `[onward.families.NAME]`.
    pub families: BTreeMap<String, OnwardLimits>,
}

/// How far coins are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnwardLimits {
    /// So many hops and no further; a withdrawal is hop 0.
    pub hops: u32,
    /// Amounts below it are not followed on.
    pub min_value: Amount,
    /// A transaction with more outputs is not followed into.
    pub fan_out: usize,
    /// So many requests a family and round.
    pub max_requests: usize,
}

impl Default for OnwardConfig {
    fn default() -> Self {
        Self { follow: true, sleeping: 20, limits: OnwardLimits::default(), families: BTreeMap::new() }
    }
}

impl Default for OnwardLimits {
    fn default() -> Self {
        Self { hops: 100, min_value: Amount::ZERO, fan_out: 100, max_requests: 500 }
    }
}

const LIMITS: [&str; 4] = ["hops", "min_value", "fan_out", "max_requests"];

impl OnwardConfig {
    /// How far the coins of a family are followed.
    pub fn limits_of(&self, family: &str) -> OnwardLimits {
        self.families.get(family).copied().unwrap_or(self.limits)
    }

    pub(super) fn read(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Self, ConfigError> {
        let known: Vec<&str> = ["follow", "sleeping", "families"].into_iter().chain(LIMITS).collect();
        let section = Section::new(source, "[onward]", value.span(), table(source, value, "[onward]")?, &known)?;
        let default = Self::default();
        let limits = OnwardLimits::read(&section, default.limits)?;
        let mut families = BTreeMap::new();
        if let Some(value) = section.get("families") {
            let place = "[onward.families]";
            for (name, value) in table(source, value, place)? {
                let place = "[onward.families.NAME]";
                let section = Section::new(source, place, value.span(), table(source, value, place)?, &LIMITS)?;
                families.insert(name.get_ref().to_string(), OnwardLimits::read(&section, limits)?);
            }
        }
        Ok(Self {
            follow: section.flag("follow")?.unwrap_or(default.follow),
            sleeping: section.scalar("sleeping", whole)?.unwrap_or(default.sleeping),
            limits,
            families,
        })
    }
}

impl OnwardLimits {
    fn read(section: &Section<'_>, default: Self) -> Result<Self, ConfigError> {
        Ok(Self {
            hops: section.scalar("hops", whole)?.unwrap_or(default.hops),
            min_value: section.scalar("min_value", satoshis)?.map_or(default.min_value, Amount::from_sat),
            fan_out: section.scalar("fan_out", one_or_more)?.unwrap_or(default.fan_out),
            max_requests: section.scalar("max_requests", one_or_more)?.unwrap_or(default.max_requests),
        })
    }
}

fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a whole number"))
}

fn one_or_more(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{text} is not a whole number from 1 on"))
}

fn satoshis(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is not a whole number of satoshis"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_family_takes_from_the_table_for_all_what_it_does_not_set() {
        let text = "[onward]\nfollow = false\nsleeping = 5\nhops = 8\nfan_out = 50\n\
                    [onward.families.wannacry]\nmin_value = 10_000\nmax_requests = 2000\n[onward.families.ryuk]\nhops = 3";
        let onward = Config::parse(text, "x.toml").unwrap().onward;
        assert_eq!((onward.follow, onward.sleeping), (false, 5));
        let check = |family: &str, hops, min_value, fan_out, max_requests| {
            let min_value = Amount::from_sat(min_value);
            assert_eq!(onward.limits_of(family), OnwardLimits { hops, min_value, fan_out, max_requests }, "{family}");
        };
        check("wannacry", 8, 10_000, 50, 2000);
        check("ryuk", 3, 0, 50, 500);
        check("netwalker", 8, 0, 50, 500);
        assert_eq!(Config::default().onward.limits_of("ryuk"), OnwardLimits::default());
    }

    #[test]
    fn complaints_name_the_key() {
        let check = |text: &str, expect: &str| {
            let said = Config::parse(text, "x.toml").unwrap_err().to_string();
            assert_eq!(said, format!("x.toml: {expect}"), "{text}");
        };
        check("onward = true", "line 1: [onward] has to be a table");
        check("[onward]\nhop = 3", "line 2: unknown key \"hop\" in [onward]; did you mean \"hops\"?");
        check("[onward]\nfollow = \"yes\"", "line 2: follow: expected true or false, found string");
        check("[onward]\nhops = -1", "line 2: hops: -1 is not a whole number");
        check("[onward]\nmin_value = 0.5", "line 2: min_value: 0.5 is not a whole number of satoshis");
        check("[onward]\nfan_out = 0", "line 2: fan_out: 0 is not a whole number from 1 on");
        check("[onward]\nmax_requests = 0", "line 2: max_requests: 0 is not a whole number from 1 on");
        check("[onward]\nsleeping = true", "line 2: sleeping: expected a text or a number, found boolean");
        check("[onward]\nfamilies = 3", "line 2: [onward.families] has to be a table");
        check("[onward.families]\nryuk = 3", "line 2: [onward.families.NAME] has to be a table");
        check(
            "[onward.families.ryuk]\nmin_vlue = 3",
            "line 2: unknown key \"min_vlue\" in [onward.families.NAME]; did you mean \"min_value\"?",
        );
    }
}
