//! Flags that take a name out of a table: help, completions and complaints list the table as it is.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// What stands in a table that flags choose from.
pub(super) trait Member: Sync + 'static {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// What it is, in one line.
    fn about(&self) -> &'static str;
}

impl Member for crate::chart::Chart {
    fn name(&self) -> &'static str {
        self.name
    }
    fn about(&self) -> &'static str {
        self.about
    }
}

impl Member for crate::export::Format {
    fn name(&self) -> &'static str {
        self.name
    }
    fn about(&self) -> &'static str {
        self.about
    }
}

impl Member for crate::document::Table {
    fn name(&self) -> &'static str {
        self.name
    }
    fn about(&self) -> &'static str {
        self.row
    }
}

impl Member for crate::report::Format {
    fn name(&self) -> &'static str {
        self.name
    }
    fn about(&self) -> &'static str {
        self.about
    }
}

impl Member for crate::catalog::labels::Form {
    fn name(&self) -> &'static str {
        self.name
    }
    fn about(&self) -> &'static str {
        self.about
    }
}

/// Reads the name of a member of this table.
pub(super) fn of<T: Member>(table: impl IntoIterator<Item = &'static T>) -> impl TypedValueParser<Value = &'static T> {
    let table: Vec<&'static T> = table.into_iter().collect();
    let values = table.iter().map(|member| PossibleValue::new(member.name()).help(member.about()));
    PossibleValuesParser::new(values.collect::<Vec<_>>()).try_map(move |name| {
        table.iter().copied().find(|member| member.name() == name).ok_or("no such name in the table")
    })
}
