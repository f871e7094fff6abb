use super::account::Account;
use super::flows::{Change, Flows};
use super::series::{Reach, Step, week};
use crate::domain::{Period, Span};

/// An ISO week beside the one before.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The week.
    pub week: Step,
    /// The week before.
    pub before: Step,
    /// What is different; `None` where one of the two is not wholly recorded.
    pub change: Option<Change>,
}

/// The weeks of several families together: sums of what is known.
#[derive(Clone, Debug)]
pub struct Total {
    /// What came in and what moved; `None` where nothing is known of any family.
    pub flows: Option<Flows>,
    /// What is different from the week before, over the families that are wholly recorded in both; `None` where there are none.
    pub change: Option<Change>,
    /// How many families that are.
    pub compared: usize,
    /// Families recorded to the end of the week.
    pub whole: usize,
    /// Families recorded in part.
    pub part: usize,
    /// Families of which nothing is recorded in the week.
    pub nothing: usize,
}

impl Compared {
    /// The account's week `span`, beside the one before.
    pub fn of(account: &Account, span: Span) -> Self {
        let before = Span::around(span.from.pred_opt().unwrap_or(span.from), Period::Week);
        let [week, before] = [span, before].map(|span| week(account, span));
        Self { change: week.change_from(&before), week, before }
    }

    /// Whether there is more to say of it than that nothing came in and nothing moved in either week.
    pub fn has_news(&self) -> bool {
        [&self.week, &self.before].iter().any(|week| week.known().is_some_and(|flows| !flows.is_empty()))
    }
}

impl Total {
    /// These families, and so many of which nothing at all is recorded.
    pub fn of(families: &[&Compared], unrecorded: usize) -> Self {
        let count = |reach: Reach| families.iter().filter(|one| one.week.reach == reach).count();
        let known: Vec<&Flows> = families.iter().filter_map(|one| one.week.known()).collect();
        let both: Vec<_> = families.iter().filter(|one| one.change.is_some()).collect();
        let [now, then] = [|one: &Compared| one.week.flows.clone(), |one: &Compared| one.before.flows.clone()]
            .map(|pick| both.iter().map(|one| pick(one)).collect::<Vec<_>>())
            .map(|flows| Flows::together(&flows));
        Self {
            flows: (!known.is_empty()).then(|| Flows::together(known)),
            change: (!both.is_empty()).then(|| now.change_from(&then)),
            compared: both.len(),
            whole: count(Reach::Whole),
            part: count(Reach::Part),
            nothing: count(Reach::Nothing) + unrecorded,
        }
    }
}
