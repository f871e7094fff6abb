//! How everything was counted, and what to know before printing a number.

section! { "methods", "Methods and caveats", |_| true, r##"
<section aria-labelledby="methods">
<h2 id="methods">Methods and caveats</h2>
{% if !page.caveats.is_empty() %}
<ul class="caveats">
{% for caveat in page.caveats %}<li>{{ caveat }}</li>
{% endfor %}
</ul>
{% endif %}
<dl>
<dt>Payments</dt><dd>An inflow is an output to a tracked address. One transaction can hold several; neither number is a number of victims. Transfers within the family are dropped. Classes: {{ page.classes }}.</dd>
<dt>Time</dt><dd>All times are {{ page.times }}. The price day is always the UTC day.</dd>
<dt>Value</dt><dd>An interval: at the day’s lowest and highest price, with the close as its centre. Prices: {{ page.totals().price_source }}.</dd>
<dt>Withdrawals</dt><dd>What a transaction spends from the family, minus what it returns to it, where value leaves to others. The miner’s fee is part of it. What returns beyond what was spent has joined, and is no income.</dd>
<dt>Trust</dt><dd>{% if page.trust.is_empty() %}No payments are recorded.{% else %}Of the payment outputs: {{ page.trust }}.{% endif %}</dd>
<dt>Following</dt><dd>Coins are followed transaction by transaction until a labelled service, a CoinJoin, a limit, or the end of the record. Guesses about ownership are no part of any sum.</dd>
<dt>Claims</dt><dd>A claim is held against each basis it can mean, as known on its day. Tracked addresses give a lower bound: “not shown” is not “false”.</dd>
</dl>
</section>
"##, r##"## Methods and caveats

{% for caveat in page.caveats %}- {{ caveat }}
{% endfor %}- All times are {{ page.times }}. The price day is always the UTC day.
- A value is an interval: at the day’s lowest and highest price, with the close as its centre. Prices: {{ page.totals().price_source }}.
- Classes of payments: {{ page.classes }}. Of the payment outputs: {{ page.trust }}.
- Tracked addresses give a lower bound: “not shown” is not “false”.

"## }
