//! Where addresses, facts and labels come from.

section! { "sources", "Sources", |_| true, r##"
<section aria-labelledby="sources">
<h2 id="sources">Sources</h2>
<ul>
{% for source in page.sources %}<li>{% match source.url %}{% when Some with (url) %}<a href="{{ url }}" rel="noreferrer">{{ source.title }}</a>{% when None %}{{ source.title }}{% endmatch %}{% if let Some(licence) = source.licence %} ({{ licence }}){% endif %}</li>
{% endfor %}
</ul>
</section>
"##, r##"## Sources

{% for source in page.sources %}- {{ source.title }}{% if let Some(url) = source.url %}, <{{ url.replace("|", "%7C")|safe }}>{% endif %}{% if let Some(licence) = source.licence %} ({{ licence }}){% endif %}
{% endfor %}
"## }
