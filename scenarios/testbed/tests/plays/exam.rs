//! The exam itself: what is wrong with a registry is told.

use rehearsal::exam;
use rehearsal::registry::{Entry, Variant};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_scenarios_testbed::SCENARIOS;
use rehearsal_scenarios_testbed::misbehaving::CANARY;
use rehearsal_scenarios_testbed::ring::{Hop, Ring, Tokens};

/// The canary as if campaigns took it: its only invariant does not hold, and no planted bug is there to trip it.
static CLAIMS_TOO_MUCH: Entry = Entry {
    name: "claims-too-much",
    sentence: "claims what is false",
    variants: &[Variant { name: "another", sentence: "trips something else", trips: "ANOTHER-1" }],
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, settings| (CANARY.build)(None, settings),
};

/// A ring with a planted bug that is none, and a goal that no run reaches.
static SEES_NOTHING: Entry = Entry {
    name: "sees-nothing",
    sentence: "nothing goes wrong in it",
    variants: &[Variant { name: "no-bug", sentence: "is as it should be", trips: "RING-1" }],
    in_campaign: true,
    faults: &Profile::NONE,
    settings: &[],
    build: |_, _| rehearsal::registry::rehearsal(Vacuous(Ring { actors: 2, nodes: 2, tokens: 1, hops: 3 })),
};

struct Vacuous(Ring);

impl Scenario for Vacuous {
    type Protocol = Tokens;

    fn set_up(&self, system: &mut Setup<Tokens>) {
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut rehearsal::check::Properties<Hop>) {
        check.sometimes("a token is alone", |_| false);
    }
}

#[test]
#[should_panic(expected = "another: CANARY-1")]
fn a_planted_bug_that_trips_another_invariant_is_told() {
    exam::planted_bugs_trip_their_own(&[&CLAIMS_TOO_MUCH], 100);
}

#[test]
#[should_panic(expected = "sees-nothing: no-bug was not found")]
fn a_planted_bug_that_nothing_sees_is_told() {
    exam::planted_bugs_trip_their_own(&[&SEES_NOTHING], 100);
}

#[test]
#[should_panic(expected = "claims-too-much: no planted bug trips CANARY-1")]
fn an_invariant_that_nothing_trips_is_told() {
    exam::invariants_are_tripped(&[&CLAIMS_TOO_MUCH]);
}

#[test]
#[should_panic(expected = "CANARY-1")]
fn a_reference_that_fails_is_told() {
    exam::references_pass(&[&CLAIMS_TOO_MUCH], 100);
}

#[test]
#[should_panic(expected = "a token is alone")]
fn a_goal_that_no_run_reaches_is_told() {
    exam::references_pass(&[&SEES_NOTHING], 100);
}

#[test]
#[should_panic(expected = "no scenario is in campaigns")]
fn an_exam_of_scenarios_that_campaigns_leave_out_proves_nothing() {
    exam::references_pass(SCENARIOS, 10);
}
