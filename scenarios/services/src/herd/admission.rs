//! What holds of fronts.

use rehearsal::check::{Monitor, Properties, fold, on};
use rehearsal_services::service::Fact;

/// States the invariants.
pub(super) fn state(check: &mut Properties<Fact>, limit: Option<u32>) {
    check.always("ADM-1", "no more requests are under way at the server than the limit admits", {
        under_way(move |fact, places| match (fact, limit) {
            (Fact::Admitted { request }, Some(limit)) if places > limit => {
                Err(format!("{request} takes place {places} of {limit}"))
            }
            _ => Ok(()),
        })
    });
    check.always("ADM-2", "a request is refused for want of a place only if there is none", {
        under_way(move |fact, places| match (fact, limit) {
            (Fact::Rejected { request, busy: true }, limit) if limit.is_none_or(|limit| places < limit) => {
                Err(format!("{request} is refused while {places} places are taken"))
            }
            _ => Ok(()),
        })
    });
}

/// Counts what is under way at the server, from what goes there and comes back.
fn under_way(
    judge: impl Fn(&Fact, u32) -> Result<(), String> + Clone + Send + 'static,
) -> impl Monitor<Fact> {
    on(
        ["FrontBegan", "Admitted", "Rejected", "Served", "CutOff"],
        fold(0_u32, move |places: &mut u32, _, fact: &Fact| {
            *places = after(fact, *places);
            judge(fact, *places)
        }),
    )
}

/// How much is under way after a fact.
pub(super) fn after(fact: &Fact, places: u32) -> u32 {
    match fact {
        Fact::FrontBegan | Fact::CutOff { .. } => 0,
        Fact::Admitted { .. } => places + 1,
        Fact::Served { .. } => places.saturating_sub(1),
        _ => places,
    }
}
