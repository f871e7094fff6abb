use anyhow::Result;
use askama::Template;

use super::{FamilyPage, Index, Made, WeekPage};
use crate::report::html::{STYLE, tight};
use crate::report::picture::Drawn;

#[derive(Template)]
#[template(path = "week.html")]
struct Week<'a> {
    page: &'a WeekPage,
    style: &'static str,
    parts: Vec<Part<'a>>,
}

/// A family's part, with its chart.
struct Part<'a> {
    family: &'a FamilyPage,
    plate: Option<Drawn>,
}

#[derive(Template)]
#[template(path = "weeks.html")]
struct Weeks<'a> {
    page: &'a Index,
    style: &'static str,
}

impl Made {
    /// The page as one file that asks nothing of the network.
    pub fn html(&self) -> Result<String> {
        let parts = self.page.families.iter().map(|family| {
            let chart = self.charts.iter().find(|(of, _)| *of == family.name);
            Part { family, plate: chart.map(|(name, chart)| chart.drawn(name)) }
        });
        Ok(tight(&Week { page: &self.page, style: STYLE, parts: parts.collect() }.render()?))
    }
}

impl Index {
    /// The index as one file that asks nothing of the network.
    pub fn html(&self) -> Result<String> {
        Ok(tight(&Weeks { page: self, style: STYLE }.render()?))
    }
}
