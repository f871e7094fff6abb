//! A sentence, as somebody types it to have it checked. Two texts in one input, parted by a zero: the first is read as it is, the
//! second as words around a number, which say nothing where no language has any of them.

#![no_main]

use ransomtrail::claims::{Unit, read};

/// Most characters of a complaint: it goes onto a line of the terminal.
const LONGEST: usize = 900;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let (text, around) = text.split_once('\0').unwrap_or((&text, ""));
    is_sound(text);
    // Letters that make no word anywhere.
    let strange: Vec<String> = around.split_whitespace().map(|word| format!("xq{}", word.replace(|c: char| !c.is_ascii_lowercase(), ""))).collect();
    if let Some((first, rest)) = strange.split_first() {
        let said = format!("{first} $140,000 {}", rest.join(" "));
        assert!(read(&said).is_err(), "a reading of words that nobody knows: {said:?}");
    }
});

fn is_sound(text: &str) {
    match read(text) {
        Ok(reading) => {
            assert!(!reading.claims.is_empty(), "read to nothing: {text:?}");
            for claim in &reading.claims {
                let ends = [claim.interval.min, claim.interval.max];
                assert!(ends.iter().any(Option::is_some), "any number: {text:?}");
                assert!(ends.iter().flatten().all(|end| !end.at.is_sign_negative()), "less than nothing: {text:?}");
                assert!(claim.at.start <= claim.at.end && claim.at.end <= text.chars().count(), "outside of {text:?}");
                // What it is understood as is written so that it reads back; shares and days say of what by their sentence alone.
                if matches!(claim.unit, Unit::Percent | Unit::Days) {
                    continue;
                }
                let said = claim.to_string();
                let said = said.split_once(": ").and_then(|(_, said)| said.split(';').next()).unwrap_or_default();
                let again = read(said).map(|again| again.claims.iter().map(|c| (c.unit, c.interval)).collect::<Vec<_>>());
                assert_eq!(again.ok(), Some(vec![(claim.unit, claim.interval)]), "{text:?}: {said}");
            }
        }
        Err(refused) => {
            let said = refused.to_string();
            assert!(said.chars().count() <= LONGEST && !said.chars().any(char::is_control), "endless or acting: {said:?}");
        }
    }
}
