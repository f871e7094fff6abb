//! The order of slots within their columns, so that ribbons cross little: sweeps that put each slot where its neighbours
//! stand, swaps of neighbours that help, and the best of all that was seen.

use std::collections::BTreeMap;

/// Sweeps over all columns, one way and the other.
const SWEEPS: usize = 8;

/// A ribbon between neighbouring columns.
#[derive(Clone, Copy, Debug)]
struct Thread {
    from: usize,
    to: usize,
    weight: f64,
}

/// Columns with the slots in them, from above.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub columns: Vec<Vec<usize>>,
    /// By column the threads that leave it.
    threads: Vec<Vec<Thread>>,
    /// By slot its place in its column.
    place: Vec<usize>,
    /// By slot a rank that it keeps within its column, whatever crosses.
    rank: Vec<u8>,
}

impl Order {
    /// Orders columns of slots that these segments join, each from a column to the next.
    pub fn of(columns: Vec<Vec<usize>>, rank: Vec<u8>, segments: &BTreeMap<(usize, usize), u64>) -> Self {
        let mut column = vec![0; rank.len()];
        for (n, slots) in columns.iter().enumerate() {
            slots.iter().for_each(|slot| column[*slot] = n);
        }
        let mut threads = vec![Vec::new(); columns.len()];
        for ((from, to), sats) in segments {
            threads[column[*from]].push(Thread { from: *from, to: *to, weight: *sats as f64 });
        }
        let mut order = Self { place: vec![0; rank.len()], columns, threads, rank };
        (0..order.columns.len()).for_each(|column| order.sort(column, |_| 0.0));
        let mut best = order.clone();
        let mut least = best.crossings();
        for sweep in 0..SWEEPS {
            let all = 0..order.columns.len();
            // Ends come first: what leads there is sorted by them.
            if sweep % 2 == 0 {
                all.rev().for_each(|column| order.follow(column, false));
            } else {
                all.for_each(|column| order.follow(column, true));
            }
            order.swap();
            let crossings = order.crossings();
            if crossings < least {
                least = crossings;
                best = order.clone();
            }
        }
        best
    }

    /// Sorts a column by rank, then by what is wished; of equals the first stays first.
    fn sort(&mut self, column: usize, wish: impl Fn(usize) -> f64) {
        let rank = &self.rank;
        self.columns[column].sort_by(|a, b| rank[*a].cmp(&rank[*b]).then(wish(*a).total_cmp(&wish(*b))));
        self.number(column);
    }

    fn number(&mut self, column: usize) {
        for (place, slot) in self.columns[column].iter().enumerate() {
            self.place[*slot] = place;
        }
    }

    /// Sorts a column by where its neighbours of the column before, or behind, stand on average.
    fn follow(&mut self, column: usize, before: bool) {
        let Some(side) = (if before { column.checked_sub(1) } else { Some(column) }) else { return };
        let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for thread in &self.threads[side] {
            let (slot, other) = if before { (thread.to, thread.from) } else { (thread.from, thread.to) };
            let sum = sums.entry(slot).or_default();
            sum.0 += thread.weight * self.place[other] as f64;
            sum.1 += thread.weight;
        }
        if !sums.is_empty() {
            let place = self.place.clone();
            let mean = |slot: usize| sums.get(&slot).map_or(place[slot] as f64, |(sum, weight)| sum / weight);
            self.sort(column, mean);
        }
    }

    /// Swaps neighbours as long as fewer ribbons cross.
    fn swap(&mut self) {
        for _ in 0..3 {
            let mut better = false;
            for column in 0..self.columns.len() {
                for at in 1..self.columns[column].len() {
                    let (upper, lower) = (self.columns[column][at - 1], self.columns[column][at]);
                    if self.rank[upper] != self.rank[lower] {
                        continue;
                    }
                    let before = self.around(column);
                    self.columns[column].swap(at - 1, at);
                    self.number(column);
                    if self.around(column) < before {
                        better = true;
                    } else {
                        self.columns[column].swap(at - 1, at);
                        self.number(column);
                    }
                }
            }
            if !better {
                return;
            }
        }
    }

    /// What crosses on both sides of a column.
    fn around(&self, column: usize) -> f64 {
        column.checked_sub(1).map_or(0.0, |before| self.crossing(before)) + self.crossing(column)
    }

    fn crossings(&self) -> f64 {
        (0..self.threads.len()).map(|column| self.crossing(column)).sum()
    }

    /// What crosses behind a column: of each pair the thinner, for that is what hides the other.
    fn crossing(&self, column: usize) -> f64 {
        let threads = &self.threads[column];
        let place = |slot: usize| self.place[slot];
        let mut sum = 0.0;
        for (n, one) in threads.iter().enumerate() {
            for two in &threads[n + 1..] {
                let left = place(one.from).cmp(&place(two.from));
                let right = place(one.to).cmp(&place(two.to));
                if left != right && left.is_ne() && right.is_ne() {
                    sum += one.weight.min(two.weight);
                }
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_untangled_is() {
        // Two threads that cross in the given order, and a thin one that crosses in any.
        let columns = vec![vec![0, 1], vec![2, 3], vec![4, 5]];
        let segments = [((0, 3), 9), ((1, 2), 9), ((0, 2), 1), ((2, 4), 5), ((3, 5), 5)].into();
        let order = Order::of(columns.clone(), vec![0; 6], &segments);
        assert!(order.crossings() < 0.5, "{:?}", order.columns);
        // A rank is kept, whatever crosses.
        let order = Order::of(columns, vec![0, 1, 0, 1, 0, 1], &segments);
        assert_eq!(order.columns, [[0, 1], [2, 3], [4, 5]]);
        assert!((order.crossings() - 9.0).abs() < 0.5, "{}", order.crossings());
    }
}
