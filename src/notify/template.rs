use std::fmt;

use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};

use super::Message;
use crate::domain::{Time, one_of, words};

/// What the text of a receiver's messages is made by.
pub struct Template(Environment<'static>);

/// What the engine calls it.
const NAME: &str = "text";

impl Template {
    /// Reads a template. The error names what it does not know.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut engine = Environment::new();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.add_template_owned(NAME, text.to_owned()).map_err(|error| said(&error))?;
        let example = Message::test(Time::UNIX_EPOCH).json();
        let known: Vec<&str> = example.as_object().into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        let template = engine.get_template(NAME).map_err(|error| said(&error))?;
        let is_ours = |name: &str| engine.globals().any(|(global, _)| global == name);
        for name in template.undeclared_variables(false).iter().filter(|name| !is_ours(name)) {
            one_of("word", name, &known, |known| known)?;
        }
        Ok(Self(engine))
    }

    /// The message with the text that the template makes of it.
    pub(super) fn put(&self, mut message: Message) -> Result<Message, String> {
        let made = self.0.get_template(NAME).and_then(|template| template.render(Serde(message.json())));
        let text = made.map_err(|error| format!("template: {}", said(&error)))?;
        message.template = Some(words::shown_lines(&text).into_owned());
        Ok(message)
    }
}

fn said(error: &Error) -> String {
    words::shown(&error.to_string()).into_owned()
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Template")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Occasion;
    use super::super::message::tests::arrival;
    use super::*;

    #[test]
    fn a_template_takes_the_place_of_the_text() {
        let check = |text: &str, expect: &str| {
            let made = Template::parse(text).unwrap().put(arrival(Occasion::Event)).unwrap();
            assert_eq!(made.lines().join("|"), expect, "{text}");
            assert_eq!(made.json()["text"], expect.replace('|', "\n"));
            assert!(made.text().starts_with("WannaCry: 1.8"), "the headline stays");
        };
        check("{{ title }} in {{ events[0].block_height }}", "WannaCry in 478912");
        check("{% for event in events %}{{ event.sats }}\n{{ event.label }}{% endfor %}", "183760000|ShapeShift <b>");
        check("{{ range(3)|join('-') }}", "0-1-2");
        check("{{ 'a\\x1b' ~ type }}", "a\\u{1b}event");
    }

    #[test]
    fn what_it_does_not_know_is_said() {
        let refused = |text: &str| Template::parse(text).unwrap_err();
        assert!(refused("{{ titel }}").starts_with("no word \"titel\"; did you mean \"title\"?"));
        assert!(refused("{% if title %}").contains("syntax error"), "{}", refused("{% if title %}"));
        let late = Template::parse("{{ events[0].sat }}").unwrap().put(arrival(Occasion::Event)).unwrap_err();
        assert!(late.starts_with("template: undefined value"), "{late}");
    }
}
