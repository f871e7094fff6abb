//! The commands that make everything again.

section! { "check", "Check it yourself", |_| true, r##"
<section aria-labelledby="check">
<h2 id="check">Check it yourself</h2>
<p>Every transaction here can be looked up in any block explorer by its id. With the program and the same database these commands make everything again, to the byte:</p>
<pre tabindex="0">{% for command in page.commands %}{{ command[0] }}   # {{ command[1] }}
{% endfor %}</pre>
</section>
"##, r##"## Check it yourself

```sh
{% for command in page.commands %}{{ command[0]|safe }}   # {{ command[1]|safe }}
{% endfor %}```

"## }
