//! Payments, withdrawals and addresses.

use askama::Template;

use super::Section;
use crate::report::Page;

pub(super) const SECTION: Section = Section {
    id: "payments",
    title: "Payments",
    is_shown: |_| true,
    html: |made| Ok(Html { page: &made.page }.render()?),
    markdown: |made| Ok(Markdown { page: &made.page }.render()?),
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"
<section aria-labelledby="payments">
<h2 id="payments">Payments</h2>
{% if !page.largest.is_empty() %}
<section class="scroll" tabindex="0" aria-label="Largest payments">
<table>
<caption>The largest payments; {{ page.times }}; values in {{ page.currency }} on the day, low – high (close)</caption>
<thead><tr><th scope="col">time</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">class</th><th scope="col">transaction:output</th></tr></thead>
<tbody>
{% for row in page.largest %}<tr><th scope="row">{{ row.time }}</th><td class="n">{{ row.btc }}</td><td>{{ row.value }}</td><td>{{ row.class }}</td><td class="id">{{ row.txid }}:{{ row.vout }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% endif %}
{% if !page.withdrawals.is_empty() %}
<section class="scroll" tabindex="0" aria-label="Withdrawals">
<table>
<caption>The withdrawals</caption>
<thead><tr><th scope="col">time</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">transaction</th></tr></thead>
<tbody>
{% for row in page.withdrawals %}<tr><th scope="row">{{ row.time }}</th><td class="n">{{ row.btc }}</td><td>{{ row.value }}</td><td class="id">{{ row.txid }}</td></tr>
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
{% for row in page.addresses %}<tr><th scope="row" class="id">{{ row.address }}</th><td class="n">{{ row.received }}</td><td class="n">{{ row.withdrawn }}</td><td class="n">{{ row.transactions }}</td><td>{{ row.check }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% if !page.ledger.is_empty() %}
<details>
<summary>The whole ledger</summary>
<section class="scroll" tabindex="0" aria-label="Ledger">
<table>
<caption>Every payment in order of time; {{ page.times }}; values in {{ page.currency }} on the day, low – high (close){% if page.left_out > 0 %}; {{ page.left_out }} later payments are left out here, and in ransomtrail export{% endif %}</caption>
<thead><tr><th scope="col">time</th><th scope="col" class="n">BTC</th><th scope="col">value</th><th scope="col">class</th><th scope="col">trust</th><th scope="col">address</th><th scope="col">transaction:output</th></tr></thead>
<tbody>
{% for row in page.ledger %}<tr><th scope="row">{{ row.time }}</th><td class="n">{{ row.btc }}</td><td>{{ row.value }}</td><td>{{ row.class }}</td><td>{{ row.trust }}</td><td class="id">{{ row.address }}</td><td class="id">{{ row.txid }}:{{ row.vout }}</td></tr>
{% endfor %}
</tbody>
</table>
</section>
</details>
{% endif %}
</section>
"##
)]
struct Html<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(
    ext = "md",
    source = r##"## Payments

The largest; times: {{ page.times }}; values in {{ page.currency }} on the day, low – high (close).

| time | BTC | value | class | transaction:output |
|---|---:|---|---|---|
{% for row in page.largest %}| {{ row.time }} | {{ row.btc }} | {{ row.value }} | {{ row.class }} | {{ row.txid }}:{{ row.vout }} |
{% endfor %}
| address | received | withdrawn | transactions | its ledger |
|---|---:|---:|---:|---|
{% for row in page.addresses %}| {{ row.address }} | {{ row.received }} | {{ row.withdrawn }} | {{ row.transactions }} | {{ row.check }} |
{% endfor %}
"##
)]
struct Markdown<'a> {
    page: &'a Page,
}
