use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;

use super::redirect::{is_here, is_onion};

/// How often one host is asked: `1/s`, `0.5/s`, `30/m`, `700/h`.
///
/// The number is a promise about any span of that length, not an average: a tenth of it may be asked for at once after a
/// rest, and the rest is spread evenly. `700/h` is up to 70 requests at once, then one in 5.7 seconds, and never more
/// than 700 in an hour; `1/s` is one request a second. `none` is no pace at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    every: Duration,
    burst: NonZeroU32,
    asked: Asked,
}

/// The pace as it was written: requests, in hundredths, and the span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    hundredths: u32,
    unit: char,
}

/// Why a text is not a pace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a pace; write requests a second, minute or hour like \"1/s\", \"30/m\" or \"700/h\", or \"none\""
)]
pub struct BadPace(pub String);

impl Pace {
    /// As fast as the server answers.
    pub const NONE: Self =
        Self { every: Duration::ZERO, burst: NonZeroU32::MAX, asked: Asked { hundredths: 0, unit: 's' } };

    /// How often a server is asked of which nobody says how often: one a second. The server of one's own on this machine has no
    /// pace, and an onion service, to which each request takes a long way through a network that others share, one in three seconds.
    pub fn usual(url: &Url) -> Self {
        match url.host_str() {
            Some(_) if is_here(url) => Self::NONE,
            Some(_) if is_onion(url) => Self::new(Asked { hundredths: 2000, unit: 'm' }).unwrap_or_default(),
            _ => Self::default(),
        }
    }

    /// Time between two requests once the burst is used up.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// Requests at once after a rest.
    pub fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// The slower of two.
    pub fn slower(self, other: Self) -> Self {
        if other.every > self.every { other } else { self }
    }

    fn new(asked: Asked) -> Option<Self> {
        let span = match asked.unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        // A thousand requests a second is no pace any more.
        if asked.hundredths == 0 || asked.hundredths > 100_000 * span {
            return None;
        }
        // The burst comes on top of the even stream, so the stream is what is left of the promise.
        let burst = asked.hundredths / 1000;
        let spread = asked.hundredths - burst * 100;
        let every = Duration::from_nanos(u64::from(span) * 100 * 1_000_000_000 / u64::from(spread));
        Some(Self { every, burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN), asked })
    }
}

impl Default for Pace {
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Self { every: second, burst: NonZeroU32::MIN, asked: Asked { hundredths: 100, unit: 's' } }
    }
}

impl FromStr for Pace {
    type Err = BadPace;

    fn from_str(text: &str) -> Result<Self, BadPace> {
        let bad = || BadPace(text.to_owned());
        if text.trim() == "none" {
            return Ok(Self::NONE);
        }
        // A bare number is requests a second.
        let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
        let unit = match unit.trim() {
            "s" | "second" => 's',
            "m" | "min" | "minute" => 'm',
            "h" | "hour" => 'h',
            _ => return Err(bad()),
        };
        let hundredths = hundredths(number.trim()).ok_or_else(bad)?;
        Self::new(Asked { hundredths, unit }).ok_or_else(bad)
    }
}

/// A decimal number with up to two places, in hundredths.
fn hundredths(number: &str) -> Option<u32> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part = format!("{part:0<2}").parse::<u32>().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Asked { hundredths, unit } = self.asked;
        if *self == Self::NONE {
            return f.write_str("none");
        }
        match (hundredths / 100, hundredths % 100) {
            (whole, 0) => write!(f, "{whole}/{unit}"),
            (whole, part) => write!(f, "{whole}.{part:02}/{unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let check = |text: &str, every: u64, burst: u32| {
            let pace: Pace = text.parse().unwrap();
            assert_eq!((pace.every().as_millis() as u64, pace.burst().get()), (every, burst), "{text}");
        };
        check("1/s", 1000, 1);
        check("1", 1000, 1);
        check("0.5/s", 2000, 1);
        check("0.19", 5263, 1);
        check("6/m", 10_000, 1);
        check("30 / minute", 2222, 3);
        check("700/h", 5714, 70);
        check("1000/s", 1, 100);
        for bad in ["", "0", "0/s", "-1/s", "1/d", "a/s", "1.234/s", "1e3/s", "/s", "1/", "5000/s", "99999999999/h"] {
            assert!(bad.parse::<Pace>().is_err(), "{bad}");
        }
    }

    #[test]
    fn shows_what_was_written() {
        for text in ["1/s", "0.50/s", "700/h", "none"] {
            assert_eq!(text.parse::<Pace>().unwrap().to_string(), text);
        }
        assert_eq!(Pace::default(), "1/s".parse().unwrap());
    }

    #[test]
    fn a_server_of_ones_own_has_its_own_pace() {
        let check = |url: &str, expect: &str| {
            assert_eq!(Pace::usual(&Url::parse(url).unwrap()).to_string(), expect, "{url}");
        };
        check("http://127.0.0.1:3000/api", "none");
        check("http://localhost:3000", "none");
        check("http://[::1]:3000", "none");
        check("http://explorerzydxu5ecjrkwceayqybizmpjjznk5izmitf2modhcusuqlid.onion/api", "20/m");
        check("https://mempool.space/api", "1/s");
        check("http://192.168.1.5:3000", "1/s");
        assert!(Pace::NONE.slower(Pace::default()) == Pace::default());
    }

    /// The burst and the even stream together stay within the promise.
    #[test]
    fn never_more_than_promised() {
        for (text, promised, span) in [("700/h", 700, 3600), ("100/m", 100, 60), ("1000/s", 1000, 1)] {
            let pace: Pace = text.parse().unwrap();
            let stream = (Duration::from_secs(span).as_nanos() / pace.every().as_nanos()) as u32;
            assert!(pace.burst().get() + stream <= promised, "{text}: {} + {stream}", pace.burst());
        }
    }
}
