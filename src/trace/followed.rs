use super::{ChangeLink, Clusters, Graph, PeelChain, Rules, Source, Trail, change_links, peel_chains};
use crate::domain::caveat::Code;
use crate::domain::{Caveat, Time, rfc3339};

/// A trail with all that is told beside it.
#[derive(Debug)]
pub struct Followed {
    /// The trail.
    pub trail: Trail,
    /// The rules that it was followed by.
    pub rules: Rules,
    /// Withdrawals that their change links with each other, on the trail.
    pub links: Vec<ChangeLink>,
    /// Peel chains on the trail.
    pub chains: Vec<PeelChain>,
    /// Addresses that were spent from together, where somebody asked for them.
    pub clusters: Option<Clusters>,
    /// It starts from addresses, and so depends on how far those are recorded.
    of_addresses: bool,
    /// The moment to which those are recorded.
    pub recorded_to: Option<Time>,
}

impl Followed {
    /// What is told beside a trail that was followed from there in this graph.
    pub fn of(graph: &Graph, source: &Source, rules: Rules, trail: Trail, recorded_to: Option<Time>) -> Self {
        let on_the_way = trail.transactions();
        let mut links = match source {
            Source::Addresses(own) if !rules.backwards => change_links(graph, own),
            _ => Vec::new(),
        };
        links.retain(|link| on_the_way.contains(&link.txid));
        let chains = peel_chains(graph, &|txid| on_the_way.contains(txid));
        let of_addresses = matches!(source, Source::Addresses(_));
        Self { rules, links, chains, clusters: None, of_addresses, recorded_to, trail }
    }

    /// What a reader must know before printing a number.
    pub fn caveats(&self) -> Vec<Caveat> {
        let mut out = Vec::new();
        if !self.rules.policy.conserves() {
            out.push(Code::Poison.alone());
        }
        if let (true, Some(until)) = (self.of_addresses, self.rules.until)
            && self.recorded_to.is_none_or(|to| to < until)
        {
            let until = ("until", rfc3339(until).into());
            out.push(match self.recorded_to {
                Some(to) => Code::TrailRecordedTo.with([until, ("to", rfc3339(to).into())]),
                None => Code::TrailNotRecorded.with([until]),
            });
        }
        out.extend(self.trail.breaks_off());
        out
    }
}

impl Trail {
    /// Says where the record of a trail ends without telling what became of the coins; `None` where it does not.
    pub fn breaks_off(&self) -> Option<Caveat> {
        let (count, amount) = self.unrecorded();
        if count == 0 || self.backwards {
            return None;
        }
        Some(Code::BreaksOff.with([("ends", count.into()), ("sats", amount.to_sat().into())]))
    }
}
