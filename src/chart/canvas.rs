use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle};

use super::geometry::{Point, Rect};
use super::labels::Align;
use super::style::Colour;
use super::text;
use crate::domain::words;

/// plotters' SVG has whole coordinates only: drawn this many times larger, lines can stand between pixels.
pub(super) const FINE: f64 = 4.0;

/// The groups of the SVG, from back to front, with the attributes that their shapes share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Area,
    Grid,
    Bar,
    Line,
    Rule,
    Mark,
    Text,
}

impl Layer {
    const ALL: [(Layer, &'static str); 7] = [
        (Layer::Area, "class=\"areas\""),
        (Layer::Grid, "class=\"grid\""),
        (Layer::Bar, "class=\"bars\""),
        (Layer::Line, "class=\"lines\" stroke-linejoin=\"round\""),
        (Layer::Rule, "class=\"rules\" stroke-dasharray=\"20 14\""),
        (Layer::Mark, "class=\"marks\""),
        (Layer::Text, "class=\"text\""),
    ];
}

/// One shape, in nominal pixels.
#[derive(Clone, Debug)]
enum Shape {
    Path(Vec<Point>, f64),
    Polygon(Vec<Point>),
    Rect(Rect),
    Dot(Point, f64),
    Ring(Point, f64, f64),
    Text { content: String, size: f64, bold: bool, align: Align, baseline: Point },
}

/// Collects shapes and hands them to plotters, layer by layer.
#[derive(Debug)]
pub(super) struct Canvas {
    size: (u32, u32),
    shapes: Vec<(Layer, Colour, f64, Shape)>,
}

impl Canvas {
    pub fn new(size: (u32, u32)) -> Self {
        Self { size, shapes: Vec::new() }
    }

    pub fn path(&mut self, layer: Layer, colour: Colour, width: f64, points: Vec<Point>) {
        if points.len() > 1 {
            self.shapes.push((layer, colour, 1.0, Shape::Path(points, width)));
        }
    }

    pub fn polygon(&mut self, layer: Layer, colour: Colour, points: Vec<Point>) {
        if points.len() > 2 {
            self.shapes.push((layer, colour, 1.0, Shape::Polygon(points)));
        }
    }

    pub fn rect(&mut self, layer: Layer, colour: Colour, bounds: Rect) {
        self.shapes.push((layer, colour, 1.0, Shape::Rect(bounds)));
    }

    pub fn dot(&mut self, layer: Layer, colour: Colour, opacity: f64, centre: Point, radius: f64) {
        self.shapes.push((layer, colour, opacity, Shape::Dot(centre, radius)));
    }

    pub fn ring(&mut self, layer: Layer, colour: Colour, centre: Point, radius: f64, width: f64) {
        self.shapes.push((layer, colour, 1.0, Shape::Ring(centre, radius, width)));
    }

    /// One line of text on its baseline. What acts, and what XML forbids, is written out.
    pub fn text(&mut self, content: &str, size: f64, bold: bool, colour: Colour, align: Align, baseline: Point) {
        let content = words::shown(content).into_owned();
        self.shapes.push((Layer::Text, colour, 1.0, Shape::Text { content, size, bold, align, baseline }));
    }

    /// The whole document. `name` keeps its ids apart from those of other charts on one page.
    pub fn into_svg(self, name: &str, title: &str, desc: &str, paper: Colour) -> String {
        let (w, h) = self.size;
        let (fine_w, fine_h) = (fine(f64::from(w)), fine(f64::from(h)));
        let id: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let mut svg = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"en\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {fine_w} {fine_h}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" \
             font-family=\"{}\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
             <rect width=\"{fine_w}\" height=\"{fine_h}\" fill=\"{}\"/>\n",
            text::FAMILIES,
            escaped(title),
            escaped(desc),
            hex(paper),
        );
        for (layer, attributes) in Layer::ALL {
            let shapes: Vec<_> = self.shapes.iter().filter(|(of, ..)| *of == layer).collect();
            if shapes.is_empty() {
                continue;
            }
            let mut drawn = String::new();
            {
                let size = (fine_w.unsigned_abs(), fine_h.unsigned_abs());
                let mut backend = SVGBackend::with_string(&mut drawn, size);
                for (_, colour, opacity, shape) in shapes {
                    draw(&mut backend, *colour, *opacity, shape);
                }
                backend.present().ok();
            }
            svg.push_str(&format!("<g {attributes}>\n"));
            tidy(&drawn, &mut svg);
            svg.push_str("</g>\n");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn fine(pixels: f64) -> i32 {
    (pixels * FINE).round() as i32
}

fn hex(colour: Colour) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

fn escaped(text: &str) -> String {
    words::shown(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn draw(backend: &mut SVGBackend<'_>, colour: Colour, opacity: f64, shape: &Shape) {
    let to = |p: &Point| (fine(p.x), fine(p.y));
    let rgba = RGBAColor(colour.0, colour.1, colour.2, opacity);
    let style = |width: f64| ShapeStyle { color: rgba, filled: false, stroke_width: fine(width).unsigned_abs() };
    let drawn = match shape {
        Shape::Path(points, width) => backend.draw_path(distinct(points), &style(*width)),
        Shape::Polygon(points) => backend.fill_polygon(distinct(points), &style(0.0)),
        Shape::Rect(b) => {
            backend.draw_rect((fine(b.left), fine(b.top)), (fine(b.right), fine(b.bottom)), &style(0.0), true)
        }
        Shape::Dot(centre, radius) => backend.draw_circle(to(centre), fine(*radius).unsigned_abs(), &style(0.0), true),
        Shape::Ring(centre, radius, width) => {
            backend.draw_circle(to(centre), fine(*radius).unsigned_abs(), &style(*width), false)
        }
        Shape::Text { content, size, bold, align, baseline } => {
            // plotters shrinks type by this factor for SVG.
            let size = size * FINE * 1.24;
            let weight = if *bold { FontStyle::Bold } else { FontStyle::Normal };
            let h_pos = match align {
                Align::Left => HPos::Left,
                Align::Centre => HPos::Center,
                Align::Right => HPos::Right,
            };
            let font = FontDesc::new(FontFamily::Name(text::FAMILIES), size, weight);
            let style = font.color(&rgba).pos(Pos::new(h_pos, VPos::Top));
            backend.draw_text(content, &style, to(baseline))
        }
    };
    // The back end writes to a string, which cannot fail.
    drawn.ok();
}

/// The points in plotters' coordinates, without those that fall together with the one before.
fn distinct(points: &[Point]) -> Vec<(i32, i32)> {
    let mut fine: Vec<(i32, i32)> = points.iter().map(|p| (fine(p.x), fine(p.y))).collect();
    fine.dedup();
    fine
}

/// Takes over what plotters wrote for a layer: without the outer element, opacity as that of fill or stroke (a group
/// opacity makes renderers draw each shape on a canvas of its own), text on its baseline and on one line.
fn tidy(drawn: &str, svg: &mut String) {
    let mut lines = drawn.lines().filter(|line| !line.starts_with("<svg") && !line.starts_with("</svg"));
    while let Some(line) = lines.next() {
        let stroked = line.starts_with("<polyline") || line.contains(" fill=\"none\"");
        let mut rest = line;
        while let Some((before, attribute, after)) = next_attribute(rest) {
            svg.push_str(before);
            let (name, value) = attribute;
            match name {
                "opacity" if value == "1" => {}
                "opacity" => push(svg, if stroked { "stroke-opacity" } else { "fill-opacity" }, value),
                "font-size" => {
                    let size: f64 = value.parse().unwrap_or(0.0);
                    push(svg, name, &format!("{}", (size * 100.0).round() / 100.0));
                }
                "stroke-width" if !stroked => {}
                "stroke" if value == "none" => {}
                "text-anchor" if value == "start" => {}
                "dy" | "font-family" => {}
                _ => push(svg, name, value.trim_end()),
            }
            rest = after;
        }
        svg.push_str(rest);
        if line.starts_with("<text") {
            svg.push_str(lines.next().unwrap_or_default());
            svg.push_str(lines.next().unwrap_or_default());
        }
        svg.push('\n');
    }
}

fn push(svg: &mut String, name: &str, value: &str) {
    svg.push_str(&format!(" {name}=\"{value}\""));
}

/// Splits ` name="value"` off: what stands before it, the attribute, the rest.
fn next_attribute(text: &str) -> Option<(&str, (&str, &str), &str)> {
    let equals = text.find("=\"")?;
    let space = text[..equals].rfind(' ')?;
    let close = equals + 2 + text[equals + 2..].find('"')?;
    Some((&text[..space], (&text[space + 1..equals], &text[equals + 2..close]), &text[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::geometry::at;

    #[test]
    fn the_svg_is_plain_and_says_what_it_is() {
        let mut canvas = Canvas::new((100, 50));
        let blue = Colour(0, 0x72, 0xB2);
        canvas.dot(Layer::Mark, blue, 0.5, at(10.25, 20.0), 2.0);
        canvas.path(Layer::Line, blue, 1.5, vec![at(0.0, 0.0), at(1.0, 1.25)]);
        canvas.text("<Q & \u{1}A>", 11.0, true, blue, Align::Right, at(50.0, 12.5));
        let svg = canvas.into_svg("a b", "T < U", "d", Colour(255, 255, 255));
        let check = |part: &str| assert!(svg.contains(part), "{part} is not in {svg}");
        check(
            "width=\"100\" height=\"50\" viewBox=\"0 0 400 200\" role=\"img\" aria-labelledby=\"a-b-title a-b-desc\"",
        );
        check("<title id=\"a-b-title\">T &lt; U</title>");
        check("<circle cx=\"41\" cy=\"80\" r=\"8\" fill-opacity=\"0.5\" fill=\"#0072B2\"/>\n");
        check("<polyline fill=\"none\" stroke=\"#0072B2\" stroke-width=\"6\" points=\"0,0 4,5\"/>\n");
        check("<text x=\"200\" y=\"50\" text-anchor=\"end\" font-size=\"44\" fill=\"#0072B2\" font-weight=\"bold\">");
        check("&lt;Q &amp; \\u{1}A&gt;</text>\n");
    }
}
