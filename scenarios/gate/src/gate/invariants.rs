//! What holds of gates (`actors.md` G, QG), and what some run must come to.
//!
//! - `guard` — which gates are opened;
//! - `votes` — what agents say, and what is made of it;
//! - `places` — memory, cache and store.

mod guard;
mod places;
mod votes;

use std::time::Duration;

use guard::{one_gate, refused_for_a_reason};
use places::{Agree, drawn_is_stored, left_in_order, recorded_is_stored, said_is_stored};
use rehearsal::check::{Monitor, Properties, SortedMap, SortedSet, Step, fold, leads_to, on};
use rehearsal_gate::gate::{Confidence, Decision, Fact, GateId, Model, Results, Status, model};
use votes::{progress_is_bounded, votes, votes_are_whole, what_votes_say};

/// A gate takes its deadline and what it needs to write and tell.
const DECIDED_WITHIN: Duration = Duration::from_secs(model::DEADLINE.as_secs() + 30);
/// A supervisor waits for no agent but those that finish, and for what it writes.
const SHUT_DOWN_WITHIN: Duration = Duration::from_secs(30);

/// States the invariants. QG-7 is not claimed where the cache is told first.
pub(super) fn state(check: &mut Properties<Fact>, model: Model) {
    check.always("QG-1", "a gate is decided once", told_once());
    check.always(
        "QG-2",
        "a gate that is open is decided by its deadline, whatever its agents do",
        on(["Opened", "Told"], leads_to(DECIDED_WITHIN, to_decide)),
    );
    check.always("QG-3", "a vote counts in the gate of its agent, once for each role", votes());
    check.always("QG-4", "there is one gate at a time about the same", one_gate());
    check.always(
        "QG-5",
        "memory, cache and store agree in the end, and what is final stays",
        Agree::default(),
    );
    check.always("QG-6", "what is taken for durable is durable", recorded_is_stored());
    if !model.caches_first() {
        check.always("QG-7", "what is drawn was committed before", drawn_is_stored());
    }
    check.always("QG-8", "a decision is what the votes say", what_votes_say());
    if !model.answers_from_memory() {
        check.always(
            "QG-9",
            "what is said of an agent was committed before, and is not taken back",
            said_is_stored(),
        );
    }
    check.always(
        "QG-10",
        "a supervisor that is told to shut down ends soon, whatever its agents do",
        on(["ShuttingDown", "ShutDown", "Began"], leads_to(SHUT_DOWN_WITHIN, to_shut_down)),
    );
    check.always(
        "QG-11",
        "when a supervisor has shut down its gates are decided, and that is durable and told",
        left_in_order(),
    );
    check.always("QG-12", "a gate is refused only if there is one about the same", refused_for_a_reason());
    check.always("QG-13", "of the progress of an agent one report waits at most", progress_is_bounded());
    check.always("QG-14", "a vote is what its agent has answered", votes_are_whole());
}

/// States the goals; some are of answers that come as files.
pub(super) fn state_goals(check: &mut Properties<Fact>, results: Results) {
    let mut told = |name: &str, is_so: fn(&Decision) -> bool| {
        check.sometimes(name, move |fact| matches!(fact, Fact::Told { decision, .. } if is_so(decision)));
    };
    told("all agents agree", |decision| matches!(decision, Decision::Consensus(Confidence::High, _)));
    told("most agents agree", |decision| matches!(decision, Decision::Consensus(Confidence::Medium, _)));
    told("a gate is escalated", |decision| *decision == Decision::Escalate);
    told("too few agents answer", |decision| *decision == Decision::Insufficient);
    told("a gate is cancelled", |decision| *decision == Decision::Cancelled);
    told("too few agents have answered at the deadline", |decision| *decision == Decision::Timeout);
    check.sometimes("a gate is refused, for there is one about the same", {
        |fact| matches!(fact, Fact::Refused { .. })
    });
    check.sometimes("the disk is full", |fact| matches!(fact, Fact::DiskFull));
    check.sometimes("a supervisor begins again with open gates", {
        |fact| matches!(fact, Fact::Began(rows) if rows.iter().any(|(_, record)| record.decision.is_none()))
    });
    check.sometimes("several changes wait to be durable", |fact| matches!(fact, Fact::Backlog(2..)));
    check.sometimes("someone is told that an agent has answered", {
        |fact| matches!(fact, Fact::Said { status: Some(Status::Completed(_)), .. })
    });
    check.sometimes("one report has the progress of two", |fact| {
        matches!(fact, Fact::Progress { new: 2.., .. })
    });
    check.sometimes("a supervisor shuts down with an open gate", {
        |fact| matches!(fact, Fact::ShuttingDown { open: 1.. })
    });
    check.sometimes("a supervisor has shut down", |fact| matches!(fact, Fact::ShutDown));
    match results {
        Results::Reported => {
            check.sometimes("an answer comes too late", |fact| matches!(fact, Fact::Late(_)));
        }
        Results::Filed => {
            check.sometimes("two files are found at once", |fact| {
                matches!(fact, Fact::Found { files: 2.., .. })
            });
        }
    }
}

/// QG-1: within one life of the supervisor a gate is told once, and each life tells the same.
fn told_once() -> impl Monitor<Fact> {
    type Seen = (SortedMap<GateId, Decision>, SortedSet<GateId>);
    on(
        ["Began", "Told"],
        fold(Seen::default(), |(ever, now): &mut Seen, _, fact: &Fact| {
            let (gate, decision) = match fact {
                Fact::Began(_) => {
                    now.clear();
                    return Ok(());
                }
                Fact::Told { gate, decision } => (gate, decision),
                _ => return Ok(()),
            };
            let before = *ever.get_or_insert(*gate, *decision);
            if before != *decision {
                return Err(format!(
                    "gate {gate} is decided otherwise than before (by {decision:?}, and was by {before:?})"
                ));
            }
            if !now.insert(*gate) {
                return Err(format!("gate {gate} is decided a second time (by {decision:?})"));
            }
            Ok(())
        }),
    )
}

/// QG-2.
fn to_decide(fact: &Fact) -> Step<GateId> {
    match fact {
        Fact::Opened(gate) => Step::Owe(*gate),
        Fact::Told { gate, .. } => Step::Settle(*gate),
        _ => Step::Ignore,
    }
}

/// QG-10. A supervisor that is started again meanwhile knows nothing of that.
fn to_shut_down(fact: &Fact) -> Step<()> {
    match fact {
        Fact::ShuttingDown { .. } => Step::Owe(()),
        Fact::ShutDown | Fact::Began(_) => Step::Settle(()),
        _ => Step::Ignore,
    }
}
