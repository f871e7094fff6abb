use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::domain::Time;

/// How long a server asks to be left alone (RFC 9110, 10.2.3): seconds, or a date, which is set against the `Date` of the
/// same answer, so that no clock of ours has to be right. Zero and nonsense are as good as nothing.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (http_date(text)? - header_date(headers, DATE)?).to_std().ok()?,
    };
    Some(wait).filter(|wait| !wait.is_zero())
}

fn header_date(headers: &HeaderMap, name: HeaderName) -> Option<Time> {
    http_date(headers.get(name)?.to_str().ok()?)
}

/// The one date format that may be sent: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Time> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let check = |retry_after: &str, date: Option<&str>, expect: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            assert_eq!(read(&headers), expect.map(Duration::from_secs), "{retry_after} {date:?}");
        };
        let date = Some("Fri, 12 May 2017 07:44:00 GMT");
        check("120", None, Some(120));
        check(" 7 ", date, Some(7));
        check("Fri, 12 May 2017 07:45:30 GMT", date, Some(90));
        check("Fri, 12 May 2017 07:45:30 GMT", None, None);
        check("Fri, 12 May 2017 07:43:30 GMT", date, None);
        check("0", date, None);
        check("-5", date, None);
        check("soon", date, None);
        check("99999999999999999999999999", date, None);
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
