use std::fmt::Write as _;

/// The one of that name. Where none has it, the error says what there is, and which of them is nearest.
pub fn one_of<T>(
    what: &str,
    text: &str,
    all: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> &str,
) -> Result<T, String> {
    let mut all: Vec<T> = all.into_iter().collect();
    if let Some(at) = all.iter().position(|one| name(one) == text) {
        return Ok(all.swap_remove(at));
    }
    let names: Vec<&str> = all.iter().map(&name).collect();
    let mut out = format!("no {what} \"{text}\"; ");
    if let Some(near) = nearest(text, names.iter().copied(), 0.8) {
        let _ = write!(out, "did you mean \"{near}\"? ");
    }
    Err(out + "there are " + &names.join(", "))
}

/// The name most like a text, if it is at least so like it: 1 is the same. Of two that are as like, the first by alphabet.
pub fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>, likeness: f64) -> Option<&'a str> {
    let text = text.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&text, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > likeness)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_or_the_names_are_told() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let found = one_of("fruit", text, ["apple", "pear", "plum"], |name| name);
            assert_eq!(found, expect.map_err(str::to_owned), "{text}");
        };
        check("pear", Ok("pear"));
        check("Pear", Err("no fruit \"Pear\"; did you mean \"pear\"? there are apple, pear, plum"));
        check("aple", Err("no fruit \"aple\"; did you mean \"apple\"? there are apple, pear, plum"));
        check("zzz", Err("no fruit \"zzz\"; there are apple, pear, plum"));
        check("", Err("no fruit \"\"; there are apple, pear, plum"));
        assert!(one_of("fruit", "x", [], |name: &&str| name).is_err());
        assert_eq!(nearest("ab", ["abd", "abc"], 0.5), Some("abc"), "whatever their order");
    }
}
