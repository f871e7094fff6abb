//! Reads TOML tables key by key, so that every complaint names file, line, what is wrong and what to write.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigError;
use crate::domain::nearest;

/// The file being read.
pub(super) struct Source<'a> {
    pub text: &'a str,
    pub path: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'a>>, ConfigError> {
        DeTable::parse(self.text).map_err(|e| self.error(e.span().unwrap_or_default(), e.message().trim()))
    }

    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        ConfigError { path: self.path.to_owned(), line, message: message.into() }
    }
}

/// One table of the file.
pub struct Section<'a> {
    source: &'a Source<'a>,
    /// How it is called: `[http]`; empty at the top.
    name: &'static str,
    span: Range<usize>,
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// The table, once it is certain that it holds only keys that mean something.
    pub(super) fn new(
        source: &'a Source<'a>,
        name: &'static str,
        span: Range<usize>,
        table: &'a DeTable<'a>,
        known: &[&str],
    ) -> Result<Self, ConfigError> {
        let section = Self { source, name, span, table };
        section.only(known).map(|()| section)
    }

    /// Complains of the first key that is not one of these.
    pub fn only(&self, known: &[&str]) -> Result<(), ConfigError> {
        match self.table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            Some(key) => Err(self.source.error(key.span(), unknown(key.get_ref(), self.name, known))),
            None => Ok(()),
        }
    }

    /// The value of a key and where it stands.
    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// A complaint about the value of `key`.
    pub fn error(&self, key: &str, message: impl std::fmt::Display) -> ConfigError {
        let span = self.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.source.error(span, format!("{key}: {message}"))
    }

    /// A text, read by `parse`.
    pub fn text<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.get_ref().as_str().ok_or_else(|| self.wrong_type(key, value, "a text in quotes"))?;
        parse(text).map(Some).map_err(|reason| self.error(key, reason))
    }

    /// A text, or a number written without quotes, read by `parse`.
    pub fn scalar<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            DeValue::Integer(number) => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return Err(self.wrong_type(key, value, "a text or a number")),
        };
        parse(text).map(Some).map_err(|reason| self.error(key, reason))
    }

    /// A list of texts.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<&'a str>>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let wanted = "a list of texts";
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong_type(key, value, wanted))?;
        let texts = list.iter().map(|one| one.get_ref().as_str().ok_or_else(|| self.wrong_type(key, one, wanted)));
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A table of texts under names of the user's; empty where there is none.
    pub(super) fn texts_by_name(&self, key: &str) -> Result<Vec<(&'a str, &'a str)>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let wanted = "a table of texts";
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong_type(key, value, wanted))?;
        let text =
            |one: &'a Spanned<DeValue<'a>>| one.get_ref().as_str().ok_or_else(|| self.wrong_type(key, one, wanted));
        table.iter().map(|(name, one)| Ok((name.get_ref().as_ref(), text(one)?))).collect()
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        value.get_ref().as_bool().map(Some).ok_or_else(|| self.wrong_type(key, value, "true or false"))
    }

    /// Each name and text of a table within; `read` complains about one of them.
    pub(super) fn each(
        &self,
        key: &str,
        mut read: impl FnMut(&str, &str) -> Result<(), String>,
    ) -> Result<(), ConfigError> {
        let Some(value) = self.get(key) else { return Ok(()) };
        let wanted = "a table like { \"X-Api-Key\" = \"env:NAME\" }";
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong_type(key, value, wanted))?;
        for (name, value) in table {
            let complain = |reason: String| self.source.error(value.span(), format!("{key}: {reason}"));
            let text = value.get_ref().as_str();
            let wrong = || complain(format!("{} has to be a text in quotes", name.get_ref()));
            read(name.get_ref(), text.ok_or_else(wrong)?).map_err(complain)?;
        }
        Ok(())
    }

    /// A text that has to be there.
    pub fn required<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        let missing = || self.source.error(self.span.clone(), format!("{} needs a {key}", self.name));
        self.text(key, parse)?.ok_or_else(missing)
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> ConfigError {
        self.error(key, format!("expected {wanted}, found {}", value.get_ref().type_str()))
    }
}

/// The tables of a list like `[[explorer]]`, each read by whoever knows what stands in it, and is shown those before it. No key is looked at
/// before [`Section::only`].
pub(super) fn blocks<T>(
    source: &Source<'_>,
    value: &Spanned<DeValue<'_>>,
    (name, what): (&'static str, &str),
    mut read: impl FnMut(&Section<'_>, &[T]) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let wrong = || source.error(value.span(), format!("write {name} with two brackets, once {what}"));
    let mut out = Vec::new();
    for block in value.get_ref().as_array().ok_or_else(wrong)?.iter() {
        let one = read(&Section { source, name, span: block.span(), table: table(source, block, name)? }, &out)?;
        out.push(one);
    }
    Ok(out)
}

pub(super) fn table<'a>(
    source: &Source<'_>,
    value: &'a Spanned<DeValue<'a>>,
    name: &str,
) -> Result<&'a DeTable<'a>, ConfigError> {
    value.get_ref().as_table().ok_or_else(|| source.error(value.span(), format!("{name} has to be a table")))
}

fn unknown(key: &str, section: &str, known: &[&str]) -> String {
    let place = if section.is_empty() { String::new() } else { format!(" in {section}") };
    let hint = match nearest(key, known.iter().copied(), 0.75) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known are {}", known.join(", ")),
    };
    format!("unknown key \"{key}\"{place}; {hint}")
}
