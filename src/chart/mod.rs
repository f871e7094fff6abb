//! The pictures: a family's account drawn as SVG and PNG, with the drawn series as CSV beside them.
//!
//! Nothing is reckoned here that could be published: every number comes from [`crate::figures`] and [`crate::trace`], and this room chooses,
//! places and words it. A chart is one file with one line in [`CHARTS`]; `sheet` is what they share (headline,
//! axes, foot), `labels` finds places where nothing overlaps, `canvas` is the only part that knows plotters.
//! Same input, same bytes.

mod canvas;
mod cumulative;
mod dates;
mod demands;
mod destinations;
mod ends;
mod flow;
mod followed;
mod gallery;
mod geometry;
mod labels;
mod png;
#[cfg(test)]
mod samples;
mod scale;
mod series;
mod sheet;
mod style;
mod text;
mod timeline;
mod value;
mod weekly;
mod withdrawals;
mod words;

pub use gallery::{Picture, pictures};
pub use geometry::Rect;
pub use png::{STAMP, is_of, render_png, stamp_of};
pub use series::Series;
pub use style::{Look, Size, Theme};

use crate::domain::{Family, Span};
use crate::figures::{Account, Step, Worth};
use crate::trace::{PeelChain, Trail};

/// A kind of chart.
#[derive(Debug)]
pub struct Chart {
    /// Name on the command line and of its files.
    pub name: &'static str,
    /// What it shows, in one line.
    pub about: &'static str,
    /// Whether it needs [`Input::trail`]: following coins takes the longest.
    pub shows_the_trail: bool,
    /// Draws it. Never fails: where there is nothing to show, the picture says so.
    pub draw: fn(&Input<'_>) -> Drawing,
}

/// Every chart, in the order of a page.
#[rustfmt::skip]
pub static CHARTS: &[Chart] = &[
    cumulative::CHART,
    timeline::CHART,
    weekly::CHART,
    value::CHART,
    flow::CHART,
    destinations::CHART,
];

/// The chart of that name.
pub fn find(name: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.name == name)
}

/// What a chart is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The family, for its names and demands.
    pub family: &'a Family,
    /// Its figures.
    pub account: &'a Account,
    /// What the coins were worth, from the first payment to the last day to draw.
    pub worth: &'a [Worth],
    /// Who gives those days their prices.
    pub worth_source: &'a str,
    /// The account by ISO weeks.
    pub weeks: &'a [Step],
    /// The ISO week that the chart of weeks is about; `None`: all of them.
    pub week: Option<Span>,
    /// Where what was withdrawn went, under FIFO or haircut; `None` where nobody followed it.
    pub trail: Option<&'a Trail>,
    /// The peel chains among the transactions of the trail; a guess, and no part of the sums.
    pub chains: &'a [PeelChain],
    /// Theme and crop.
    pub look: Look,
}

/// A drawn chart.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The finding, in words.
    pub headline: String,
    /// What is drawn, in which unit.
    pub subtitle: String,
    /// Source, coverage, time basis, prices, caveats.
    pub foot: Vec<String>,
    /// The picture.
    pub svg: String,
    /// The drawn series, with a header line.
    pub csv: String,
    /// What a reader who cannot see the picture should know.
    pub alt: String,
    /// Where every label stands, in nominal pixels: for tests.
    pub labels: Vec<Rect>,
}
