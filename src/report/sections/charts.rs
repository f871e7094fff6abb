//! The charts, each with the series that it draws.

section! { "charts", "Charts", |page| !page.charts.is_empty(), r##"
<section aria-labelledby="charts">
<h2 id="charts">Charts</h2>
{% for chart in page.charts %}{% let plate = chart.drawn(page.totals().family.as_str()) %}
<figure>
{{ plate.wide|safe }}
{{ plate.dark|safe }}
{{ plate.tall|safe }}
<figcaption>{{ plate.alt }} <a class="download" href="{{ plate.href }}" download="{{ plate.file }}">The drawn series as {{ plate.file }}</a></figcaption>
</figure>
{% endfor %}
</section>
"##, r##"## Charts

{% for chart in page.charts %}![{{ chart.wide.alt }}]({{ chart.name }}.svg)

The drawn series: [{{ chart.name }}.csv]({{ chart.name }}.csv)

{% endfor %}"## }
