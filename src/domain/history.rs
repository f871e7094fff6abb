use super::{BlockRef, State, Time};

/// What somebody once said of where a transaction stands; the present is what was said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// When it was asked.
    pub at: Time,
    /// Who said it.
    pub explorer: String,
    /// Where it stood.
    pub state: State,
}

impl Observation {
    /// The block, if it stood in one.
    pub fn block(&self) -> Option<&BlockRef> {
        self.state.block()
    }
}
