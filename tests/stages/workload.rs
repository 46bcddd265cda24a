//! Workloads whose facts do not depend on who is faster.

use rehearsal::registry::{Rehearsal, rehearsal};
use rehearsal_locks::lease;
use rehearsal_protocol::mailbox::Bounds;
use rehearsal_scenarios_locks::lease::LeaseLock;
use rehearsal_scenarios_sessions::session::Sessions;
use rehearsal_sessions::session::{self, Config, Workload};

use super::projection::{in_world, of_sessions};

/// One lock, one client.
pub(crate) fn lonely(variant: lease::Variant) -> Box<dyn Rehearsal> {
    rehearsal(LeaseLock { clients: 1, variant, ..LeaseLock::default() })
}

/// One client on one key, with room for all that it says.
pub(crate) fn monologue(variant: session::Variant) -> Box<dyn Rehearsal> {
    let workload = Workload { rounds: 2, keys: 1 };
    let config = Config { backlog: Bounds::default(), ..Config::default() };
    rehearsal(Sessions { clients: 1, workload, config, ..Sessions::with(variant) })
}

/// Whether a seed's client sends plain messages only, and is through soon: interjections and interrupts meet a run where latency lets them.
fn is_plain_and_short(seed: u64) -> bool {
    let (sequences, seconds) = in_world(monologue(session::Variant::Reference).as_ref(), seed, of_sessions);
    let said = sequences.iter().filter(|(about, _)| about.starts_with("client")).flat_map(|(_, said)| said);
    let is_plain = |fact: &String| fact.starts_with("Said") && fact.contains("kind: Message");
    // What is said in one turn may come in another order in the world, and over TCP it cannot.
    let in_order = |sequence: &[String]| sequence.is_sorted_by_key(|fact| command(fact));
    // So may calls of one step, and the sandbox draws what each does in the order in which they come.
    let is_one_of_several = |about: &String| about.starts_with("call") && !about.ends_with(".0");
    seconds < 4.0
        && !sequences.keys().any(is_one_of_several)
        && sequences.iter().filter(|(about, _)| about.starts_with("admission")).all(|(_, s)| in_order(s))
        && !sequences.contains_key("interrupts")
        && said.clone().count() > 1
        && said.clone().all(is_plain)
        && !sequences["runs"].iter().any(|fact| fact.starts_with("Closed"))
}

/// The number of the command of which a fact speaks; there are fewer than ten.
fn command(fact: &str) -> Option<&str> {
    fact.split("command: c1#").nth(1)?.get(..1)
}

/// Seeds that do so.
pub(crate) fn plain_seeds() -> impl Iterator<Item = u64> {
    (0..20_000).filter(|seed| is_plain_and_short(*seed))
}
