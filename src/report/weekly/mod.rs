//! The page of an ISO week over all families, and the index of all weeks that were made.
//!
//! Like the page of a family: [`make`] puts what [`Week`] knows into words, once. The index knows nothing but what lies beside it: the document of each
//! week, read again.

mod html;
mod index;
mod page;
mod rows;
mod words;

use anyhow::Result;

use super::Chart;
use crate::casebook::{FamilyWeek, Week};
use crate::chart::{self, Look, Series, Size, Theme};

pub use index::{Figures, Index, Line, Outcome, WeekFile};
pub use page::{FamilyPage, WeekPage};
pub use rows::{CompareRow, FamilyRow};
pub use words::signed_btc;

/// A week's page, ready to be laid out.
#[derive(Debug)]
pub struct Made {
    /// What it says.
    pub page: WeekPage,
    /// The chart of each family that has one, by its name.
    pub charts: Vec<(String, Chart)>,
}

/// Makes the page of a week, also of one of which nothing is recorded. `command` is the words after the program's name that make it again.
pub fn make(week: &Week<'_>, command: &str) -> Result<Made> {
    let news = week.families.iter().filter(|family| family.has_news());
    let charts = news.map(|family| Ok((family.family.name.clone(), chart_of(family, week)?))).collect::<Result<_>>()?;
    Ok(Made { page: WeekPage::of(week, command), charts })
}

fn chart_of(family: &FamilyWeek<'_>, week: &Week<'_>) -> Result<Chart> {
    let chart = chart::find("weekly").ok_or_else(|| anyhow::anyhow!("there is no chart of weeks"))?;
    let series = Series::of(family.case, &[chart], None)?.about(week.span);
    let drawn = |theme, size| (chart.draw)(&series.input(Look { theme, size }));
    let (wide, dark) = (drawn(Theme::Print, Size::Wide), drawn(Theme::Dark, Size::Wide));
    Ok(Chart { name: chart.name, wide, dark, tall: drawn(Theme::Print, Size::Tall) })
}
