use crate::domain::words;

/// Why a request brought no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The host could not be reached, or broke off, after every retry.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Host asked.
        host: String,
        /// What the last try said.
        reason: String,
    },
    /// The host answered with a status that is not success (for 429 and 5xx: after every retry).
    #[error("{host} answered {status} to {path}{}", if body.is_empty() { String::new() } else { format!(": {body}") })]
    Status {
        /// Host asked.
        host: String,
        /// Path asked.
        path: String,
        /// HTTP status.
        status: u16,
        /// Beginning of the body, for people, on one line.
        body: String,
    },
    /// The body is larger than the cap.
    #[error("{host} sent more than {limit} bytes for {path}")]
    TooLarge {
        /// Host asked.
        host: String,
        /// Path asked.
        path: String,
        /// The cap in bytes.
        limit: u64,
    },
    /// The host was not asked: it failed so often, or asked for so long a pause, that it is left alone.
    #[error("{host} rests for {} {}: {last}", span(*seconds), after(*failures))]
    Resting {
        /// Host that would have been asked.
        host: String,
        /// How long it is left alone yet, in seconds.
        seconds: u64,
        /// Failures in a row that led to it.
        failures: u32,
        /// What the last of them said.
        last: String,
    },
    /// No client could be made of the options.
    #[error("no HTTP client can be made: {reason}")]
    Client {
        /// What is wrong.
        reason: String,
    },
}

impl HttpError {
    /// Whether the host refuses us, or is left alone, as against failing on one question. Another question would fare
    /// no better.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Resting { .. } => true,
            Self::Status { status, .. } => matches!(status, 401 | 402 | 403 | 429 | 430 | 451),
            _ => false,
        }
    }

    /// Whether the host is well, and said that there is no such thing.
    pub(super) fn is_answer(&self) -> bool {
        let Self::Status { status, .. } = self else { return false };
        (400..500).contains(status) && *status != 408 && !self.is_refusal()
    }
}

/// A length of time for people, rounded up.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

fn after(failures: u32) -> String {
    if failures == 1 { "after a failure".to_owned() } else { format!("after {failures} failures in a row; the last") }
}

/// Most characters of an error's body that are shown.
const SNIPPET: usize = 200;

/// The beginning of an error's body for people: its first line, or the title of a web page. Control characters are left
/// out, so that no server writes to the terminal.
pub(super) fn snippet(body: &str) -> String {
    let text = body.trim_start_matches('\u{feff}').trim();
    let line =
        if text.starts_with('<') { title(text).unwrap_or_default() } else { text.lines().next().unwrap_or_default() };
    let parts: Vec<_> = line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words::shown(&parts.join(" ")).into_owned();
    match line.char_indices().nth(SNIPPET) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What stands in the `<title>` of a web page.
fn title(html: &str) -> Option<&str> {
    // ASCII lower case keeps every byte position.
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(&html[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets() {
        let check = |body: &str, expect: &str| assert_eq!(snippet(body), expect, "{body}");
        check("Invalid Bitcoin address", "Invalid Bitcoin address");
        check("\n  first line  \nsecond", "first line");
        check("{\"error\":\"Too many\\nrequests\"}", "{\"error\":\"Too many\\nrequests\"}");
        check(
            "<!DOCTYPE html><head><TITLE lang=en>429 Too\nMany Requests</TITLE></head><body>…",
            "429 Too Many Requests",
        );
        check("<html><body>no title</body></html>", "");
        check("<title>never closed", "");
        check("red \u{1b}[31mtext\u{7}", "red [31mtext");
        check("", "");
        check(&"é".repeat(300), &format!("{}…", "é".repeat(200)));
        check("\u{fffd}\u{fffd}x", "\u{fffd}\u{fffd}x");
    }

    #[test]
    fn texts() {
        let status = |body: &str| HttpError::Status {
            host: "mempool.space".into(),
            path: "/api/tx/ab".into(),
            status: 404,
            body: body.into(),
        };
        assert_eq!(status("").to_string(), "mempool.space answered 404 to /api/tx/ab");
        assert_eq!(status("not found").to_string(), "mempool.space answered 404 to /api/tx/ab: not found");
        let resting = |seconds, failures| {
            let (host, last) = ("mempool.space".to_owned(), "it answered 500 to /api".to_owned());
            HttpError::Resting { host, seconds, failures, last }.to_string()
        };
        assert_eq!(
            resting(181, 3),
            "mempool.space rests for 4 min after 3 failures in a row; the last: it answered 500 to /api"
        );
        assert_eq!(resting(86_400, 1), "mempool.space rests for 24 h after a failure: it answered 500 to /api");
        assert!(resting(119, 1).contains("for 119 s") && resting(7199, 1).contains("for 120 min"));
    }

    #[test]
    fn refusals_and_answers() {
        let check = |status: u16, refusal: bool, answer: bool| {
            let error = HttpError::Status { host: "h".into(), path: "/".into(), status, body: String::new() };
            assert_eq!((error.is_refusal(), error.is_answer()), (refusal, answer), "{status}");
        };
        for status in [401, 402, 403, 429, 430, 451] {
            check(status, true, false);
        }
        for status in [400, 404, 405, 410, 422] {
            check(status, false, true);
        }
        for status in [302, 304, 408, 500, 502, 503] {
            check(status, false, false);
        }
    }
}
