//! What the pictures of a trail make of its ends: words, places and colours.

use super::style::{Colour, Palette};
use crate::trace::{End, EndKind};

impl EndKind {
    /// What a reader must know of it, in a few words.
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Service => "a service",
            Self::Mixer => "a mixer",
            Self::CoinJoin => "mixed with others’ coins",
            Self::FanOut => "into transactions of many outputs",
            Self::Returned => "back at the family’s addresses",
            Self::Unspent => "had not moved",
            Self::Budget => "moved on, beyond the limits",
            Self::Unrecorded => "may be spent or not",
            Self::Fees => "to miners",
        }
    }

    /// Kinds that stand together in a picture, from above.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Service => 0,
            Self::Mixer | Self::CoinJoin | Self::FanOut | Self::Returned | Self::Unspent => 1,
            Self::Budget | Self::Unrecorded => 2,
            Self::Fees => 3,
        }
    }

    /// The picture does not say what became of them: drawn hollow.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Budget | Self::Unrecorded)
    }

    /// Inputs and outputs cannot be told to belong together: marked by two rings.
    pub(super) fn is_mixing(self) -> bool {
        matches!(self, Self::Mixer | Self::CoinJoin)
    }

    /// The colour of its mark and words.
    pub(super) fn colour(self, palette: Palette) -> Colour {
        match self {
            Self::Service => palette.outward,
            Self::Mixer | Self::CoinJoin => palette.ink,
            Self::Returned | Self::Unspent => palette.inward,
            Self::FanOut | Self::Budget | Self::Unrecorded | Self::Fees => palette.grey,
        }
    }

    /// The colour of the coins on their way there.
    pub(super) fn pale(self, palette: Palette) -> Colour {
        let share = match self {
            Self::Service => 0.38,
            Self::Mixer | Self::CoinJoin => 0.55,
            Self::Returned => 0.4,
            Self::Unspent => 0.6,
            Self::FanOut => 0.5,
            Self::Fees => 0.4,
            Self::Budget | Self::Unrecorded => return palette.band,
        };
        self.colour(palette).mixed(palette.paper, share)
    }
}

impl End {
    /// `exchange`, `may be spent or not`; nothing where several services are taken together.
    pub(super) fn note(&self) -> &str {
        let folded = matches!(self.kind, EndKind::Service | EndKind::Mixer);
        self.category.as_deref().unwrap_or(if folded { "" } else { self.kind.note() })
    }
}
