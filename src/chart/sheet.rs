use super::canvas::{Canvas, Layer};
use super::dates::TimeAxis;
use super::geometry::{Point, Rect, at};
use super::labels::{Align, HARD, Label, Placed, Places, SOFT};
use super::style::{Colour, Palette, size};
use super::text;
use super::{Drawing, Input};

const MARGIN: f64 = 40.0;
const RIGHT: f64 = 36.0;
/// Between the plot and the axis' labels.
const TICK_GAP: f64 = 9.0;
const LEGEND_ROW: f64 = 20.0;
const LEGEND_MARK: f64 = 16.0;
const LEGEND_GAP: f64 = 22.0;
/// Height of a bold line.
pub(super) const ONE_LINE: f64 = size::LABEL * text::LINE;
/// Height of a bold line with a small one under it.
pub(super) const TWO_LINES: f64 = ONE_LINE + size::SMALL * text::LINE;

/// The sheet that every chart is drawn on: headline and subtitle above, axes around the plot, sources at the foot.
#[derive(Debug)]
pub(super) struct Sheet {
    pub palette: Palette,
    pub canvas: Canvas,
    pub places: Places,
    /// Where data is drawn.
    pub plot: Rect,
    width: f64,
    name: String,
    words: Words,
    /// Heights of the grid lines; they are drawn last, because they give way to labels.
    grid: Vec<f64>,
    labels: Vec<Rect>,
}

/// What a page says in words.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub headline: String,
    pub subtitle: String,
    pub foot: Vec<String>,
}

impl Sheet {
    /// Sets the words and leaves room for a legend above the plot and for `below` pixels under the date axis.
    pub fn new(input: &Input<'_>, chart: &str, words: Words, legend: f64, below: f64) -> Self {
        let (w, h) = input.look.size.pixels();
        let (width, height) = (f64::from(w), f64::from(h));
        let places = Places::new(Rect::new(8.0, 8.0, width - 8.0, height - 8.0));
        let mut page = Self {
            palette: Palette::of(input.look.theme),
            canvas: Canvas::new((w, h)),
            places,
            plot: Rect::new(MARGIN, 0.0, width - RIGHT, height),
            width,
            name: format!("{}-{chart}", input.family.name),
            words,
            grid: Vec::new(),
            labels: Vec::new(),
        };
        let top = page.set_head();
        let foot_top = page.set_foot(height);
        page.plot.top = top + legend + 24.0;
        page.plot.bottom =
            (foot_top - 14.0 - below - 2.0 * size::AXIS * text::LINE - TICK_GAP).max(page.plot.top + 60.0);
        page
    }

    fn room(&self) -> f64 {
        self.width - MARGIN - RIGHT
    }

    /// Headline and subtitle; returns where they end.
    fn set_head(&mut self) -> f64 {
        let Palette { ink, grey, .. } = self.palette;
        let (lines, type_size) = fit_headline(&self.words.headline, self.room());
        let mut y = 24.0;
        for line in &lines {
            y = self.line(line, type_size, true, ink, y);
        }
        y += 7.0;
        for line in text::balanced(&self.words.subtitle.clone(), size::SUBTITLE, false, self.room(), 3) {
            y = self.line(&line, size::SUBTITLE, false, grey, y);
        }
        y
    }

    /// The foot, from below; returns where it begins.
    fn set_foot(&mut self, height: f64) -> f64 {
        let foot = self.words.foot.clone();
        let room = self.room();
        let lines: Vec<String> =
            foot.iter().flat_map(|p| text::balanced(p, size::FOOT, false, room, 3)).take(7).collect();
        let top = height - 18.0 - lines.len() as f64 * size::FOOT * text::LINE;
        let mut y = top;
        for line in &lines {
            y = self.line(line, size::FOOT, false, self.palette.grey, y);
        }
        top
    }

    /// One line of the sheet's own text at the left margin; returns where it ends.
    fn line(&mut self, line: &str, type_size: f64, bold: bool, colour: Colour, top: f64) -> f64 {
        let height = type_size * text::LINE;
        self.canvas.text(line, type_size, bold, colour, Align::Left, at(MARGIN, baseline(top, type_size, 0)));
        let bounds = Rect::new(MARGIN, top, MARGIN + text::width(line, type_size, bold), top + height);
        self.places.take(bounds);
        top + height
    }

    /// The marks and their meanings, in rows between subtitle and plot, in the room that [`Sheet::new`] left for them.
    pub fn legend<K: Copy>(&mut self, rows: &[Vec<(K, String)>], mark: impl Fn(&mut Canvas, Palette, K, Point)) {
        let mut top = self.plot.top - 24.0 - legend_height(rows) + 9.0;
        for row in rows {
            let mut x = MARGIN;
            for (kind, words) in row {
                mark(&mut self.canvas, self.palette, *kind, at(x + 6.0, top + size::LABEL * 0.68));
                let left = x + LEGEND_MARK;
                let place = at(left, baseline(top, size::LABEL, 0));
                self.canvas.text(words, size::LABEL, false, self.palette.grey, Align::Left, place);
                let right = left + text::width(words, size::LABEL, false);
                self.places.take(Rect::new(x, top, right, top + size::LABEL * text::LINE));
                x = right + LEGEND_GAP;
            }
            top += LEGEND_ROW;
        }
    }

    /// Moves the plot's left edge so that labels of these words have room beside it.
    pub fn make_room_left<'a>(&mut self, labels: impl IntoIterator<Item = &'a str>) {
        let widest = labels.into_iter().map(|l| text::width(l, size::AXIS, false)).fold(0.0, f64::max);
        self.plot.left = MARGIN + widest + TICK_GAP;
        let Rect { left, top, right, bottom } = self.plot;
        self.places.keep_to(Rect::new(left + 4.0, top - 18.0, right + 6.0, bottom - 3.0));
    }

    /// A pale line across the plot at `y`, with its label on the left.
    pub fn grid_line(&mut self, y: f64, label: &str, base: bool) {
        let y = (y - 0.5).round() + 0.5;
        let (from, to) = (at(self.plot.left, y), at(self.plot.right, y));
        if base {
            self.canvas.path(Layer::Line, self.palette.base, 1.0, vec![from, to]);
        } else {
            self.grid.push(y);
        }
        self.places.ink_line(from, to, SOFT);
        self.side_label(y, label, size::AXIS);
    }

    /// The grid of a scale that has no natural zero: a line at each place with its label, and one at the foot.
    pub fn grid_lines<'a>(&mut self, places: impl Iterator<Item = (f64, &'a String)>) {
        let mut bare = true;
        for (y, label) in places {
            let base = self.plot.bottom - y < 10.0;
            bare &= !base;
            self.grid_line(if base { self.plot.bottom } else { y }, label, base);
        }
        if bare {
            self.grid_line(self.plot.bottom, "", true);
        }
    }

    /// Grey words left of the plot, centred on `y`.
    pub fn side_label(&mut self, y: f64, label: &str, type_size: f64) {
        let right = self.plot.left - TICK_GAP;
        let half = type_size * 0.5;
        let bounds = Rect::new(right - text::width(label, type_size, false), y - half, right, y + half);
        let free = !label.is_empty() && self.places.taken().iter().all(|other| !other.overlaps(&bounds));
        if free {
            let place = at(right, y + type_size * 0.36);
            self.canvas.text(label, type_size, false, self.palette.grey, Align::Right, place);
            self.places.take(bounds);
        }
    }

    /// The dates under the plot.
    pub fn date_axis(&mut self, axis: &TimeAxis) {
        for tick in axis.ticks((8.0, self.width - 8.0)) {
            self.below(tick.x, &tick.label, 0);
            if let Some(under) = &tick.under {
                self.below(tick.x, under, 1);
            }
        }
    }

    /// Grey words under the plot, in the first or second row.
    pub fn below(&mut self, x: f64, label: &str, row: usize) {
        let top = self.plot.bottom + TICK_GAP - 2.0;
        let height = size::AXIS * text::LINE;
        let half = text::width(label, size::AXIS, false) / 2.0;
        let place = at(x, baseline(top, size::AXIS, row));
        self.canvas.text(label, size::AXIS, false, self.palette.grey, Align::Centre, place);
        let top = top + row as f64 * height;
        self.places.take(Rect::new(x - half, top, x + half, top + height));
    }

    /// Small words centred on `x` with their top at `y`; `false` where there is no room.
    pub fn small(&mut self, x: f64, y: f64, label: &str, colour: Colour, bold: bool) -> bool {
        let half = text::width(label, size::SMALL, bold) / 2.0;
        let bounds = Rect::new(x - half, y, x + half, y + size::SMALL * text::LINE);
        let free = self.places.take_if_free(bounds);
        if free {
            let place = at(x, baseline(y, size::SMALL, 0));
            self.canvas.text(label, size::SMALL, bold, colour, Align::Centre, place);
            self.labels.push(bounds);
        }
        free
    }

    /// A bold line, and a small one under it where there are words for it, level with `middle`; `false` where there is no room.
    pub fn two_lines(&mut self, (name, rest): (&str, &str), colour: Colour, align: Align, middle: Point) -> bool {
        let width = text::width(name, size::LABEL, true).max(text::width(rest, size::SMALL, false));
        let left = match align {
            Align::Left => middle.x,
            Align::Centre => middle.x - width / 2.0,
            Align::Right => middle.x - width,
        };
        let height = if rest.is_empty() { ONE_LINE } else { TWO_LINES };
        let top = middle.y - height / 2.0;
        let bounds = Rect::new(left, top, left + width, top + height);
        let free = self.places.take_if_free(bounds);
        if free {
            let first = at(middle.x, baseline(top, size::LABEL, 0));
            self.canvas.text(name, size::LABEL, true, colour, align, first);
            let second = at(middle.x, baseline(top + ONE_LINE, size::SMALL, 0));
            self.canvas.text(rest, size::SMALL, false, self.palette.grey, align, second);
            self.labels.push(bounds);
        }
        free
    }

    /// Two rings in each other: the mark of coins that were mixed with others'.
    pub fn rings(&mut self, colour: Colour, centre: Point) {
        for dx in [-3.5, 3.5] {
            self.canvas.ring(Layer::Mark, colour, at(centre.x + dx, centre.y), 5.0, 1.5);
        }
    }

    /// A label of the plot.
    pub fn label(&self, lines: &[String], colour: Colour, bold: bool) -> Label {
        Label { lines: lines.to_vec(), size: size::LABEL, bold, colour }
    }

    /// Places a label near `anchor` and draws it; `false` where there is no room.
    pub fn annotate(&mut self, label: &Label, anchor: Point, prefer: (f64, f64)) -> bool {
        let Some(Placed { bounds, align, leader }) = self.places.place(label, anchor, prefer) else { return false };
        if let Some((from, to)) = leader {
            let colour = label.colour.mixed(self.palette.paper, 0.25);
            self.canvas.path(Layer::Grid, colour, 1.0, vec![from, to]);
        }
        self.write(label, bounds, align);
        true
    }

    /// Draws a label in the best of some places; `false` where none is free.
    pub fn annotate_in(&mut self, label: &Label, align: impl Fn(&Rect) -> Align, places: Vec<Rect>) -> bool {
        let Some(bounds) = self.places.place_in(places) else { return false };
        let align = align(&bounds);
        self.write(label, bounds, align);
        true
    }

    fn write(&mut self, label: &Label, bounds: Rect, align: Align) {
        let x = match align {
            Align::Left => bounds.left,
            Align::Centre => bounds.centre().x,
            Align::Right => bounds.right,
        };
        for (row, line) in label.lines.iter().enumerate() {
            let place = at(x, baseline(bounds.top, label.size, row));
            self.canvas.text(line, label.size, label.bold, label.colour, align, place);
        }
        self.labels.push(bounds);
    }

    /// A line through `points` that labels keep off.
    pub fn line_of_data(&mut self, colour: Colour, width: f64, points: Vec<Point>) {
        for pair in points.windows(2) {
            self.places.ink_line(pair[0], pair[1], HARD);
        }
        self.canvas.path(Layer::Line, colour, width, points);
    }

    /// A dashed line that labels keep off.
    pub fn dashed(&mut self, colour: Colour, from: Point, to: Point) {
        self.places.ink_line(from, to, HARD);
        self.canvas.path(Layer::Rule, colour, 1.25, vec![from, to]);
    }

    /// A dot that labels keep off.
    pub fn dot(&mut self, colour: Colour, centre: Point, radius: f64) {
        let Point { x, y } = centre;
        self.places.ink_rect(&Rect::new(x - radius, y - radius, x + radius, y + radius), HARD);
        self.canvas.dot(Layer::Mark, colour, 1.0, centre, radius);
    }

    /// Fills the plot with a sentence that says why there is no picture.
    pub fn say_instead(&mut self, sentence: &str) {
        let (x, y) = (MARGIN, self.plot.top + 24.0);
        self.canvas.path(Layer::Grid, self.palette.grid, 1.0, vec![at(x, y - 20.0), at(self.plot.right, y - 20.0)]);
        let mut y = y;
        for line in text::wrap_to(sentence, 16.0, false, self.room(), 6) {
            y = self.line(&line, 16.0, false, self.palette.ink, y);
        }
    }

    fn draw_grid(&mut self) {
        for y in std::mem::take(&mut self.grid) {
            let mut gaps: Vec<(f64, f64)> = self
                .labels
                .iter()
                .filter(|label| (label.top..=label.bottom).contains(&y))
                .map(|label| (label.left - 5.0, label.right + 5.0))
                .collect();
            gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut from = self.plot.left;
            for (left, right) in gaps.into_iter().chain([(self.plot.right, self.plot.right)]) {
                if left > from {
                    let line = vec![at(from, y), at(left.min(self.plot.right), y)];
                    self.canvas.path(Layer::Grid, self.palette.grid, 1.0, line);
                }
                from = from.max(right);
            }
        }
    }

    /// The finished drawing.
    pub fn finish(mut self, csv: String, alt: String) -> Drawing {
        self.draw_grid();
        let Words { headline, subtitle, foot } = self.words;
        let svg = self.canvas.into_svg(&self.name, &headline, &alt, self.palette.paper);
        let labels = self.places.taken().to_vec();
        Drawing { headline, subtitle, foot, svg, csv, alt, labels }
    }
}

/// Breaks a legend into rows that fit the sheet.
pub(super) fn legend_rows<K>(input: &Input<'_>, items: Vec<(K, String)>) -> Vec<Vec<(K, String)>> {
    let room = f64::from(input.look.size.pixels().0) - MARGIN - RIGHT;
    let mut rows: Vec<Vec<(K, String)>> = Vec::new();
    let mut free = 0.0;
    for item in items {
        let width = LEGEND_MARK + text::width(&item.1, size::LABEL, false);
        if width > free {
            rows.push(Vec::new());
            free = room;
        }
        free -= width + LEGEND_GAP;
        if let Some(row) = rows.last_mut() {
            row.push(item);
        }
    }
    rows
}

/// The room that a legend takes.
pub(super) fn legend_height<K>(rows: &[Vec<(K, String)>]) -> f64 {
    if rows.is_empty() { 0.0 } else { 6.0 + rows.len() as f64 * LEGEND_ROW }
}

/// The baseline of a row of text in a box.
fn baseline(top: f64, type_size: f64, row: usize) -> f64 {
    top + row as f64 * type_size * text::LINE + type_size * 0.98
}

/// One large line, or two smaller ones; what does not fit even so is cut.
fn fit_headline(headline: &str, room: f64) -> (Vec<String>, f64) {
    for type_size in [24.0, 23.0, 22.0, 21.0] {
        if text::width(headline, type_size, true) <= room {
            return (vec![headline.to_owned()], type_size);
        }
    }
    for type_size in [22.0, 20.0, 18.0] {
        let lines = text::wrap(headline, type_size, true, room);
        if lines.len() <= 2 {
            return (text::balanced(headline, type_size, true, room, 2), type_size);
        }
    }
    (text::balanced(headline, 17.0, true, room, 3), 17.0)
}
