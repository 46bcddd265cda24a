//! Plays: what goes wrong is written down, the rest is dull.

use std::time::Duration;

use rehearsal::compare::Comparison;
use rehearsal::play::Played;
use rehearsal::run::Verdict;
use rehearsal::{Play, Profile};
use rehearsal_gate::gate::{Confidence, Config, Decision, Fact, Flaws, Gates, Model, Results, Variant};
use rehearsal_scenarios_gate::gate::{GATE, Gatekeeping};

use rehearsal::exam::compared;

const SECOND: Duration = Duration::from_secs(1);

/// One command: a gate.
fn one_gate(model: Model, flaws: &[Variant]) -> Play<Gates> {
    let config = Config { model, ..Config::default() };
    Play::of(&Gatekeeping { config, commands: 1, flaws: Flaws::of(flaws) })
}

/// The n-th prompt is answered so.
fn answers(play: Play<Gates>, n: u32, answer: u32) -> Play<Gates> {
    play.choose("/provider/provider", 2 * n, answer)
}

const ERROR: u32 = 60;
const GARBAGE: u32 = 62;

fn told(played: &Played<Gates>) -> Vec<Decision> {
    let decisions = played.facts.iter().filter_map(|(_, _, fact)| match fact {
        Fact::Told { decision, .. } => Some(*decision),
        _ => None,
    });
    decisions.collect()
}

fn violated(played: &Played<Gates>) -> Option<&str> {
    match &played.outcome.verdict {
        Verdict::Violation(violation) => Some(&violation.invariant),
        Verdict::Pass | Verdict::Limit(_) => None,
    }
}

const MODELS: [Model; 3] = [Model::TripleWrite, Model::Transaction, Model::EventLog];

#[test]
fn a_gate_of_three_that_agree_is_decided_for_sure_in_every_model() {
    for model in MODELS {
        let played = one_gate(model, &[]).run();
        assert_eq!(told(&played), [Decision::Consensus(Confidence::High, 1)]);
        assert_eq!(played.outcome.verdict, Verdict::Pass, "{model:?}");
    }
}

#[test]
fn a_panic_in_one_agent_costs_confidence_and_not_the_gate() {
    for model in MODELS {
        let played = answers(one_gate(model, &[]), 1, GARBAGE).run();
        assert_eq!(told(&played), [Decision::Consensus(Confidence::Medium, 1)]);
        assert_eq!(violated(&played), None);
    }
}

#[test]
fn a_panic_in_one_agent_leaves_the_gate_of_m0_undecided_for_ever() {
    let played = answers(one_gate(Model::Polled, &[Variant::NobodyListens]), 1, GARBAGE).run();
    assert_eq!((told(&played), violated(&played)), (Vec::new(), Some("QG-2")));
}

#[test]
fn two_of_three_are_escalated_by_m0_though_they_agree() {
    let played = answers(one_gate(Model::Transaction, &[Variant::TwoOfThreeIsLow]), 0, ERROR).run();
    assert_eq!(violated(&played), Some("QG-8"));
}

/// Q182: the supervisor ends at any point of a gate, and in every model the gate is decided in the end.
#[test]
fn a_supervisor_that_is_killed_decides_its_gates_when_it_is_back() {
    for model in MODELS {
        for millis in [1, 3, 5, 10_000, 20_200, 20_203, 20_206, 20_210] {
            let at = Duration::from_millis(millis);
            let played = one_gate(model, &[]).kill("/process/supervisor", at, SECOND).run();
            assert_eq!(violated(&played), None, "{model:?} at {at:?}");
        }
    }
}

/// The same for the whole process, whose store loses what was not synced.
#[test]
fn a_process_that_crashes_decides_its_gates_when_it_is_back() {
    for model in MODELS {
        for millis in [1, 3, 5, 10_000, 20_200, 20_203, 20_206, 20_210] {
            let at = Duration::from_millis(millis);
            let played = one_gate(model, &[]).crash("process", at, SECOND).run();
            assert_eq!(violated(&played), None, "{model:?} at {at:?}");
        }
    }
}

#[test]
fn the_models_hold_what_they_promise() {
    for model in MODELS {
        for early in [false, true] {
            let config = Config { model, early, ..Config::default() };
            rehearsal::check(Gatekeeping { config, ..Gatekeeping::default() })
                .faults(&Profile::CHAOS)
                .seeds(1_000)
                .goals(!early) // Nobody waits for all to agree.
                .run();
        }
    }
}

#[test]
fn files_hold_the_same_if_their_names_are_whole_and_so_are_they() {
    let config = Config { results: Results::Filed, ..Config::default() };
    rehearsal::check(Gatekeeping { config, ..Gatekeeping::default() })
        .faults(&Profile::CHAOS)
        .seeds(1_000)
        .run();
}

/// The person gives one command, and then shuts everything down, two seconds after.
fn shut_down_early(model: Model, flaws: &[Variant]) -> Play<Gates> {
    one_gate(model, flaws).choose("/desk/person", 1, 3).choose("/desk/person", 2, 5)
}

#[test]
fn a_supervisor_that_shuts_down_cancels_its_gate_and_ends_when_that_is_durable() {
    for model in MODELS {
        let played = shut_down_early(model, &[]).run();
        assert_eq!(told(&played), [Decision::Cancelled], "{model:?}");
        let over = played.facts.iter().map(|(_, _, fact)| fact).skip_while(|fact| **fact != Fact::ShutDown);
        let after: Vec<_> = over.skip(1).filter(|fact| matches!(fact, Fact::Stored(_))).collect();
        assert!(after.is_empty() && played.outcome.verdict == Verdict::Pass, "{model:?}: {after:?}");
    }
}

#[test]
fn the_sketch_does_not_come_to_its_end() {
    for flaw in [Variant::NeverLeaves, Variant::OwnSender] {
        let played = shut_down_early(Model::Transaction, &[flaw]).run();
        assert_eq!(violated(&played), Some("QG-10"), "{flaw:?}");
    }
}

/// The first write finds the disk full, and meanwhile a second command asks how the first agent is.
#[test]
fn who_asks_while_a_change_is_written_is_told_what_was_committed() {
    for (flaws, breaks) in [(&[][..], None), (&[Variant::AnswersFromMemory], Some("QG-9"))] {
        let config = Config::default();
        let play = Play::of(&Gatekeeping { config, commands: 2, flaws: Flaws::of(flaws) });
        let play = play.choose("/process/store", 0, 23);
        let played = play.choose("/desk/person", 1, 8).choose("/desk/person", 2, 12).run();
        assert!(played.facts.iter().any(|(_, _, fact)| matches!(fact, Fact::Said { .. })), "{flaws:?}");
        assert_eq!(violated(&played), breaks, "{flaws:?}");
    }
}

#[test]
fn a_gate_of_one_agent_and_one_of_seven_hold_the_same() {
    for agents in [1, 2, 7] {
        let config = Config { agents, ..Config::default() };
        rehearsal::check(Gatekeeping { config, ..Gatekeeping::default() })
            .faults(&Profile::CRASHES)
            .seeds(500)
            .goals(false)
            .run();
    }
}

fn value(comparison: &Comparison, name: &str) -> [f64; 2] {
    let metric = comparison.metrics.iter().find(|metric| metric.metric.name == name).expect(name);
    [metric.values[0].unwrap(), metric.values[1].unwrap()]
}

#[test]
fn only_what_is_drawn_first_is_ahead_of_the_store() {
    let comparison = compared(&GATE, ["m1", "m2"], 300);
    let [triple, transaction] = value(&comparison, "cache ahead of store");
    assert!(triple > 0.0 && transaction == 0.0, "{triple} and {transaction}");
}

#[test]
fn m0_leaves_gates_open_and_its_successors_do_not() {
    let comparison = compared(&GATE, ["m0", "m3"], 300);
    let [m0, log] = value(&comparison, "gates never decided");
    assert!(m0 > 0.0 && log == 0.0, "{m0} and {log}");
    assert_eq!(comparison.verdicts[0].only_a, 0, "m0 passes nowhere where the log does not");
}
