//! The answers as data: plain structs that serialise, each with a JSON schema from the same derive. What a surface prints, exports, packs or sends is
//! one of these and nothing else, so that two surfaces cannot disagree.
//!
//! Unknown is `null`, never 0 and never a word. Satoshis are integers; money is decimal text, rounded once, here. A caveat has a code, what it is about, and its
//! numbers; surfaces put it into words.

mod money;

pub use money::Money;
