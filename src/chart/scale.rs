use crate::domain::{Amount, Decimal};

/// A scale from numbers to pixels, linear or logarithmic. What lies outside of its domain is drawn at the edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    log: bool,
}

impl Scale {
    /// Numbers `from..to` over pixels `start..end`.
    pub fn linear((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { from, to, start, end, log: false }
    }

    /// The same with equal room for equal ratios; numbers are above 0.
    pub fn log((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let from = from.max(f64::MIN_POSITIVE).log10();
        let to = to.max(f64::MIN_POSITIVE).log10();
        Self { log: true, ..Self::linear((from, to), (start, end)) }
    }

    pub fn px(&self, number: f64) -> f64 {
        let number = if self.log { number.max(f64::MIN_POSITIVE).log10() } else { number };
        let share = ((number - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }

    /// Like [`Scale::px`], but what lies outside of the domain is drawn outside.
    pub fn px_beyond(&self, number: f64) -> f64 {
        let number = if self.log { number.max(f64::MIN_POSITIVE).log10() } else { number };
        self.start + (number - self.from) / (self.to - self.from) * (self.end - self.start)
    }

    /// Whether the number lies within the domain.
    pub fn shows(&self, number: f64) -> bool {
        let number = if self.log { number.max(f64::MIN_POSITIVE).log10() } else { number };
        (self.from..=self.to).contains(&number)
    }
}

/// For positions only: no money is reckoned in it.
pub(super) fn float(number: Decimal) -> f64 {
    use rust_decimal::prelude::ToPrimitive as _;
    number.to_f64().unwrap_or(0.0)
}

/// For positions only.
pub(super) fn btc(amount: Amount) -> f64 {
    amount.to_sat() as f64 / 1e8
}

/// A tick: where, and what stands there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub decimals: u32,
}

impl Tick {
    /// The exact number that the tick stands at, for print.
    pub fn decimal(&self) -> Decimal {
        let text = format!("{:.*}", self.decimals as usize, self.value);
        text.parse().unwrap_or_default()
    }

    /// `1,000`, `0.05`.
    pub fn plain(&self) -> String {
        let text = format!("{:.*}", self.decimals as usize, self.value);
        match text.split_once('.') {
            Some((whole, rest)) => format!("{}.{rest}", group(whole)),
            None => group(&text),
        }
    }
}

fn group(digits: &str) -> String {
    digits.parse().map_or_else(|_| digits.to_owned(), crate::domain::format::grouped)
}

/// Ticks from 0 to the first one above `most`, at steps of 1, 2 or 5; about `count` of them, at least two.
pub(super) fn linear_ticks(most: f64, count: usize) -> Vec<Tick> {
    let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
    let step = nice_step(most / count.max(1) as f64);
    let decimals = decimals_of(step);
    let steps = ((most / step) - 1e-9).ceil().max(1.0) as usize;
    (0..=steps).map(|n| Tick { value: n as f64 * step, decimals }).collect()
}

/// Ticks within `from..=to` on a log scale: as many of 1, 2 and 5 times the powers of ten as `count` allows; within a
/// short range, evenly spaced numbers.
pub(super) fn log_ticks(from: f64, to: f64, count: usize) -> Vec<Tick> {
    let decades = (to / from).log10();
    if decades < 1.0 {
        let step = nice_step((to - from) / count.clamp(2, 5) as f64);
        let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
        return (first..=last).map(|n| Tick { value: n as f64 * step, decimals: decimals_of(step) }).collect();
    }
    let (low, high) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let at_steps = |factors: &[f64], every: usize| -> Vec<Tick> {
        (low..=high)
            .filter(|power| power.rem_euclid(every as i32) == 0)
            .flat_map(|power| factors.iter().map(move |f| (f * 10f64.powi(power), power)))
            .filter(|(value, _)| (from..=to).contains(value))
            .map(|(value, power)| Tick { value, decimals: (-power).max(0) as u32 })
            .collect()
    };
    let densities: [(&[f64], usize); 5] = [(&[1.0, 2.0, 5.0], 1), (&[1.0], 1), (&[1.0], 2), (&[1.0], 3), (&[1.0], 4)];
    let fitting = densities.iter().map(|(factors, every)| at_steps(factors, *every)).find(|t| t.len() <= count.max(2));
    fitting.unwrap_or_default()
}

fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.max(1e-9).log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= rough * (1.0 - 1e-9)).unwrap_or(10.0);
    factor * power
}

fn decimals_of(step: f64) -> u32 {
    (-(step * (1.0 + 1e-9)).log10().floor()).clamp(0.0, 8.0) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(ticks: &[Tick]) -> String {
        ticks.iter().map(Tick::plain).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn linear_ticks_are_round_and_reach_above_the_most() {
        let check = |most: f64, expect: &str| assert_eq!(plain(&linear_ticks(most, 6)), expect, "{most}");
        check(0.0, "0.0 0.2 0.4 0.6 0.8 1.0");
        check(52.1, "0 10 20 30 40 50 60");
        check(60.0, "0 10 20 30 40 50 60");
        check(0.186, "0.00 0.05 0.10 0.15 0.20");
        check(7_300.0, "0 2,000 4,000 6,000 8,000");
    }

    #[test]
    fn log_ticks_fit_any_range() {
        let check = |from: f64, to: f64, expect: &str| assert_eq!(plain(&log_ticks(from, to, 8)), expect);
        check(40_000.0, 600_000.0, "50,000 100,000 200,000 500,000");
        check(90.0, 120.0, "90 100 110 120");
        check(49_000.0, 340_000.0, "100,000 200,000 300,000");
        check(1e-5, 3e4, "0.0001 0.01 1 100 10,000");
        check(0.02, 40.0, "0.1 1 10");
    }

    proptest! {
        #[test]
        fn ticks_never_run_away(most in 1e-9f64..1e12, ratio in 1.0001f64..1e12, count in 2usize..12) {
            let ticks = linear_ticks(most, count);
            prop_assert!((2..=count + 2).contains(&ticks.len()));
            prop_assert!(ticks.last().unwrap().value >= most * (1.0 - 1e-6));
            let ticks = log_ticks(most, most * ratio, count);
            prop_assert!(ticks.len() <= count.max(2) * 2 + 8);
            prop_assert!(ticks.iter().all(|t| t.value >= most * 0.999_999 && t.value <= most * ratio * 1.000_001));
        }

        #[test]
        fn scales_stay_within_their_pixels(from in 1e-8f64..1e6, to in 1e-8f64..1e6, x in -1e9f64..1e9) {
            for scale in [Scale::linear((from, to), (100.0, 20.0)), Scale::log((from, to), (100.0, 20.0))] {
                prop_assert!((20.0..=100.0).contains(&scale.px(x)));
            }
        }
    }
}
