//! The scenario against itself, and a crash at every persistence point.

use std::collections::BTreeSet;
use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::play::Left;
use rehearsal::run::Verdict;
use rehearsal::{Play, Profile, Scenario, Setup};
use rehearsal_protocol::Time;
use rehearsal_scenarios_sessions::recovery::{RECOVERY, Recovery};
use rehearsal_scenarios_sessions::session::Sessions;
use rehearsal_sessions::session::{Fact, Session, Variant, Workload};

use rehearsal::exam::{every_variant_trips_its_own, reference_holds};

#[test]
fn the_reference_holds_whatever_crashes() {
    reference_holds(&RECOVERY, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&RECOVERY, 10_000);
}

/// The actors of the runtime that write.
const WRITERS: [&str; 4] =
    ["/runtime/gateway", "/runtime/gateway/s1:b1", "/runtime/gateway/s1:b2", "/runtime/gateway/s2:b1"];

fn play(variant: Variant, seed: u64) -> Play<Session> {
    let usual = Recovery::with(variant);
    let workload = Workload { rounds: 6, keys: 3 };
    Play::of(&Long(Recovery(Sessions { workload, ..usual.0 }))).seed(seed, &Profile::NONE)
}

/// The same with time to crash late.
struct Long(Recovery);

impl Scenario for Long {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        self.0.set_up(system);
        system.faulty_phase(Duration::from_secs(100));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        self.0.properties(check);
    }
}

fn crashed(variant: Variant, seed: u64, at: Time, left: Left) -> Verdict {
    let (at, outage) = (at.since(Time::ZERO), Duration::from_millis(20));
    let play = play(variant, seed).crash("runtime", at, outage);
    WRITERS.iter().fold(play, |play, writer| play.crash_leaves(writer, 0, left)).run().outcome.verdict
}

/// The points of a run at which something becomes durable, with the three things that a crash just before may leave, and just after.
fn crashes(variant: Variant, seed: u64) -> Vec<(Time, Left)> {
    let a_moment = Duration::from_nanos(1);
    let points = play(variant, seed).run().syncs("runtime");
    let around = |at: Time| {
        let earlier = Time::ZERO + at.since(Time::ZERO).saturating_sub(a_moment);
        [Left::Nothing, Left::Everything, Left::Torn]
            .map(|left| (earlier, left))
            .into_iter()
            .chain([(at + a_moment, Left::Nothing)])
    };
    points.into_iter().flat_map(around).collect()
}

#[test]
fn a_crash_at_any_persistence_point_loses_nothing_and_runs_nothing_twice() {
    let (mut points, mut kinds) = (0, BTreeSet::new());
    for seed in 0..24 {
        let played = play(Variant::Reference, seed).run();
        assert_eq!(played.outcome.verdict, Verdict::Pass, "seed {seed} without a crash");
        kinds.extend(played.facts.iter().filter_map(|(_, _, fact)| transition(fact)));
        for (at, left) in crashes(Variant::Reference, seed) {
            points += 1;
            let verdict = crashed(Variant::Reference, seed, at, left);
            assert_eq!(verdict, Verdict::Pass, "seed {seed}, a crash at {at} that leaves {left:?}");
        }
    }
    let all =
        ["admitted", "calls issued", "interrupted", "run ended", "results stored", "started", "terminated"];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), {
        let mut all = all.to_vec();
        all.sort_unstable();
        all
    });
    assert!(points > 1_000, "only {points} crashes were tried");
}

/// The kind of commit after which a fact is told.
fn transition(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::Accepted { .. } => Some("admitted"),
        Fact::RunStarted { .. } => Some("started"),
        Fact::CallIssued { .. } => Some("calls issued"),
        Fact::ResultPersisted { .. } => Some("results stored"),
        Fact::InterruptAcked { .. } => Some("interrupted"),
        Fact::RunEnded { .. } => Some("run ended"),
        Fact::Closed { .. } => Some("terminated"),
        _ => None,
    }
}

#[test]
fn the_enumeration_finds_what_only_a_crash_at_the_right_point_shows() {
    for variant in
        [Variant::PublishFirst, Variant::EpochFirst, Variant::ClearedFirst, Variant::IgnoreTurnCompleted]
    {
        let found = (0..24).any(|seed| {
            let fails = |(at, left)| matches!(crashed(variant, seed, at, left), Verdict::Violation(_));
            crashes(variant, seed).into_iter().any(fails)
        });
        assert!(found, "{variant:?}");
    }
}
