//! What runs of one workload have in common, whatever the stage: facts, cut into sequences that no race can reorder.
//!
//! Latency differs between stages, so the order of two facts that do not depend on each other may, too: all that is compared is the order within one
//! sequence. Three things in a fact depend on latency and are left out of it: times, the lengths of queues, and how much work was passed.
//!
//! Some facts depend on latency altogether, and are no part of any sequence:
//!
//! - `Received`, `Backlogged`, `Dispatched`, `KeysBusy` tell what waited at the gateway while a key was opened: nothing, if that was fast;
//! - `Queued` tells that work waited for a run to end, which a faster run spares;
//! - `ResultRouted` tells of each arrival of a result, and a sandbox sends again what is not acknowledged soon;
//! - `ChunkShown`, and the row of a text that was cut, tell how much of a stream had come when the news of its failure did: in the world that news
//!   may overtake a chunk, over TCP it cannot; a whole text's row says how many chunks it had;
//! - of two results that contradict each other and are sent in one turn, the world may bring the second first: a success is compared without its value;
//! - `Contended` tells that a client asked while another held the lock, and a client asks again after a while.

use std::collections::BTreeMap;

use rehearsal::Profile;
use rehearsal::registry::Rehearsal;
use rehearsal::run::{RunSpec, Verdict};
use rehearsal::stage::{self, Stage, StageSpec};
use rehearsal_locks::lease;
use rehearsal_sessions::session;

/// Sequences of facts by what they are about.
pub(crate) type Sequences = BTreeMap<String, Vec<String>>;

/// Where a fact belongs, and what of it is the same on every stage.
pub(crate) type Place = fn(&str) -> Option<(String, String)>;

fn sequences(facts: &[stage::Fact], place: Place) -> Sequences {
    let mut sequences = Sequences::new();
    for (about, what) in facts.iter().filter_map(|fact| place(&fact.json.0)) {
        sequences.entry(about).or_default().push(what);
    }
    sequences
}

/// The sequences of a run in the world, without faults, if everything held and it was over so soon, in seconds.
pub(crate) fn in_world(rehearsal: &dyn Rehearsal, seed: u64, place: Place) -> (Sequences, f64) {
    let (outcome, facts) = rehearsal.run_for_facts(&RunSpec::seeded(seed, &Profile::NONE));
    assert_eq!(outcome.verdict, Verdict::Pass, "seed {seed:#x} in the world");
    (sequences(&facts, place), outcome.virtual_time.as_nanos() as f64 / 1e9)
}

/// The sequences of a run on a stage, without faults, whatever its verdict.
pub(crate) fn on(
    stage: &dyn Stage,
    scenario: &'static str,
    rehearsal: &dyn Rehearsal,
    seed: u64,
    place: Place,
) -> Sequences {
    let spec = StageSpec { scenario, seed, profile: &Profile::NONE };
    let run = stage.run(rehearsal.staged(), &spec).expect("the stage can run it");
    sequences(&run.facts, place)
}

/// What a client does follows from its own draws and its own timers, so it is the same for any number of clients, keys and interrupts.
pub(crate) fn of_clients(json: &str) -> Option<(String, String)> {
    use session::Fact;
    let fact: Fact = serde_json::from_str(json).expect("it is a fact of sessions");
    match &fact {
        Fact::Said { command, .. } | Fact::Pressed { command, .. } => {
            Some((format!("client {}", command.client), format!("{fact:?}")))
        }
        _ => None,
    }
}

/// All that one client's messages lead to, if there is one key, every message finds room, and nothing is interrupted: then only one run goes on
/// at a time, and what it meets follows from the order of messages alone.
///
/// Tools run beside the session, so the order of a call's start, effect and end is that of this call only.
pub(crate) fn of_sessions(json: &str) -> Option<(String, String)> {
    use session::fact::Extent;
    use session::{Fact, Outcome, Role};
    let fact: Fact = serde_json::from_str(json).expect("it is a fact of sessions");
    let whole = format!("{fact:?}");
    let of_call = |call| Some((format!("call {call:?}"), whole.clone()));
    let of_run = |what: String| Some(("runs".to_owned(), what));
    match &fact {
        Fact::Said { .. } | Fact::Pressed { .. } => of_clients(json),
        Fact::Accepted { key, .. } | Fact::Refused { key, .. } => {
            Some((format!("admission to {key}"), whole))
        }
        Fact::InFlight { run, command, passed: _ } => of_run(format!("{run} takes up {command}")),
        Fact::RunEnded { run, cause, waiting: _ } => of_run(format!("{run} ends: {cause:?}")),
        Fact::CallEnded { call, outcome: Outcome::Succeeded(_) } => {
            Some((format!("call {call:?}"), "it succeeds".to_owned()))
        }
        Fact::RowStored {
            role: Role::User { .. } | Role::Results { .. } | Role::Assistant { extent: Extent::Whole, .. },
            ..
        }
        | Fact::RunStarted { .. }
        | Fact::ModelCall { .. }
        | Fact::CallIssued { .. }
        | Fact::ResultPersisted { .. }
        | Fact::InterruptEffect { .. }
        | Fact::ErrorOccurred { .. }
        | Fact::StreamEnded { .. }
        | Fact::TurnCompleted { .. }
        | Fact::DeadLettered { .. }
        | Fact::Closed { .. } => of_run(whole),
        Fact::CallStarted { call } | Fact::Effected { call, .. } | Fact::CallEnded { call, .. } => {
            of_call(call)
        }
        Fact::InterruptReceived { .. } | Fact::InterruptAcked { .. } | Fact::CancelHeard { .. } => {
            Some(("interrupts".to_owned(), whole))
        }
        Fact::RowStored { role: Role::Assistant { extent: Extent::Partial, .. }, .. }
        | Fact::ChunkShown { .. }
        | Fact::Received { .. }
        | Fact::Backlogged { .. }
        | Fact::Dispatched { .. }
        | Fact::KeysBusy { .. }
        | Fact::Queued { .. }
        | Fact::RunDecided { .. }
        | Fact::Committed { .. }
        | Fact::Recovering { .. }
        | Fact::Restored { .. }
        | Fact::Resumed { .. }
        | Fact::Recovered { .. }
        | Fact::InterruptReplayed { .. }
        | Fact::CallRetried { .. }
        | Fact::Passivated { .. }
        | Fact::PermitFreed { .. }
        | Fact::Parked { .. }
        | Fact::Unparked { .. }
        | Fact::Responded { .. }
        | Fact::PlanPresented { .. }
        | Fact::PlanDecided { .. }
        | Fact::Checkpointed { .. }
        | Fact::Held { .. }
        | Fact::Released { .. }
        | Fact::CallStopped { .. }
        | Fact::StepResolved { .. }
        | Fact::Attempted { .. }
        | Fact::AttemptFailed { .. }
        | Fact::StepSaid { .. }
        | Fact::AgentSwitched { .. }
        | Fact::StateAsked { .. }
        | Fact::StateTold { .. }
        | Fact::ProcessesBegan { .. }
        | Fact::ProcessesGone { .. }
        | Fact::MetricsTold { .. }
        | Fact::ResultRouted { .. } => None,
    }
}

/// What becomes of the lock, of the resource, and of each client, if there is one client: nobody is in its way.
pub(crate) fn of_one_client(json: &str) -> Option<(String, String)> {
    use lease::Fact;
    let fact: Fact = serde_json::from_str(json).expect("it is a fact of the lease lock");
    let about = match fact {
        Fact::Granted { token, holder, at: _, until: _ } => {
            return Some((
                "lock".to_owned(),
                format!("{token} to {} in life {}", holder.client, holder.life),
            ));
        }
        Fact::Released { .. } => "lock",
        Fact::Accepted { .. } | Fact::Fenced { .. } => "resource",
        Fact::Ended { .. } | Fact::Finished { .. } => "client",
        Fact::Contended => return None,
    };
    Some((about.to_owned(), format!("{fact:?}")))
}

/// The same for several clients, but who is first is a matter of latency: only the tokens are the same.
pub(crate) fn of_several_clients(json: &str) -> Option<(String, String)> {
    use lease::Fact;
    let fact: Fact = serde_json::from_str(json).expect("it is a fact of the lease lock");
    match fact {
        Fact::Granted { token, .. } => Some(("lock".to_owned(), format!("{token} is granted"))),
        Fact::Finished { client } => Some((client.to_string(), "finishes".to_owned())),
        Fact::Released { .. } | Fact::Accepted { .. } | Fact::Fenced { .. } => of_one_client(json),
        Fact::Ended { .. } | Fact::Contended => None,
    }
}
