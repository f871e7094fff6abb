use std::str::FromStr;

use chrono::TimeDelta;

/// How many messages about payments somebody wants in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtMost {
    /// So many.
    pub count: usize,
    /// In so long.
    pub time: TimeDelta,
}

impl FromStr for AtMost {
    type Err = String;

    /// Reads `10 an hour`, `3 a day`, `10/h`.
    fn from_str(text: &str) -> Result<Self, String> {
        let bad =
            || format!("\"{text}\" is not so many in a time; write it like \"10 an hour\", \"3 a day\" or \"10/h\"");
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, unit) = text.split_at(digits);
        let time = match unit.trim() {
            "a minute" | "/m" => TimeDelta::minutes(1),
            "an hour" | "/h" => TimeDelta::hours(1),
            "a day" | "/d" => TimeDelta::days(1),
            _ => return Err(bad()),
        };
        let count = count.parse().ok().filter(|count| *count > 0).ok_or_else(bad)?;
        Ok(Self { count, time })
    }
}

impl AtMost {
    /// What is told now, where so many messages were told of late: each by itself as far as there is room, and in the last place all that is left
    /// together. What finds no room waits.
    pub(super) fn arrange<T>(&self, mut groups: Vec<Vec<T>>, told: usize) -> Vec<Vec<T>> {
        let room = self.count.saturating_sub(told);
        if groups.len() > room {
            let rest = groups.split_off(room.saturating_sub(1));
            if room > 0 {
                groups.push(rest.into_iter().flatten().collect());
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let check = |text: &str, count, time| assert_eq!(text.parse(), Ok(AtMost { count, time }), "{text}");
        check("10 an hour", 10, TimeDelta::hours(1));
        check("3 a day", 3, TimeDelta::days(1));
        check("1/m", 1, TimeDelta::minutes(1));
        for bad in ["", "10", "0 an hour", "an hour", "-1/h", "10 a year", "99999999999999999999/h"] {
            assert!(bad.parse::<AtMost>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_last_place_is_for_all_that_is_left() {
        let check = |told: usize, expect: &[&[u8]]| {
            let most = AtMost { count: 3, time: TimeDelta::hours(1) };
            let groups = vec![vec![1, 2], vec![3], vec![4], vec![5]];
            assert_eq!(most.arrange(groups, told), expect.iter().map(|one| one.to_vec()).collect::<Vec<_>>(), "{told}");
        };
        check(0, &[&[1, 2], &[3], &[4, 5]]);
        check(1, &[&[1, 2], &[3, 4, 5]]);
        check(2, &[&[1, 2, 3, 4, 5]]);
        check(3, &[]);
        check(9, &[]);
        let few = AtMost { count: 3, time: TimeDelta::hours(1) }.arrange(vec![vec![1], vec![2], vec![3]], 0);
        assert_eq!(few, [[1], [2], [3]]);
    }
}
