//! Where what was withdrawn went.

section! { "money", "Where the money went", |page| page.money.is_some(), r##"
{% if let Some(money) = page.money %}
<section aria-labelledby="money">
<h2 id="money">Where the money went</h2>
<p>{{ money.source }} BTC were withdrawn and followed under the policy {{ money.policy }}. The parts add up to exactly that.
{% if let Some(btc) = money.unrecorded %}For {{ btc }} BTC the record breaks off: they may be spent or not.{% endif %}</p>
<section class="scroll" tabindex="0" aria-label="Where it went, by kind">
<table>
<caption>Where it went, by kind</caption>
<thead><tr><th scope="col">where</th><th scope="col" class="n">BTC</th><th scope="col" class="n">share</th></tr></thead>
<tbody>
{% for part in money.categories %}<tr><th scope="row">{{ part.name }}</th><td class="n">{{ part.btc }}</td><td class="n">{{ part.percent }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
<details>
<summary>Every end of the trail</summary>
<section class="scroll" tabindex="0" aria-label="Ends of the trail">
<table>
<caption>The ends, the largest first{% if money.more > 0 %}; {{ money.more }} smaller ones are left out{% endif %}</caption>
<thead><tr><th scope="col">where</th><th scope="col" class="n">BTC</th><th scope="col">address</th><th scope="col">output</th><th scope="col">why it ends</th></tr></thead>
<tbody>
{% for end in money.ends %}<tr><th scope="row">{{ end.what }}</th><td class="n">{{ end.btc }}</td><td class="id">{{ end.address }}</td><td class="id">{{ end.coin }}</td><td>{{ end.why }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
</details>
{% if !page.data.events.is_empty() %}
<section class="scroll" tabindex="0" aria-label="Cash-out events">
<table>
<caption>Cash-out events, the newest first; {{ page.times }}; values in {{ page.totals().currency }} on the day, low – high (close)</caption>
<thead><tr><th scope="col">time</th><th scope="col">event</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">at</th><th scope="col">transaction</th></tr></thead>
<tbody>
{% for event in page.data.events %}<tr><th scope="row">{{ event.time|moment(*page.zone) }}</th><td>{{ event.kind }}</td><td class="n">{{ event.sats|btc }}</td><td>{{ event.money|interval }}</td><td>{{ event|service }}</td><td class="id">{{ event.txid }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% endif %}
</section>
{% endif %}
"##, r##"{% if let Some(money) = page.money %}## Where the money went

{{ money.source }} BTC were withdrawn and followed under the policy {{ money.policy }}. The parts add up to exactly that.{% if let Some(btc) = money.unrecorded %} For {{ btc }} BTC the record breaks off: they may be spent or not.{% endif %}

| where | BTC | share |
|---|---:|---:|
{% for part in money.categories %}| {{ part.name }} | {{ part.btc }} | {{ part.percent }} |
{% endfor %}
{% if !page.data.events.is_empty() %}| time | event | BTC | value ({{ page.totals().currency }}) | at | transaction |
|---|---|---:|---|---|---|
{% for event in page.data.events %}| {{ event.time|moment(*page.zone) }} | {{ event.kind }} | {{ event.sats|btc }} | {{ event.money|interval }} | {{ event|service }} | {{ event.txid }} |
{% endfor %}
{% endif %}{% endif %}"## }
