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
    /// No client could be made of the options.
    #[error("no HTTP client can be made: {reason}")]
    Client {
        /// What is wrong.
        reason: String,
    },
}

/// Most characters of an error's body that are shown.
const SNIPPET: usize = 200;

/// The beginning of an error's body for people: its first line, or the title of a web page. Control characters are left
/// out, so that no server writes to the terminal.
pub(super) fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let line =
        if text.starts_with('<') { title(text).unwrap_or_default() } else { text.lines().next().unwrap_or_default() };
    let words: Vec<_> = line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
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
        let check = |body: &str, expect: &str| assert_eq!(snippet(body.as_bytes()), expect, "{body}");
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
        assert_eq!(snippet(&[0xff, 0xfe, b'x']), "\u{fffd}\u{fffd}x");
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
    }
}
