use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use anyhow::Result;
use chrono_tz::Tz;

use super::{Casebook, Inquiry, LinkedAddresses, linked};
use crate::claims::{self, Claim, Evidence, Landed, Published, Scope, Verified};
use crate::domain::{Address, Currency, EventKind, Family, Ledger, Period, Role, Time};
use crate::events::{self, Event, Watched};
use crate::explorer;
use crate::figures::{self, Account, AddressFigures, Question, Recorded, Step, USUAL};
use crate::price::Prices;
use crate::store::TrailStart;
use crate::trace::{self, Followed, Graph, LabelInfo, PeelChain, Policy, Rules, Source, Trail};

/// No explorer was ever asked about any address of the family: there is nothing to say, not even 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing is recorded of {title} yet in {place}; run: ransomtrail sync {name}{flag}")]
pub struct NothingRecorded {
    title: String,
    place: String,
    name: String,
    flag: &'static str,
}

/// A family in one moment of the database, under one inquiry. What is not asked for is not computed.
pub struct Case<'a> {
    book: &'a Casebook<'a>,
    family: &'a Family,
    inquiry: Inquiry,
    prices: Rc<Prices>,
    ledger: Ledger,
    account: OnceCell<Option<Account>>,
    by_blocks: OnceCell<Option<Account>>,
    graph: OnceCell<Graph>,
    trail: OnceCell<Trail>,
    chains: OnceCell<Vec<PeelChain>>,
    events: OnceCell<Vec<Event>>,
    linked: OnceCell<LinkedAddresses>,
}

/// What the cell holds, computed where it is empty.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    match cell.get() {
        Some(known) => Ok(known),
        None => {
            let made = make()?;
            Ok(cell.get_or_init(|| made))
        }
    }
}

impl Casebook<'_> {
    /// Opens the case of a family.
    pub fn case<'b>(&'b self, family: &'b Family, inquiry: Inquiry) -> Result<Case<'b>> {
        Case::open(self, family, inquiry)
    }

    /// Holds a claim against what is recorded of a family; where that is nothing, the verdict says so.
    pub fn verify(&self, family: &Family, inquiry: Inquiry, claim: &Claim) -> Result<Verified> {
        self.case(family, inquiry)?.verify(claim)
    }
}

impl<'a> Case<'a> {
    fn open(book: &'a Casebook<'a>, family: &'a Family, inquiry: Inquiry) -> Result<Self> {
        let ledger = book.store().ledger(family.addresses.iter().map(|one| &one.address))?;
        let prices = book.prices(inquiry.currency)?;
        Ok(Self {
            book,
            family,
            inquiry,
            prices,
            ledger,
            account: OnceCell::new(),
            by_blocks: OnceCell::new(),
            graph: OnceCell::new(),
            trail: OnceCell::new(),
            chains: OnceCell::new(),
            events: OnceCell::new(),
            linked: OnceCell::new(),
        })
    }

    /// The book that it stands in.
    pub fn book(&self) -> &'a Casebook<'a> {
        self.book
    }

    /// Whose case it is.
    pub fn family(&self) -> &'a Family {
        self.family
    }

    /// What was asked.
    pub fn inquiry(&self) -> &Inquiry {
        &self.inquiry
    }

    /// What is recorded of the family's addresses.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The prices in the inquiry's currency.
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// Whether anything is known of the family: an explorer was asked about an address, or one was looked for in blocks.
    pub fn is_recorded(&self) -> bool {
        self.ledger.addresses.iter().any(|one| one.check.is_some() || one.followed_to.is_some())
    }

    /// The family's figures, counted as the inquiry says.
    pub fn account(&self) -> Result<&Account> {
        let account = once(&self.account, || self.count(self.inquiry.question, &Scope::default(), &self.prices))?;
        account.as_ref().ok_or_else(|| self.nothing_recorded().into())
    }

    /// The same by block time, which events go by.
    fn account_by_blocks(&self) -> Result<&Account> {
        let question = self.inquiry.by_blocks().question;
        let account = once(&self.by_blocks, || Ok(figures::open(self.family, &self.ledger, &self.prices, question)))?;
        account.as_ref().ok_or_else(|| self.nothing_recorded().into())
    }

    /// What the family's other addresses received and passed on, each with its part: no part of the account.
    pub fn stations(&self) -> Result<Vec<(Role, AddressFigures)>> {
        let stations = &self.family.stations;
        let addresses = stations.iter().map(|station| station.watched.clone()).collect();
        let alone = Family { addresses, stations: Vec::new(), demands: Vec::new(), ..self.family.clone() };
        let ledger = self.book.store().ledger(stations.iter().map(|station| &station.watched.address))?;
        let account = figures::open(&alone, &ledger, &self.prices, self.inquiry.question);
        let rows = account.map(|account| account.summary.addresses).unwrap_or_default();
        let role = |row: &AddressFigures| self.family.station(&row.address).map(|station| station.role);
        Ok(rows.into_iter().filter_map(|row| Some((role(&row)?, row))).collect())
    }

    /// The figures with those ways of counting that look at linked addresses.
    pub fn with_estimates(&self) -> Result<Account> {
        let (account, linked) = (self.account()?.clone(), &self.linked()?.recorded);
        Ok(figures::with_linked(account, self.family, &self.ledger, linked, &self.prices))
    }

    fn count(&self, question: Question, scope: &Scope, prices: &Prices) -> Result<Option<Account>> {
        let (family, ledger) = (&*scope.family(self.family), &*scope.ledger(&self.ledger, question));
        let Some(account) = figures::open(family, ledger, prices, question) else { return Ok(None) };
        let Some(counting) = self.inquiry.counting else { return Ok(Some(account)) };
        let none = LinkedAddresses::default();
        let linked = if counting.needs_linked() { self.linked()? } else { &none };
        Ok(Some(counting.of(account, Recorded { family, ledger, linked: &linked.recorded }, prices)))
    }

    /// The series.
    pub fn steps(&self, period: Period) -> Result<Vec<Step>> {
        Ok(figures::steps(self.account()?, period))
    }

    /// Every transaction of the ledger that coins of the family can have reached.
    pub fn graph(&self) -> Result<&Graph> {
        let addresses = || self.family.addresses.iter().map(|one| one.address.clone()).collect();
        once(&self.graph, || self.book.graph(&TrailStart::Addresses(addresses()), false))
    }

    /// Where what was withdrawn went.
    pub fn trail(&self) -> Result<&Trail> {
        once(&self.trail, || self.follow(self.inquiry.rules()))
    }

    fn follow(&self, rules: Rules) -> Result<Trail> {
        Ok(trace::follow(self.graph()?, &self.source(), rules, &self.book.owners_about(self.family)?))
    }

    fn source(&self) -> Source {
        Source::Addresses(self.family.addresses.iter().map(|one| one.address.clone()).collect())
    }

    /// The trail with all that is told beside it, mixed coins told apart by `policy`.
    pub fn trace(&self, policy: Policy) -> Result<Followed> {
        let rules = Rules { policy, ..self.inquiry.rules() };
        let trail = self.follow(rules)?;
        Ok(Followed::of(self.graph()?, &self.source(), rules, trail, self.ledger.complete_to()))
    }

    /// The peel chains on the trail.
    pub fn chains(&self) -> Result<&[PeelChain]> {
        let on_the_way = self.trail()?.transactions();
        Ok(once(&self.chains, || Ok(trace::peel_chains(self.graph()?, &|txid| on_the_way.contains(txid))))?)
    }

    /// What of it is news, the newest first, by block time as everywhere.
    pub fn events(&self) -> Result<&[Event]> {
        Ok(once(&self.events, || self.events_of(&EventKind::CASH_OUT))?)
    }

    /// The events of these kinds.
    pub fn events_of(&self, kinds: &[EventKind]) -> Result<Vec<Event>> {
        let (account, graph, trail) = (self.account_by_blocks()?, self.graph()?, self.trail()?);
        let Inquiry { sleep, .. } = self.inquiry;
        let incoming = match kinds.contains(&EventKind::Payment) {
            true => figures::incoming(account, self.family, &self.ledger, &self.prices),
            false => Vec::new(),
        };
        let incoming = &incoming;
        let watched =
            Watched { account, graph, incoming, trail, prices: &self.prices, sleep, until: self.inquiry.until() };
        Ok(events::events(watched, kinds))
    }

    /// Addresses that common inputs link to the family's.
    pub fn linked(&self) -> Result<&LinkedAddresses> {
        once(&self.linked, || linked::find(self.book, self.family))
    }

    /// Holds a claim against the ledger; where nothing is recorded, the verdict says so.
    pub fn verify(&self, claim: &Claim) -> Result<Verified> {
        claims::verify(claim, self)
    }

    /// What was published about the family, in order of time, each held against the ledger.
    pub fn published(&self) -> Result<Vec<(Published, Verified)>> {
        let mut published = self.book.published(self.family)?;
        published.sort_by_key(|one| one.when.last_second(self.inquiry.question.zone));
        let held = |one: Published| Ok((one.clone(), self.verify(&one.claim()?)?));
        published.into_iter().map(held).collect()
    }

    /// The source of the label that an address is followed by.
    pub fn label_source(&self, address: &Address) -> Result<Option<String>> {
        Ok(self.book.labels()?.to_follow(address).map(|label| label.source.clone()))
    }

    /// Why there is no answer, and what to do.
    pub fn nothing_recorded(&self) -> NothingRecorded {
        NothingRecorded {
            title: self.family.title.clone(),
            place: self.book.place().to_owned(),
            name: self.family.name.clone(),
            flag: if explorer::is_recorded(&self.family.name) { " --explorer built-in" } else { "" },
        }
    }
}

impl Evidence for Case<'_> {
    fn family(&self) -> &Family {
        self.family
    }

    fn zone(&self) -> Tz {
        self.inquiry.question.zone
    }

    fn counting(&self) -> &'static str {
        self.inquiry.counting.map_or(USUAL, |counting| counting.name)
    }

    fn prices(&self, currency: Currency) -> Result<Rc<Prices>> {
        self.book.prices(currency)
    }

    fn account(&self, question: Question, scope: &Scope, prices: &Prices) -> Result<Option<Account>> {
        self.count(question, scope, prices)
    }

    fn landed(&self, until: Time, scope: &Scope, is_meant: &dyn Fn(&LabelInfo) -> bool) -> Result<Landed> {
        let rules = Rules { until: Some(until), backwards: false, ..self.inquiry.rules };
        let own = scope.family(self.family).addresses.iter().map(|one| one.address.clone()).collect();
        let (graph, owners) = (self.graph()?, self.book.owners()?);
        let trail = trace::follow(graph, &Source::Addresses(own), rules, &owners);
        let landings = trace::landings(&trail, &owners, is_meant);
        Ok(Landed { landings, whole: trail.is_whole(), policy: rules.policy })
    }
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("family", &self.family.name)
            .field("inquiry", &self.inquiry)
            .finish_non_exhaustive()
    }
}
