//! The commands that make everything again.

use askama::Template;

use super::Section;
use crate::report::Page;

pub(super) const SECTION: Section = Section {
    id: "check",
    title: "Check it yourself",
    is_shown: |_| true,
    html: |made| Ok(Html { page: &made.page }.render()?),
    markdown: |made| Ok(Markdown { page: &made.page }.render()?),
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"
<section aria-labelledby="check">
<h2 id="check">Check it yourself</h2>
<p>Every transaction here can be looked up in any block explorer by its id. With the program and the same database these commands make everything again, to the byte:</p>
<pre tabindex="0">{% for command in page.commands %}{{ command[0] }}   # {{ command[1] }}
{% endfor %}</pre>
</section>
"##
)]
struct Html<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(
    ext = "md",
    source = r##"## Check it yourself

```sh
{% for command in page.commands %}{{ command[0]|safe }}   # {{ command[1]|safe }}
{% endfor %}```

"##
)]
struct Markdown<'a> {
    page: &'a Page,
}
