//! Payments, withdrawals and addresses.

section! { "payments", "Payments", |_| true, r##"
<section aria-labelledby="payments">
<h2 id="payments">Payments</h2>
{% if !page.largest().is_empty() %}
<section class="scroll" tabindex="0" aria-label="Largest payments">
<table>
<caption>The largest payments; {{ page.times }}; values in {{ page.totals().currency }} on the day, low – high (close)</caption>
<thead><tr><th scope="col">time</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">class</th><th scope="col">transaction:output</th></tr></thead>
<tbody>
{% for row in page.largest() %}<tr><th scope="row">{{ row.time|moment(*page.zone) }}</th><td class="n">{{ row.sats|btc }}</td><td>{{ row.money|interval }}</td><td>{{ row.kind() }}</td><td class="id">{{ row.txid }}:{{ row.vout }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% endif %}
{% if !page.data.withdrawals.is_empty() %}
<section class="scroll" tabindex="0" aria-label="Withdrawals">
<table>
<caption>The withdrawals</caption>
<thead><tr><th scope="col">time</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">transaction</th></tr></thead>
<tbody>
{% for row in page.data.withdrawals %}<tr><th scope="row">{{ row.time|moment(*page.zone) }}</th><td class="n">{{ row.sats|btc }}</td><td>{{ row.money|interval }}</td><td class="id">{{ row.txid }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% endif %}
<section class="scroll" tabindex="0" aria-label="Addresses">
<table>
<caption>The addresses, in bitcoin, gross as explorers count them</caption>
<thead><tr><th scope="col">address</th><th scope="col" class="n">received</th><th scope="col" class="n">withdrawn</th><th scope="col" class="n">transactions</th><th scope="col">its ledger</th></tr></thead>
<tbody>
{% for row in page.totals().addresses %}<tr><th scope="row" class="id">{{ row.address }}</th><td class="n">{{ row.received|btc }}</td><td class="n">{{ row.withdrawn|btc }}</td><td class="n">{{ row.transactions }}</td><td>{{ row|check }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% if !page.data.payments.is_empty() %}
<details>
<summary>The whole ledger</summary>
<section class="scroll" tabindex="0" aria-label="Ledger">
<table>
<caption>Every payment in order of time; {{ page.times }}; values in {{ page.totals().currency }} on the day, low – high (close){% if page.ledger().1 > 0 %}; {{ page.ledger().1 }} later payments are left out here, and in ransomtrail export{% endif %}</caption>
<thead><tr><th scope="col">time</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">class</th><th scope="col">trust</th><th scope="col">address</th><th scope="col">transaction:output</th></tr></thead>
<tbody>
{% for row in page.ledger().0 %}<tr><th scope="row">{{ row.time|moment(*page.zone) }}</th><td class="n">{{ row.sats|btc }}</td><td>{{ row.money|interval }}</td><td>{{ row.kind() }}</td><td>{{ row.trust }}</td><td class="id">{{ row.address }}</td><td class="id">{{ row.txid }}:{{ row.vout }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
</details>
{% endif %}
</section>
"##, r##"## Payments

The largest; times: {{ page.times }}; values in {{ page.totals().currency }} on the day, low – high (close).

| time | BTC | value | class | transaction:output |
|---|---:|---|---|---|
{% for row in page.largest() %}| {{ row.time|moment(*page.zone) }} | {{ row.sats|btc }} | {{ row.money|interval }} | {{ row.kind() }} | {{ row.txid }}:{{ row.vout }} |
{% endfor %}
| address | received | withdrawn | transactions | its ledger |
|---|---:|---:|---:|---|
{% for row in page.totals().addresses %}| {{ row.address }} | {{ row.received|btc }} | {{ row.withdrawn|btc }} | {{ row.transactions }} | {{ row|check }} |
{% endfor %}
"## }
