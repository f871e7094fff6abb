//! What was said, and how that stands to the chain.

use askama::Template;

use super::Section;
use crate::report::Page;

pub(super) const SECTION: Section = Section {
    id: "claims",
    title: "Claims",
    is_shown: |made| !made.page.claims.is_empty(),
    html: |made| Ok(Html { page: &made.page }.render()?),
    markdown: |made| Ok(Markdown { page: &made.page }.render()?),
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"
<section aria-labelledby="claims">
<h2 id="claims">What was said, and what the chain shows</h2>
<section class="scroll" tabindex="0" aria-label="Claims">
<table>
<caption>Each claim as known on the day it was made; later prices and payments never change a verdict</caption>
<thead><tr><th scope="col">claim</th><th scope="col">who, when</th><th scope="col">verdict</th><th scope="col">finding</th></tr></thead>
<tbody>
{% for claim in page.claims %}<tr><th scope="row">“{{ claim.text }}”</th><td>{% match claim.link %}{% when Some with (url) %}<a href="{{ url }}" rel="noreferrer">{{ claim.who }}</a>{% when None %}{{ claim.who }}{% endmatch %}, {{ claim.when }}</td><td class="verdict">{{ claim.verdict }}</td><td class="long">{{ claim.finding }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
</section>
"##
)]
struct Html<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(
    ext = "md",
    source = r##"## What was said, and what the chain shows

| claim | who, when | verdict | finding |
|---|---|---|---|
{% for claim in page.claims %}| “{{ claim.text }}” | {{ claim.who }}, {{ claim.when }}{% if let Some(url) = claim.link %}, <{{ url.replace("|", "%7C")|safe }}>{% endif %} | {{ claim.verdict }} | {{ claim.finding }} |
{% endfor %}
"##
)]
struct Markdown<'a> {
    page: &'a Page,
}
