use super::geometry::{Point, Rect, at};
use super::style::Colour;
use super::text;

/// Words that stand in a chart: one or more lines of one size and colour.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub lines: Vec<String>,
    pub size: f64,
    pub bold: bool,
    pub colour: Colour,
}

impl Label {
    pub fn width(&self) -> f64 {
        self.lines.iter().map(|line| text::width(line, self.size, self.bold)).fold(0.0, f64::max)
    }

    pub fn height(&self) -> f64 {
        self.lines.len() as f64 * self.size * text::LINE
    }
}

/// Which edge of its box a label's lines keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A label with the place that was found for it.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub bounds: Rect,
    pub align: Align,
    /// A line from the thing to the label, where they do not touch.
    pub leader: Option<(Point, Point)>,
}

/// The directions a label may lie in from its thing, as unit vectors with y downwards.
const DIRECTIONS: [(f64, f64); 16] = [
    (1.0, 0.0),
    (0.92, -0.38),
    (0.71, -0.71),
    (0.38, -0.92),
    (0.0, -1.0),
    (-0.38, -0.92),
    (-0.71, -0.71),
    (-0.92, -0.38),
    (-1.0, 0.0),
    (-0.92, 0.38),
    (-0.71, 0.71),
    (-0.38, 0.92),
    (0.0, 1.0),
    (0.38, 0.92),
    (0.71, 0.71),
    (0.92, 0.38),
];
const DISTANCES: [f64; 8] = [7.0, 12.0, 18.0, 26.0, 36.0, 48.0, 62.0, 80.0];
/// Labels keep this much free room between them.
const CLEAR: f64 = 8.0;
/// And this much to lines and marks.
const INK_CLEAR: f64 = 4.0;
/// The side of the squares in which ink is noted.
const CELL: f64 = 2.0;
/// Beyond this distance a leader says which thing is meant.
const LEADER_FROM: f64 = 16.0;

/// Which squares of the canvas are taken, and by what: labels never overlap each other and keep off lines and marks.
#[derive(Debug)]
pub(super) struct Places {
    canvas: Rect,
    room: Rect,
    taken: Vec<Rect>,
    columns: usize,
    ink: Vec<u8>,
}

/// What a square of soft ink under a label costs, in pixels of distance.
const SOFT_COST: f64 = 0.06;

/// Ink that a label must not touch: lines, marks.
pub(super) const HARD: u8 = 100;
/// Ink that a label had better not touch: grid lines.
pub(super) const SOFT: u8 = 1;

impl Places {
    /// Nothing leaves `canvas`; labels have all of it until [`Places::keep_to`] says otherwise.
    pub fn new(canvas: Rect) -> Self {
        let columns = (canvas.right / CELL).ceil().max(1.0) as usize + 1;
        let rows = (canvas.bottom / CELL).ceil().max(1.0) as usize + 1;
        Self { canvas, room: canvas, taken: Vec::new(), columns, ink: vec![0; columns * rows] }
    }

    /// Labels stay inside of `room` from now on.
    pub fn keep_to(&mut self, room: Rect) {
        self.room = room;
    }

    /// Every label placed so far.
    pub fn taken(&self) -> &[Rect] {
        &self.taken
    }

    /// Takes a place that is fixed (a tick's label).
    pub fn take(&mut self, bounds: Rect) {
        self.taken.push(bounds);
    }

    /// Takes the place if it is inside of the room and free of labels and hard ink. Unlike labels, figures in a row may
    /// stand close to each other.
    pub fn take_if_free(&mut self, bounds: Rect) -> bool {
        let free = self.canvas.holds(&bounds)
            && !self.taken.iter().any(|other| other.overlaps(&bounds))
            && self.ink_under(&bounds.grown(-1.5)).is_some();
        if free {
            self.take(bounds);
        }
        free
    }

    /// Notes a straight line.
    pub fn ink_line(&mut self, a: Point, b: Point, weight: u8) {
        let steps = (a.distance(b) / CELL).ceil().clamp(1.0, 20_000.0) as usize;
        for step in 0..=steps {
            self.ink_at(a.towards(b, step as f64 / steps as f64), weight);
        }
    }

    /// Notes a filled rectangle.
    pub fn ink_rect(&mut self, bounds: &Rect, weight: u8) {
        self.each_cell(bounds, |cell| *cell = (*cell).max(weight));
    }

    fn ink_at(&mut self, point: Point, weight: u8) {
        self.ink_rect(&Rect::new(point.x, point.y, point.x, point.y), weight);
    }

    fn each_cell(&mut self, bounds: &Rect, mut f: impl FnMut(&mut u8)) {
        for range in self.rows(bounds) {
            if let Some(cells) = self.ink.get_mut(range) {
                cells.iter_mut().for_each(&mut f);
            }
        }
    }

    /// The index ranges of the squares under a rectangle, row by row.
    fn rows(&self, bounds: &Rect) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let index = |x: f64| (x / CELL).max(0.0) as usize;
        let columns = self.columns;
        let (left, right) = (index(bounds.left).min(columns - 1), index(bounds.right).min(columns - 1));
        (index(bounds.top)..=index(bounds.bottom)).map(move |row| row * columns + left..row * columns + right + 1)
    }

    /// What it costs to write over the soft ink there; `None` where there is hard ink.
    fn ink_under(&self, bounds: &Rect) -> Option<f64> {
        let mut soft = 0;
        for cell in self.rows(bounds).filter_map(|range| self.ink.get(range)).flatten() {
            if *cell >= HARD {
                return None;
            }
            soft += u32::from(*cell);
        }
        Some(f64::from(soft) * SOFT_COST)
    }

    fn is_free(&self, bounds: &Rect) -> bool {
        let clear = bounds.grown(CLEAR);
        self.room.holds(bounds) && !self.taken.iter().any(|other| other.overlaps(&clear))
    }

    /// Finds a place near `anchor` for the label, best in direction `prefer` (as on a compass, y downwards) and close by.
    /// `None` where it would cover another label or a line.
    pub fn place(&mut self, label: &Label, anchor: Point, prefer: (f64, f64)) -> Option<Placed> {
        let (width, height) = (label.width(), label.height());
        let mut best: Option<(f64, Placed)> = None;
        for distance in DISTANCES {
            if best.as_ref().is_some_and(|(cost, _)| *cost <= distance) {
                break;
            }
            for direction in DIRECTIONS {
                let bounds = around(anchor, direction, distance, width, height);
                let against = 1.0 - (direction.0 * prefer.0 + direction.1 * prefer.1);
                let cost = distance + 22.0 * against;
                if best.as_ref().is_some_and(|(least, _)| *least <= cost) || !self.is_free(&bounds) {
                    continue;
                }
                let Some(ink) = self.ink_under(&bounds.grown(INK_CLEAR)) else { continue };
                let leader = leader(anchor, &bounds, distance);
                let crossing = leader.map_or(0.0, |l| self.crossings(l));
                let cost = cost + ink + crossing;
                if crossing.is_finite() && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    let align = match direction.0 {
                        x if x > 0.3 => Align::Left,
                        x if x < -0.3 => Align::Right,
                        _ => Align::Centre,
                    };
                    best = Some((cost, Placed { bounds, align, leader }));
                }
            }
        }
        let (_, placed) = best?;
        self.take(placed.bounds);
        if let Some((from, to)) = placed.leader {
            self.ink_line(from, to, HARD);
        }
        Some(placed)
    }

    /// Takes the best of some places that are free: an early one, with little ink under it.
    pub fn place_in(&mut self, candidates: impl IntoIterator<Item = Rect>) -> Option<Rect> {
        let mut best: Option<(f64, Rect)> = None;
        for (order, bounds) in candidates.into_iter().enumerate() {
            let order = order as f64;
            if best.as_ref().is_some_and(|(least, _)| *least <= order) {
                break;
            }
            if !self.is_free(&bounds) {
                continue;
            }
            let Some(ink) = self.ink_under(&bounds.grown(INK_CLEAR)) else { continue };
            let cost = order + ink;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, bounds));
            }
        }
        let (_, bounds) = best?;
        self.take(bounds);
        Some(bounds)
    }

    /// What a leader's way costs; infinite where it runs through a label.
    fn crossings(&self, (from, to): (Point, Point)) -> f64 {
        let steps = (from.distance(to) / CELL).ceil().max(1.0) as usize;
        let mut cost = 0.0;
        // The first steps leave the thing itself.
        for step in 4..=steps {
            let point = from.towards(to, step as f64 / steps as f64);
            let spot = Rect::new(point.x, point.y, point.x, point.y);
            if self.taken.iter().any(|label| label.grown(2.0).holds(&spot)) {
                return f64::INFINITY;
            }
            if self.ink_under(&spot).is_none() {
                cost += 15.0;
            }
        }
        cost
    }
}

fn around(anchor: Point, (dx, dy): (f64, f64), distance: f64, width: f64, height: f64) -> Rect {
    // The side that faces the anchor keeps the distance; a label above or below is centred, one at an angle starts there.
    let centre =
        at(anchor.x + dx * distance + along(dx) * width / 2.0, anchor.y + dy * distance + along(dy) * height / 2.0);
    Rect::new(centre.x - width / 2.0, centre.y - height / 2.0, centre.x + width / 2.0, centre.y + height / 2.0)
}

fn along(part: f64) -> f64 {
    if part.abs() < 0.3 { 0.0 } else { part.signum() }
}

fn leader(anchor: Point, bounds: &Rect, distance: f64) -> Option<(Point, Point)> {
    if distance < LEADER_FROM {
        return None;
    }
    let end = bounds.grown(2.0).nearest(anchor);
    let gap = (5.0 / anchor.distance(end).max(5.0)).min(0.5);
    Some((anchor.towards(end, gap), end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn labels_never_overlap_nor_leave_the_room(
            things in prop::collection::vec((0.0f64..600.0, 0.0f64..400.0, 1usize..40, 1usize..4, -1i32..2, -1i32..2), 1..40),
            lines in prop::collection::vec((0.0f64..600.0, 0.0f64..400.0, 0.0f64..600.0, 0.0f64..400.0), 0..6),
        ) {
            let room = Rect::new(10.0, 10.0, 590.0, 390.0);
            let mut places = Places::new(room);
            for (x1, y1, x2, y2) in lines {
                places.ink_line(at(x1, y1), at(x2, y2), HARD);
            }
            for (x, y, letters, lines, dx, dy) in things {
                let label = Label { lines: vec!["m".repeat(letters); lines], size: 12.0, bold: false, colour: Colour(0, 0, 0) };
                if let Some(placed) = places.place(&label, at(x, y), (f64::from(dx), f64::from(dy))) {
                    prop_assert!(places.ink_under(&placed.bounds).is_some() || placed.leader.is_some());
                }
            }
            let taken = places.taken();
            for (n, a) in taken.iter().enumerate() {
                prop_assert!(room.holds(a));
                prop_assert!(taken[n + 1..].iter().all(|b| !a.overlaps(b)));
            }
        }
    }

    #[test]
    fn a_label_prefers_its_side_and_gives_way() {
        let mut places = Places::new(Rect::new(0.0, 0.0, 400.0, 200.0));
        let label = Label { lines: vec!["label".to_owned()], size: 12.0, bold: false, colour: Colour(0, 0, 0) };
        let right = places.place(&label, at(200.0, 100.0), (1.0, 0.0)).unwrap();
        assert!(right.bounds.left > 200.0 && right.leader.is_none() && right.align == Align::Left);
        let second = places.place(&label, at(200.0, 100.0), (1.0, 0.0)).unwrap();
        assert!(!second.bounds.overlaps(&right.bounds));
        let edge = places.place(&label, at(398.0, 100.0), (1.0, 0.0)).unwrap();
        assert!(edge.bounds.right <= 398.0);
    }
}
