//! Where addresses, facts and labels come from.

use askama::Template;

use super::Section;
use crate::report::Page;

pub(super) const SECTION: Section = Section {
    id: "sources",
    title: "Sources",
    is_shown: |_| true,
    html: |made| Ok(Html { page: &made.page }.render()?),
    markdown: |made| Ok(Markdown { page: &made.page }.render()?),
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"
<section aria-labelledby="sources">
<h2 id="sources">Sources</h2>
<ul>
{% for source in page.sources %}<li>{% match source.url %}{% when Some with (url) %}<a href="{{ url }}" rel="noreferrer">{{ source.title }}</a>{% when None %}{{ source.title }}{% endmatch %}{% if let Some(licence) = source.licence %} ({{ licence }}){% endif %}</li>
{% endfor %}
</ul>
</section>
"##
)]
struct Html<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(
    ext = "md",
    source = r##"## Sources

{% for source in page.sources %}- {{ source.title }}{% if let Some(url) = source.url %}, <{{ url.replace("|", "%7C")|safe }}>{% endif %}{% if let Some(licence) = source.licence %} ({{ licence }}){% endif %}
{% endfor %}
"##
)]
struct Markdown<'a> {
    page: &'a Page,
}
