//! The three assumptions by which a transaction's tainted satoshis are told from its clean ones.

use std::fmt;
use std::str::FromStr;

use crate::domain::one_of;

/// How taint passes through a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// First in, first out (Clayton's case; Anderson et al. 2018): satoshis in the order of the inputs flow to satoshis in
    /// the order of the outputs, and the fee comes last.
    #[default]
    Fifo,
    /// In proportion to value, in whole satoshis by largest remainders.
    Haircut,
    /// Whatever a tainted coin touches is tainted in full. Conserves nothing: sums count the same coin many times.
    Poison,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Fifo, Self::Haircut, Self::Poison];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::Haircut => "haircut",
            Self::Poison => "poison",
        }
    }

    /// Whether what went in equals what arrived plus fees.
    pub fn conserves(self) -> bool {
        self != Self::Poison
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of("policy", text, Self::ALL, |policy| policy.name())
    }
}

/// The tainted part of a coin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Taint {
    /// Tainted satoshis.
    pub sats: u64,
    /// Under FIFO which ones: beginning and length, in order, apart from each other.
    pub spans: Vec<(u64, u64)>,
}

impl Taint {
    /// All of a coin.
    pub fn full(sats: u64, policy: Policy) -> Self {
        let spans = if policy == Policy::Fifo && sats > 0 { vec![(0, sats)] } else { Vec::new() };
        Self { sats, spans }
    }

    fn push(&mut self, start: u64, length: u64) {
        self.sats += length;
        match self.spans.last_mut() {
            Some((last, long)) if *last + *long == start => *long += length,
            _ => self.spans.push((start, length)),
        }
    }
}

/// Passes taint from one side of a transaction to the other: coins with their value and taint on the left, values of coins
/// on the right. Both sides have the same sum, the fee included.
pub(super) fn share(policy: Policy, left: &[(u64, Taint)], right: &[u64]) -> Vec<Taint> {
    match policy {
        Policy::Poison if left.iter().all(|(_, taint)| taint.sats == 0) => vec![Taint::default(); right.len()],
        Policy::Poison => right.iter().map(|sats| Taint::full(*sats, policy)).collect(),
        Policy::Haircut => {
            let tainted = left.iter().map(|(_, taint)| u128::from(taint.sats)).sum();
            let parts = proportions(tainted, right).into_iter();
            parts.map(|sats| Taint { sats, spans: Vec::new() }).collect()
        }
        Policy::Fifo => in_order(left, right),
    }
}

/// Parts of `total` in proportion to `weights`, in whole numbers that sum to it: what is left after rounding down goes to
/// the largest remainders, of equal ones to the first. No part exceeds its weight as long as `total` does not exceed their
/// sum.
fn proportions(total: u128, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &u64| (total * u128::from(*weight) / sum, total * u128::from(*weight) % sum);
    let (mut parts, rests): (Vec<u128>, Vec<u128>) = weights.iter().map(exact).unzip();
    let missing = total - parts.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(rests[*at]), *at));
    // Fewer are missing than there are remainders above 0.
    for at in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        parts[at] += 1;
    }
    parts.into_iter().map(|part| u64::try_from(part).unwrap_or(u64::MAX)).collect()
}

fn in_order(left: &[(u64, Taint)], right: &[u64]) -> Vec<Taint> {
    let mut offset = 0;
    let mut tainted = left.iter().flat_map(|(sats, taint)| {
        let begin = offset;
        offset += sats;
        taint.spans.iter().map(move |(start, length)| (begin + start, *length))
    });
    let mut span = tainted.next();
    let mut begin = 0;
    let mut out = Vec::with_capacity(right.len());
    for sats in right {
        let end = begin + sats;
        let mut taint = Taint::default();
        while let Some((start, length)) = span.filter(|(start, _)| *start < end) {
            let here = length.min(end - start);
            taint.push(start - begin, here);
            span = if here < length { Some((start + here, length - here)) } else { tainted.next() };
        }
        out.push(taint);
        begin = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sats(taints: &[Taint]) -> Vec<u64> {
        taints.iter().map(|taint| taint.sats).collect()
    }

    /// Three stolen coins, then seven clean ones, into one transaction: the vector of Clayton's case.
    #[test]
    fn claytons_case() {
        let check = |policy: Policy, right: &[u64], expect: &[u64]| {
            let left = [(3, Taint::full(3, policy)), (7, Taint::default())];
            assert_eq!(sats(&share(policy, &left, right)), expect, "{policy} {right:?}");
        };
        check(Policy::Poison, &[10], &[10]);
        check(Policy::Poison, &[4, 6], &[4, 6]);
        check(Policy::Haircut, &[10], &[3]);
        check(Policy::Haircut, &[1; 10], &[1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
        check(Policy::Fifo, &[1; 10], &[1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
        check(Policy::Fifo, &[2, 5, 3], &[2, 1, 0]);
    }

    #[test]
    fn thirty_percent_of_each() {
        let left = [(300, Taint::full(300, Policy::Haircut)), (700, Taint::default())];
        assert_eq!(sats(&share(Policy::Haircut, &left, &[500, 200, 290, 10])), [150, 60, 87, 3]);
    }

    #[test]
    fn what_rounding_leaves_goes_to_the_largest_remainders() {
        let check = |total: u128, weights: &[u64], expect: &[u64]| {
            assert_eq!(proportions(total, weights), expect, "{total} over {weights:?}");
        };
        check(10, &[1, 1, 1], &[4, 3, 3]);
        check(2, &[1, 2, 2], &[0, 1, 1]);
        check(0, &[5, 5], &[0, 0]);
        check(1, &[3, 3, 3], &[1, 0, 0]);
        check(7, &[], &[]);
        // All the satoshis that can exist, squared, stay in range.
        check(2_100_000_000_000_000, &[2_099_999_999_999_999, 1], &[2_099_999_999_999_999, 1]);
    }

    #[test]
    fn fifo_keeps_the_order_within_a_coin() {
        // Clean 5, tainted 3, clean 2 in one coin; a clean coin before it.
        let left = [(4, Taint::default()), (10, Taint { sats: 3, spans: vec![(5, 3)] })];
        let right = share(Policy::Fifo, &left, &[10, 4]);
        assert_eq!(right[0], Taint { sats: 1, spans: vec![(9, 1)] });
        assert_eq!(right[1], Taint { sats: 2, spans: vec![(0, 2)] });
    }
}
