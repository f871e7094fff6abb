use std::time::Duration;

/// Reads a length of time: `250ms`, `30s`, `10m`, `1h`, `2d`, or several in a row: `1h30m`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("\"{text}\" is not a length of time; write it like \"30s\", \"10m\" or \"1h30m\"");
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(bad());
    }
    while !rest.is_empty() {
        let (number, unit, left) = number_and_unit(rest);
        let number: u64 = number.parse().map_err(|_| bad())?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(bad()),
        };
        let part = number.checked_mul(millis).map(Duration::from_millis).ok_or_else(bad)?;
        total = total.checked_add(part).ok_or_else(bad)?;
        rest = left;
    }
    Ok(total)
}

/// Reads a size in bytes: `32 MiB`, `500 kB`, `1000`.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let bad = || format!("\"{text}\" is not a size; write it like \"32 MiB\"");
    let (number, unit, rest) = number_and_unit(text.trim());
    let factor = match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(bad()),
    };
    let number: u64 = number.parse().map_err(|_| bad())?;
    number.checked_mul(factor).filter(|_| rest.is_empty()).ok_or_else(bad)
}

/// Digits, the letters after them, and what is left.
fn number_and_unit(text: &str) -> (&str, &str, &str) {
    let split = |text: &str, stop: fn(char) -> bool| text.find(stop).unwrap_or(text.len());
    let (number, rest) = text.split_at(split(text, |c| !c.is_ascii_digit()));
    let rest = rest.trim_start();
    let (unit, rest) = rest.split_at(split(rest, |c| !c.is_alphabetic()));
    (number, unit, rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check =
            |text: &str, millis: u64| assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        check("250ms", 250);
        check("30s", 30_000);
        check("10m", 600_000);
        check("10 min", 600_000);
        check("1h30m", 5_400_000);
        check("1h 30m", 5_400_000);
        check("2d", 172_800_000);
        check("0s", 0);
        for bad in ["", " ", "30", "s", "-1s", "1.5s", "1y", "30s!", "99999999999999999999s", "9999999999999999999h"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes() {
        let check = |text: &str, bytes: u64| assert_eq!(parse_size(text), Ok(bytes), "{text}");
        check("32 MiB", 33_554_432);
        check("500kB", 500_000);
        check("1000", 1000);
        check("1 GiB", 1 << 30);
        for bad in ["", "MiB", "-1", "1 mib", "1 MiB 2", "99999999999 GiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
