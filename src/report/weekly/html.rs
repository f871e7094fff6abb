use anyhow::Result;
use askama::Template;

use super::{FamilyPage, Index, Made, Page};
use crate::report::html::{STYLE, tight};
use crate::report::picture::{Drawn, drawn};

#[derive(Template)]
#[template(path = "week.html")]
struct Week<'a> {
    page: &'a Page,
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

pub(super) fn week(made: &Made<'_>) -> Result<String> {
    fn part<'a>(family: &'a FamilyPage, made: &Made<'_>) -> Part<'a> {
        let chart = made.charts.iter().find(|(of, _)| *of == family.name);
        Part { family, plate: chart.map(|(name, chart)| drawn(chart, name)) }
    }
    let parts = made.page.families.iter().map(|family| part(family, made)).collect();
    Ok(tight(&Week { page: &made.page, style: STYLE, parts }.render()?))
}

pub(super) fn index(index: &Index) -> Result<String> {
    Ok(tight(&Weeks { page: index, style: STYLE }.render()?))
}
