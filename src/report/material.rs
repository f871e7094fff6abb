use anyhow::Result;

use super::{Chart, Page};
use crate::casebook::Case;
use crate::chart::{self, CHARTS, Look, Picture, Series, Size, Theme};
use crate::claims::Claim;
use crate::document::Report;

/// What a page is made from. Nothing else decides what it says.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The case.
    pub case: &'a Case<'a>,
    /// A claim of the reader's own, besides the published ones.
    pub claim: Option<&'a Claim>,
    /// The words after the program's name that make this page again.
    pub command: &'a str,
}

impl Material<'_> {
    /// Makes the page; fails where nothing is recorded of the family.
    pub fn make(&self) -> Result<Page> {
        let own = self.claim.map(|claim| self.case.verify(claim)).transpose()?;
        let data = Report::of(self.case, own.as_ref())?;
        let mut page = Page::of(self.case, data, self.charts()?, self.command)?;
        // Who asks about a claim wants to read first what comes of it.
        if let Some(verified) = own {
            let said = format!("“{}”: {}", verified.claim, verified.finding());
            page.finding.insert(0, said);
            let new: Vec<_> =
                verified.caveats().into_iter().filter(|caveat| !page.caveats.contains(caveat)).cloned().collect();
            page.caveats.splice(0..0, new);
        }
        Ok(page)
    }

    fn charts(&self) -> Result<Vec<Chart>> {
        let all: Vec<&'static chart::Chart> = CHARTS.iter().collect();
        let series = Series::of(self.case, &all, None)?;
        let drawn = |theme, size| chart::pictures(&series.input(Look { theme, size }), &all, false);
        let wide = drawn(Theme::Print, Size::Wide)?;
        let (dark, tall) = (drawn(Theme::Dark, Size::Wide)?, drawn(Theme::Print, Size::Tall)?);
        let together = wide.into_iter().zip(dark).zip(tall);
        let chart = |((wide, dark), tall): ((Picture, Picture), Picture)| Chart {
            name: wide.name,
            wide: wide.drawing,
            dark: dark.drawing,
            tall: tall.drawing,
        };
        Ok(together.map(chart).collect())
    }
}
