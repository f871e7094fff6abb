//! What came in, what left, and what it was worth.

section! { "figures", "Figures", |_| true, r##"
<section aria-labelledby="figures">
<h2 id="figures">Figures</h2>
<section class="scroll" tabindex="0" aria-label="Received, withdrawn, left">
<table>
<caption>What came in and what left, in bitcoin</caption>
<thead><tr><th scope="col">what</th><th scope="col" class="n">BTC</th><th scope="col">in</th></tr></thead>
<tbody>
{% for row in page.amounts %}<tr><th scope="row">{{ row[0] }}</th><td class="n">{{ row[1] }}</td><td>{{ row[2] }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
<section class="scroll" tabindex="0" aria-label="What it was worth">
<table>
<caption>What it was worth, in {{ page.totals().currency }}, by the basis of the value: at the day’s lowest price, at its close, at its highest</caption>
<thead><tr><th scope="col">basis</th><th scope="col" class="n">low</th><th scope="col" class="n">close</th><th scope="col" class="n">high</th><th scope="col">note</th></tr></thead>
<tbody>
{% for row in page.values %}<tr><th scope="row">{{ row.basis }}</th><td class="n">{{ row.low }}</td><td class="n">{{ row.close }}</td><td class="n">{{ row.high }}</td><td>{{ row.note }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% if !page.facts.is_empty() %}
<h3>What no chain shows</h3>
<ul>
{% for fact in page.facts %}<li>{{ fact.what }}: {{ fact.who }} ({% match fact.source.url %}{% when Some with (url) %}<a href="{{ url }}" rel="noreferrer">{{ fact.source.title }}</a>{% when None %}{{ fact.source.title }}{% endmatch %}).</li>
{% endfor %}
</ul>
{% endif %}
{% if let Some(share) = page.share %}<p>{{ share }}</p>{% endif %}
</section>
"##, r##"## Figures

| what | BTC | in |
|---|---:|---|
{% for row in page.amounts %}| {{ row[0] }} | {{ row[1] }} | {{ row[2] }} |
{% endfor %}
| basis ({{ page.totals().currency }}) | low | close | high | note |
|---|---:|---:|---:|---|
{% for row in page.values %}| {{ row.basis }} | {{ row.low }} | {{ row.close }} | {{ row.high }} | {{ row.note }} |
{% endfor %}
{% if !page.facts.is_empty() %}### What no chain shows

{% for fact in page.facts %}- {{ fact.what }}: {{ fact.who }} ({{ fact.source.title }}{% if let Some(url) = fact.source.url %}, <{{ url.replace("|", "%7C")|safe }}>{% endif %})
{% endfor %}
{% endif %}{% if let Some(share) = page.share %}{{ share }}

{% endif %}"## }
