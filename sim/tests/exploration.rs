//! Exhaustive search of a small system: it makes each run once, and each is the run that its deviations stand for.

use std::collections::BTreeSet;
use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::choice::{Deviation, StreamKey, Value};
use rehearsal::explore::{ExploreSpec, Explored, Follower, Pruning, explore};
use rehearsal::fault::Profile;
use rehearsal::protocol::{Actor, Address, Context, Input, NodeId, Protocol, TimerId};
use rehearsal::run::{AnyRunner, Outcome};
use rehearsal::runner::Runner;
use rehearsal::{Scenario, Setup};

/// Two actors that greet each other on different nodes; one of them draws what it says.
struct Greeting {
    /// Whether a doubled or overtaken greeting breaks an invariant.
    strict: bool,
}

struct Greetings;

impl Protocol for Greetings {
    type Message = u32;
    type Fact = u32;
}

#[derive(Clone, Debug, Hash)]
struct Greeter {
    other: Address,
}

impl Actor<Greetings> for Greeter {
    fn receive(&mut self, cx: &mut Context<'_, Greetings>, input: Input<Greetings>) {
        match input {
            Input::Start(_) => {
                cx.set_timer(TimerId(0), Duration::from_millis(2));
                let word = cx.choose(3);
                cx.send(self.other, word);
            }
            Input::Timer(_) => cx.send(self.other, 10),
            Input::Message(envelope) => cx.announce(envelope.message),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

impl Scenario for Greeting {
    type Protocol = Greetings;

    fn set_up(&self, system: &mut Setup<Greetings>) {
        for (name, other) in [("a", 1), ("b", 0)] {
            let other = Address::new(NodeId(other), other);
            system.node(name).actor("greeter", Greeter { other });
        }
    }

    fn properties(&self, check: &mut Properties<u32>) {
        if self.strict {
            check.never("GREET-1", "nobody says two", |word| *word == 2);
        }
    }
}

/// Keeps every run by its deviations.
#[derive(Default)]
struct Kept {
    runs: Vec<(Vec<Deviation>, u64)>,
    stop_after: Option<usize>,
}

impl Follower for Kept {
    fn visit(&mut self, deviations: &[Deviation], outcome: &Outcome, _: &Explored) -> bool {
        self.runs.push((deviations.to_vec(), outcome.trace_hash));
        self.stop_after.is_none_or(|most| self.runs.len() < most)
    }
}

/// Every run, also from states that were seen before.
fn spec(profile: &'static Profile, deviations: u32) -> ExploreSpec {
    let pruning = Pruning::None;
    ExploreSpec { profile, seed: 0, deviations, budget: u64::MAX, fail_fast: false, pruning }
}

fn explored(scenario: &Greeting, spec: &ExploreSpec) -> (Explored, Kept) {
    let mut kept = Kept::default();
    let explored = explore(&Runner::new(scenario), spec, &mut kept);
    (explored, kept)
}

fn set(deviations: &[Deviation]) -> BTreeSet<(StreamKey, u32, Value)> {
    deviations.iter().map(|made| (made.key, made.n, made.value)).collect()
}

#[test]
fn each_run_is_the_run_that_its_deviations_stand_for() {
    let scenario = Greeting { strict: false };
    let mut runner = Runner::new(&scenario);
    for (profile, count) in [(&Profile::CHAOS, 1), (&Profile::LOSSY, 2), (&Profile::CRASHES, 2)] {
        let spec = spec(profile, count);
        let (_, kept) = explored(&scenario, &spec);
        let faulty = profile.name != "none";
        for (deviations, hash) in kept.runs.iter().step_by(7) {
            let again = runner.run(&spec.run(deviations, faulty));
            assert_eq!(again.trace_hash, *hash, "{} {deviations:?}", profile.name);
        }
    }
}

#[test]
fn no_run_comes_twice_and_runs_come_in_the_order_of_their_deviations() {
    let (found, kept) = explored(&Greeting { strict: false }, &spec(&Profile::LOSSY, 3));
    let sizes: Vec<usize> = kept.runs.iter().map(|(deviations, _)| deviations.len()).collect();
    assert!(sizes.is_sorted() && sizes.last() == Some(&3));
    let distinct: BTreeSet<_> = kept.runs.iter().map(|(deviations, _)| set(deviations)).collect();
    assert_eq!(distinct.len(), kept.runs.len());
    assert_eq!(found.runs as usize, kept.runs.len());
    assert_eq!(found.by_deviations.iter().sum::<u64>(), found.runs);
    assert_eq!(found.complete_up_to, Some(3));
}

/// Without loss, the same choice points are asked whatever is chosen, so the runs can be counted by hand: two menus of 2
/// deviations each, 4 messages with 1 and 2 timers with 1 are 10 ways to deviate once, and pairs of different points twice.
#[test]
fn the_number_of_runs_is_that_of_a_count_by_hand() {
    let (found, _) = explored(&Greeting { strict: false }, &spec(&Profile::NONE, 2));
    let ways = [2, 2, 1, 1, 1, 1, 1, 1];
    let once: u64 = ways.iter().sum();
    let squares: u64 = ways.iter().map(|ways| ways * ways).sum();
    assert_eq!(found.by_deviations, [1, once, (once * once - squares) / 2]);
}

#[test]
fn a_violation_comes_with_the_fewest_deviations_and_can_be_had_again() {
    let scenario = Greeting { strict: true };
    let (found, _) = explored(&scenario, &spec(&Profile::NONE, 2));
    let [violation] = &found.violations[..] else { panic!("{:?}", found.violations) };
    assert_eq!(violation.deviations.len(), 1);
    let again = Runner::new(&scenario).run(&violation.spec);
    assert_eq!(again.signature().as_ref(), Some(&violation.signature));
    assert_eq!(again.trace_hash, violation.outcome.trace_hash);
}

#[test]
fn what_is_cut_short_does_not_claim_to_be_complete() {
    let scenario = Greeting { strict: false };
    let short = ExploreSpec { budget: 5, ..spec(&Profile::NONE, 2) };
    let (found, _) = explored(&scenario, &short);
    assert_eq!((found.runs, found.complete_up_to), (5, Some(0)));
    let mut kept = Kept { stop_after: Some(12), ..Kept::default() };
    let found = explore(&Runner::new(&scenario), &spec(&Profile::NONE, 2), &mut kept);
    assert_eq!((found.runs, found.complete_up_to), (12, Some(1)));
}
