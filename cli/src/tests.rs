//! What a scenario can do to the tool: the command line over a registry that no one should have.

use std::sync::atomic::{AtomicU32, Ordering};

use rehearsal::check::Properties;
use rehearsal::protocol::{Actor, Context, Input, Protocol};
use rehearsal::registry::{Entry, rehearsal};
use rehearsal::{Profile, Scenario, Setup};

use super::{End, started};

static SCENARIOS: &[&Entry] = &[&FICKLE, &UNBUILDABLE];

/// Breaks idea 1: its runs depend on how many there were before.
static FICKLE: Entry = Entry {
    name: "fickle",
    sentence: "states a number that is not a function of the seed",
    variants: &[],
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Fickle),
};

static UNBUILDABLE: Entry = Entry {
    name: "unbuildable",
    sentence: "panics while it is set up",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| panic!("no such system"),
};

struct Numbers;

impl Protocol for Numbers {
    type Message = ();
    type Fact = u32;
}

#[derive(Clone, Debug, Hash)]
struct Counter;

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Actor<Numbers> for Counter {
    fn receive(&mut self, cx: &mut Context<'_, Numbers>, _: Input<Numbers>) {
        cx.announce(COUNT.fetch_add(1, Ordering::Relaxed));
    }
}

struct Fickle;

impl Scenario for Fickle {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        system.node("node").actor("counter", Counter);
    }

    fn properties(&self, check: &mut Properties<u32>) {
        check.never("FICKLE-1", "nothing is ever counted", |_| true);
    }
}

fn ended(arguments: &str) -> End {
    let out = tempfile::tempdir().unwrap();
    let arguments = format!("rehearse {arguments} --out {}", out.path().display());
    started(SCENARIOS, &[], arguments.split_whitespace().map(Into::into).collect())
}

#[test]
fn two_runs_of_one_seed_that_differ_are_a_failure_of_the_tool() {
    assert_eq!(ended("run fickle"), End::ToolFailed);
    assert_eq!(ended("fuzz fickle --seeds 3 --json"), End::ToolFailed);
}

#[test]
fn a_scenario_that_panics_while_it_is_built_does_not_end_in_success() {
    assert!(
        std::panic::catch_unwind(|| ended("run unbuildable")).is_err(),
        "which `main` turns into exit code 3"
    );
}
