use crate::domain::one_of;

/// On which ground a chart stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// White paper.
    #[default]
    Print,
    /// A dark screen.
    Dark,
}

/// The crop of a chart, in nominal pixels; the PNG has twice as many each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 1000 × 620.
    #[default]
    Wide,
    /// 800 × 800.
    Square,
    /// 720 × 1080.
    Tall,
}

impl Size {
    /// Width and height in nominal pixels.
    pub fn pixels(self) -> (u32, u32) {
        match self {
            Size::Wide => (1000, 620),
            Size::Square => (800, 800),
            Size::Tall => (720, 1080),
        }
    }
}

/// How a chart is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// Crop.
    pub size: Size,
}

impl std::str::FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(one_of("theme", text, [("print", Theme::Print), ("dark", Theme::Dark)], |theme| theme.0)?.1)
    }
}

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [("wide", Size::Wide), ("square", Size::Square), ("tall", Size::Tall)];
        Ok(one_of("size", text, all, |size| size.0)?.1)
    }
}

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// This colour with `share` of `other` in it. Mixing instead of opacity keeps overlaps even and rendering fast.
    pub fn mixed(self, other: Colour, share: f64) -> Colour {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Colour(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The colours of a theme by what they stand for. In and out are of Okabe and Ito's palette, which colour-blind eyes can
/// tell apart; they also differ in greyscale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    pub paper: Colour,
    pub ink: Colour,
    /// Subtitle, axis labels, foot.
    pub grey: Colour,
    pub grid: Colour,
    /// The line at zero.
    pub base: Colour,
    /// Money in.
    pub inward: Colour,
    /// Money out, and thresholds.
    pub outward: Colour,
    /// Areas and bands of money in.
    pub inward_pale: Colour,
    /// Bands of what was demanded.
    pub band: Colour,
}

impl Palette {
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Print => {
                let (paper, inward) = (Colour(255, 255, 255), Colour(0x00, 0x72, 0xB2));
                Self {
                    paper,
                    ink: Colour(0x1C, 0x26, 0x30),
                    grey: Colour(0x68, 0x72, 0x7F),
                    grid: Colour(0xDD, 0xE2, 0xE8),
                    base: Colour(0xB4, 0xBC, 0xC6),
                    inward,
                    outward: Colour(0xD5, 0x5E, 0x00),
                    inward_pale: paper.mixed(inward, 0.13),
                    band: Colour(0xE8, 0xEB, 0xEF),
                }
            }
            Theme::Dark => {
                let (paper, inward) = (Colour(0x14, 0x1A, 0x21), Colour(0x56, 0xB4, 0xE9));
                Self {
                    paper,
                    ink: Colour(0xEC, 0xF0, 0xF4),
                    grey: Colour(0x9C, 0xA8, 0xB5),
                    grid: Colour(0x29, 0x32, 0x3C),
                    base: Colour(0x55, 0x61, 0x6E),
                    inward,
                    outward: Colour(0xFF, 0x8A, 0x3D),
                    inward_pale: paper.mixed(inward, 0.20),
                    band: Colour(0x2B, 0x35, 0x40),
                }
            }
        }
    }
}

/// Sizes of type, in nominal pixels.
pub(super) mod size {
    pub const SUBTITLE: f64 = 14.0;
    pub const AXIS: f64 = 13.0;
    pub const LABEL: f64 = 13.0;
    pub const SMALL: f64 = 11.0;
    pub const FOOT: f64 = 10.5;
}
