//! The charts, each with the series that it draws.

use askama::Template;

use super::Section;
use crate::report::Page;
use crate::report::picture::{Drawn, drawn};

pub(super) const SECTION: Section = Section {
    id: "charts",
    title: "Charts",
    is_shown: |made| !made.charts.is_empty(),
    html: |made| {
        Ok(Html { plates: made.charts.iter().map(|chart| drawn(chart, &made.summary.family)).collect() }.render()?)
    },
    markdown: |made| Ok(Markdown { page: &made.page }.render()?),
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"
<section aria-labelledby="charts">
<h2 id="charts">Charts</h2>
{% for plate in plates %}
<figure>
{{ plate.wide|safe }}
{{ plate.dark|safe }}
{{ plate.tall|safe }}
<figcaption>{{ plate.alt }} <a class="download" href="{{ plate.href }}" download="{{ plate.file }}">The drawn series as {{ plate.file }}</a></figcaption>
</figure>
{% endfor %}
</section>
"##
)]
struct Html {
    plates: Vec<Drawn>,
}

#[derive(Template)]
#[template(
    ext = "md",
    source = r##"## Charts

{% for chart in page.charts %}![{{ chart.alt }}]({{ chart.name }}.svg)

The drawn series: [{{ chart.name }}.csv]({{ chart.name }}.csv)

{% endfor %}"##
)]
struct Markdown<'a> {
    page: &'a Page,
}
