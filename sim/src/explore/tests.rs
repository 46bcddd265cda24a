//! A difference that lies only in what was stated.

use rehearsal_protocol::{Actor, Context, Input, Protocol, TimerId};

use super::*;
use crate::check::{Properties, fold};
use crate::runner::Runner;
use crate::world::rules::Sabotage;
use crate::{Scenario, Setup};

struct Words;

impl Protocol for Words {
    type Message = u32;
    type Fact = u32;
}

/// States a word and forgets it, and states another one later: its state is the same whatever it said.
#[derive(Clone, Debug, Hash)]
struct Speaker;

impl Actor<Words> for Speaker {
    fn receive(&mut self, cx: &mut Context<'_, Words>, input: Input<Words>) {
        if matches!(input, Input::Start(_)) {
            cx.set_timer(TimerId(0), std::time::Duration::from_millis(1));
        }
        let word = cx.choose(3);
        cx.announce(word);
    }
}

struct Speech;

impl Scenario for Speech {
    type Protocol = Words;

    fn set_up(&self, system: &mut Setup<Words>) {
        system.node("only").actor("speaker", Speaker);
    }

    fn properties(&self, check: &mut Properties<u32>) {
        let judge = |before: &mut u32, _, word: &u32| {
            let bad = (*before, *word) == (2, 1);
            *before = *word;
            if bad { Err("one follows two".to_owned()) } else { Ok(()) }
        };
        check.always("SPEECH-1", "one does not follow two", fold(0, judge));
    }
}

struct Nobody;

impl Follower for Nobody {
    fn visit(&mut self, _: &[Deviation], _: &Outcome, _: &Explored) -> bool {
        true
    }
}

fn explored(pruning: Pruning, sabotage: Option<Sabotage>) -> Explored {
    let mut runner = Runner::new(&Speech);
    runner.sabotage(sabotage);
    let spec = ExploreSpec {
        profile: &Profile::NONE,
        seed: 0,
        deviations: 2,
        budget: u64::MAX,
        fail_fast: false,
        pruning,
    };
    explore(&runner, &spec, &mut Nobody)
}

#[test]
fn what_only_a_monitor_remembers_is_part_of_a_state() {
    assert_eq!(explored(Pruning::None, None).violations.len(), 1);
    assert_eq!(explored(Pruning::EqualStates, None).violations.len(), 1);
}

#[test]
fn a_fingerprint_that_overlooks_facts_would_lose_the_violation() {
    let blind = explored(Pruning::EqualStates, Some(Sabotage::OverlookFacts));
    assert!(blind.violations.is_empty() && blind.pruned > 0, "{blind:?}");
}
