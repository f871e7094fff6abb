use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Section, Source, table};
use super::{ConfigError, parse_duration};

/// The `[events]` table: what makes news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsConfig {
    /// A coin that has not moved for so long sleeps, and is news when it wakes.
    pub sleep: Duration,
}

impl Default for EventsConfig {
    fn default() -> Self {
        Self { sleep: Duration::from_secs(30 * 24 * 3600) }
    }
}

impl EventsConfig {
    pub(super) fn read(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Result<Self, ConfigError> {
        let section = Section::new(source, "[events]", value.span(), table(source, value, "[events]")?, &["sleep"])?;
        Ok(Self { sleep: section.text("sleep", parse_duration)?.unwrap_or(Self::default().sleep) })
    }
}
