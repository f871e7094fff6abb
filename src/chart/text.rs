use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb;
use ttf_parser::Face;

/// What the SVG asks for; the first is the one that widths are measured with and that is built in for PNG.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, Arial, sans-serif";
/// Room that a line of text takes, as a share of its size.
pub(super) const LINE: f64 = 1.28;

/// The built-in fonts for rendering, read once.
pub(super) fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
            fonts.load_font_source(fontdb::Source::Binary(Arc::new(font)));
        }
        fonts.set_sans_serif_family("DejaVu Sans");
        Arc::new(fonts)
    };
    FONTS.get_or_init(load).clone()
}

/// How wide `text` is at `size` pixels.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let advances = advances(bold);
    text.chars().map(|c| advances.of(c)).sum::<f64>() * size
}

/// Breaks `text` between words into lines of at most `room` pixels; a longer word is cut.
pub(super) fn wrap(text: &str, size: f64, bold: bool, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width(&longer, size, bold) <= room {
                *line = longer;
                continue;
            }
        }
        lines.push(clip(word, size, bold, room));
    }
    lines
}

/// Breaks `text` into at most `most` lines and marks what is left out with an ellipsis.
pub(super) fn wrap_to(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines = wrap(text, size, bold, room);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = clip(&format!("{last} …"), size, bold, room);
            if !last.ends_with('…') {
                last.push('…');
            }
        }
    }
    lines
}

/// Breaks `text` into as few lines as it needs, of like length: no line with a single word in it.
pub(super) fn balanced(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let lines = wrap_to(text, size, bold, room, most);
    if lines.len() < 2 {
        return lines;
    }
    let even = width(text, size, bold) / lines.len() as f64;
    let narrower = (0..12).map(|n| even * (1.02 + 0.06 * f64::from(n))).take_while(|width| *width < room);
    let mut tries = narrower.map(|width| wrap(text, size, bold, width));
    tries.find(|t| t.len() == lines.len() && !t.iter().any(|line| line.ends_with('…'))).unwrap_or(lines)
}

/// Cuts `text` to `room` pixels, with an ellipsis where something is cut.
pub(super) fn clip(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = width("…", size, bold);
    for c in text.chars() {
        used += advances(bold).of(c) * size;
        if used > room {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// The widths of a font's characters, as shares of its size.
struct Advances {
    face: Option<Face<'static>>,
    latin: [f64; 256],
}

impl Advances {
    fn read(font: &'static [u8]) -> Self {
        let face = Face::parse(font, 0).ok();
        let mut advances = Self { face, latin: [0.0; 256] };
        for code in 0..=255u8 {
            advances.latin[usize::from(code)] = advances.look_up(char::from(code));
        }
        advances
    }

    fn of(&self, c: char) -> f64 {
        self.latin.get(c as usize).copied().unwrap_or_else(|| self.look_up(c))
    }

    fn look_up(&self, c: char) -> f64 {
        // A character without a glyph is drawn as a box of about this width.
        let Some(face) = &self.face else { return 0.65 };
        let glyph = face.glyph_index(c).unwrap_or_default();
        face.glyph_hor_advance(glyph).map_or(0.65, |w| f64::from(w) / f64::from(face.units_per_em()))
    }
}

fn advances(bold: bool) -> &'static Advances {
    static REGULAR: OnceLock<Advances> = OnceLock::new();
    static BOLD: OnceLock<Advances> = OnceLock::new();
    match bold {
        false => REGULAR.get_or_init(|| Advances::read(dejavu::sans::regular())),
        true => BOLD.get_or_init(|| Advances::read(dejavu::sans::bold())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_measured_with_the_font_that_draws_it() {
        // DejaVu Sans: "0" is 1303 of 2048 units wide, bold 1425.
        assert!((width("00", 10.0, false) - 20.0 * 1303.0 / 2048.0).abs() < 1e-9);
        assert!((width("0", 10.0, true) - 10.0 * 1425.0 / 2048.0).abs() < 1e-9);
        assert!(width("“日本”", 10.0, false) > 10.0);
    }

    #[test]
    fn lines_keep_to_their_room() {
        let check = |text: &str, room: f64, most: usize| {
            let lines = wrap_to(text, 12.0, false, room, most);
            assert!(lines.len() <= most && lines.iter().all(|l| width(l, 12.0, false) <= room), "{lines:?}");
        };
        check("", 100.0, 2);
        check("one two three four five six seven eight nine ten", 80.0, 3);
        check("Donaudampfschifffahrtsgesellschaftskapitän", 60.0, 2);
        check("a b c d e f g h i j k l m n o p q r s t u v", 40.0, 1);
    }
}
