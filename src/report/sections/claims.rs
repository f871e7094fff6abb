//! What was said, and how that stands to the chain.

section! { "claims", "Claims", |page| !page.data.claims.is_empty(), r##"
<section aria-labelledby="claims">
<h2 id="claims">What was said, and what the chain shows</h2>
<section class="scroll" tabindex="0" aria-label="Claims">
<table>
<caption>Each claim as known on the day it was made; later prices and payments never change a verdict</caption>
<thead><tr><th scope="col">claim</th><th scope="col">who, when</th><th scope="col">verdict</th><th scope="col">finding</th></tr></thead>
<tbody>
{% for claim in page.data.claims %}<tr><th scope="row">“{{ claim.verdict.claim }}”</th><td>{% match claim.link %}{% when Some with (url) %}<a href="{{ url }}" rel="noreferrer">{{ claim|who }}</a>{% when None %}{{ claim|who }}{% endmatch %}, {{ claim|when }}</td><td class="verdict">{{ claim.verdict.in_words() }}</td><td class="long">{{ claim.verdict.told() }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
</section>
"##, r##"## What was said, and what the chain shows

| claim | who, when | verdict | finding |
|---|---|---|---|
{% for claim in page.data.claims %}| “{{ claim.verdict.claim }}” | {{ claim|who }}, {{ claim|when }}{% if let Some(url) = claim.link %}, <{{ url.replace("|", "%7C")|safe }}>{% endif %} | {{ claim.verdict.in_words() }} | {{ claim.verdict.told() }} |
{% endfor %}
"## }
