//! What softens or sharpens a number.

named!(
    /// How a word before the number changes it.
    Modifier {
        MoreThan = "more-than", AtLeast = "at-least", LessThan = "less-than", AtMost = "at-most", About = "about",
        JustOver = "just-over", JustUnder = "just-under", Exactly = "exactly",
    }
);
