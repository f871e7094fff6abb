//! The words that a language has for claims: `data/words/LANG.toml`, each word with what it does in a sentence.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use rust_embed::Embed;

use super::names;
use super::role::{Role, role};
use super::token::{Kind, Token, tokens};

#[derive(Embed)]
#[folder = "data/words/"]
#[include = "*.toml"]
struct Files;

/// Words of every language.
const COMMON: &str = "common";
/// The languages that sentences are read in; of two that know as many words of a sentence, the first.
pub(super) static LANGUAGES: &[&str] = &["en", "de", "fr", "es"];

/// A language's words.
#[derive(Default)]
pub(super) struct Vocabulary {
    pub language: &'static str,
    /// The decimal mark.
    pub point: char,
    /// By their first word, the longest first.
    phrases: HashMap<String, Vec<Phrase>>,
    /// Words with a part of theirs at the end of the clause: `nahmen … ein`.
    parted: HashMap<String, Vec<(String, Role)>>,
}

struct Phrase {
    /// The words after the first.
    rest: Vec<String>,
    role: Role,
    /// It is written with a stop at its end that ends nothing: `mio.`.
    abbreviated: bool,
}

/// A word or phrase of a sentence, with what it does there.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub role: Role,
    /// As the token has it; of a phrase, its words.
    pub text: String,
    pub attached: bool,
    pub at: std::ops::Range<usize>,
}

/// The symbols of a sentence, and the decimal mark of its language.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub symbols: &'a [Symbol],
    pub mark: char,
}

impl Words<'_> {
    pub fn role(&self, at: usize) -> Role {
        self.symbols.get(at).map_or(Role::Nothing, |symbol| symbol.role)
    }

    /// The role of the symbol before.
    pub fn before(&self, at: usize) -> Role {
        at.checked_sub(1).map_or(Role::Nothing, |at| self.role(at))
    }

    pub fn text(&self, at: usize) -> &str {
        self.symbols.get(at).map_or("", |symbol| symbol.text.as_str())
    }

    /// Whether it is written onto the symbol before it.
    pub fn attached(&self, at: usize) -> bool {
        self.symbols.get(at).is_some_and(|symbol| symbol.attached)
    }

    /// The same place, or one further where the role stands there.
    pub fn skip(&self, at: usize, role: Role) -> usize {
        at + usize::from(self.role(at) == role)
    }
}

/// A file of words: tables of what words do, with the words under what they say.
#[derive(serde::Deserialize)]
pub(super) struct File {
    decimal: Option<char>,
    #[serde(flatten)]
    pub tables: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

pub(super) fn file(name: &str) -> Result<File, String> {
    let data = Files::get(&format!("{name}.toml")).ok_or_else(|| format!("no words of {name}"))?;
    let text = std::str::from_utf8(&data.data).map_err(|error| error.to_string())?;
    toml::from_str(text).map_err(|error| format!("data/words/{name}.toml: {error}"))
}

/// All of them, read at the first sentence. A file that cannot be read leaves its words out; a test reads each.
pub(super) static VOCABULARIES: LazyLock<Vec<Vocabulary>> = LazyLock::new(|| {
    let names = names::built_in();
    let common = file(COMMON).map(|file| file.tables).unwrap_or_default();
    LANGUAGES
        .iter()
        .map(|language| {
            let Ok(own) = file(language) else { return Vocabulary { language, ..Vocabulary::default() } };
            let mut out = Vocabulary { language, point: own.decimal.unwrap_or('.'), ..Vocabulary::default() };
            for (table, words) in common.iter().chain(&own.tables) {
                for (key, phrases) in words {
                    let Some(role) = role(table, key) else { continue };
                    phrases.iter().for_each(|phrase| out.add(phrase, role));
                }
            }
            // What a file calls something else is that.
            names.families.iter().for_each(|name| out.add_new(name, Role::Family));
            names.services.iter().for_each(|name| out.add_new(name, Role::Service));
            out.phrases.values_mut().for_each(|all| all.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len())));
            out
        })
        .collect()
});

impl Vocabulary {
    fn add(&mut self, phrase: &str, role: Role) {
        if let Some((first, last)) = phrase.split_once(" … ") {
            self.parted.entry(first.to_owned()).or_default().push((last.to_owned(), role));
            return;
        }
        let abbreviated = phrase.ends_with('.');
        let mut words = tokens(phrase.trim_end_matches('.')).into_iter().map(|token| token.text);
        if let Some(first) = words.next() {
            self.phrases.entry(first).or_default().push(Phrase { rest: words.collect(), role, abbreviated });
        }
    }

    fn add_new(&mut self, name: &str, role: Role) {
        let words: Vec<String> = tokens(name).into_iter().map(|token| token.text).collect();
        let Some((first, rest)) = words.split_first() else { return };
        let known = self.phrases.get(first).is_some_and(|all| all.iter().any(|phrase| phrase.rest == rest));
        if !known {
            self.add(name, role);
        }
    }

    /// The longest phrase that begins at a token: what it does, one past its last token, and whether a stop belongs to it.
    fn phrase(&self, tokens: &[Token], at: usize) -> Option<(Role, usize, bool)> {
        let first = tokens.get(at).filter(|token| matches!(token.kind, Kind::Word(_)))?;
        let fits = |phrase: &&Phrase| {
            phrase.rest.iter().enumerate().all(|(n, word)| tokens.get(at + 1 + n).is_some_and(|t| t.text == *word))
        };
        let phrase = self.phrases.get(&first.text)?.iter().find(fits)?;
        Some((phrase.role, at + 1 + phrase.rest.len(), phrase.abbreviated))
    }

    /// The word that begins at a token and has its other part at the end of the clause, and where that is.
    fn parted(&self, tokens: &[Token], at: usize) -> Option<(Role, usize)> {
        let all = self.parted.get(&tokens.get(at)?.text)?;
        let ends = |at: usize| {
            tokens
                .get(at)
                .is_none_or(|t| matches!(t.kind, Kind::Stop(_) | Kind::Pause) || self.word(&t.text) == Some(Role::And))
        };
        let last = (at + 1..=tokens.len()).find(|at| ends(*at))? - 1;
        let (_, role) = all.iter().find(|(part, _)| last > at && tokens.get(last).is_some_and(|t| t.text == *part))?;
        Some((*role, last))
    }

    /// What one word alone does, if it is known.
    pub fn word(&self, word: &str) -> Option<Role> {
        self.phrases.get(word)?.iter().find(|phrase| phrase.rest.is_empty()).map(|phrase| phrase.role)
    }

    /// The sentence with what each of its words does.
    pub fn symbols(&self, tokens: &[Token]) -> Vec<Symbol> {
        let mut out = Vec::new();
        let mut at = 0;
        // Where the last parts of words are.
        let mut parts = Vec::new();
        while let Some(token) = tokens.get(at) {
            let parted = self.parted(tokens, at).map(|(role, last)| (role, at + 1, last));
            parts.extend(parted.map(|(_, _, last)| last));
            let part = parts.contains(&at).then_some((Role::Adverb, at + 1, false));
            let (role, mut end) =
                match part.or(parted.map(|(role, end, _)| (role, end, false))).or_else(|| self.phrase(tokens, at)) {
                    Some((role, end, abbreviated)) => {
                        let stop = tokens.get(end).is_some_and(|t| t.attached && t.kind == Kind::Stop('.'));
                        (role, end + usize::from(abbreviated && stop))
                    }
                    None => (self.alone(token), at + 1),
                };
            end = end.max(at + 1);
            let all = tokens.get(at..end).unwrap_or_default();
            let text = all.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
            let last = all.last().map_or(token.at.end, |t| t.at.end);
            out.push(Symbol { role, text, attached: token.attached, at: token.at.start..last });
            at = end;
        }
        out
    }

    /// A token that begins no phrase.
    fn alone(&self, token: &Token) -> Role {
        let text = token.text.as_str();
        match token.kind {
            Kind::Digits => Role::Digits,
            Kind::Clock => Role::Clock,
            Kind::Address => Role::Address,
            Kind::Garbled => Role::Garbled,
            Kind::Dash => Role::Dash,
            Kind::Pause => Role::Pause,
            Kind::Minus => Role::Minus,
            Kind::Stop(mark) => Role::Stop(mark),
            Kind::Word(capital) => {
                let number: String = text.chars().take_while(char::is_ascii_digit).collect();
                let owner = text.strip_suffix("'s").and_then(|owner| self.word(owner));
                match (number.parse(), owner) {
                    (Ok(nth), _) => Role::Ordinal(nth),
                    // Last May's attack happened in May, whatever of it is claimed.
                    (_, Some(Role::Month(_) | Role::Weekday(_))) => Role::Adjective,
                    (_, Some(owner))
                        if owner.is_noun() || matches!(owner, Role::Family | Role::Service | Role::Unit(_)) =>
                    {
                        owner
                    }
                    _ if capital => Role::Name,
                    _ => Role::Unknown,
                }
            }
        }
    }
}
