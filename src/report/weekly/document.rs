//! The week for programs: what `index.json` holds.

use serde_json::{Value, json};

use super::{FamilyWeek, Material, Total};
use crate::document::{Event, Frame};
use crate::domain::{Family, Period, rfc3339};
use crate::figures::Reach;

/// Counts up with every change that a reader of the files must know of.
pub(super) const FORMAT: u32 = 1;

pub(super) fn of(material: &Material<'_>, families: &[FamilyWeek<'_>], total: &Total) -> Value {
    let nothing = families.iter().filter(|family| family.week.reach == Reach::Nothing);
    let nothing = nothing.map(|family| family.family).chain(material.unrecorded.iter().copied());
    json!({
        "format": FORMAT,
        "program": concat!("ransomtrail ", env!("CARGO_PKG_VERSION")),
        "week": material.week.label(Period::Week),
        "from": material.week.from,
        "to": material.week.to,
        "time_zone": material.question.zone.name(),
        "time_basis": material.question.basis.name(),
        "currency": material.currency.code(),
        "price_source": material.prices,
        "recorded": { "whole": total.whole, "part": total.part, "nothing": total.nothing },
        "totals": total.flows,
        "change": total.change,
        "compared": total.compared,
        "events": total.flows.is_some().then_some(total.events),
        "families": families.iter().filter(|one| one.week.known().is_some()).map(|one| family(one, material)).collect::<Vec<_>>(),
        "not_recorded": nothing.map(|family: &Family| &family.name).collect::<Vec<_>>(),
    })
}

fn family(one: &FamilyWeek<'_>, material: &Material<'_>) -> Value {
    let (family, account) = (one.family, one.account);
    let frame = Frame { family: &family.name, currency: material.currency };
    let events = one.events.iter().map(|event| Event::of(event, frame));
    json!({
        "family": family.name,
        "title": family.title,
        "reach": one.week.reach,
        "recorded_to": account.summary.recorded_to.map(rfc3339),
        "flows": one.week.known(),
        "before": { "week": one.before.label, "reach": one.before.reach, "flows": one.before.known() },
        "change": one.change,
        "events": events.collect::<Vec<_>>(),
    })
}
