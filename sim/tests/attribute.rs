//! `#[rehearsal::test]`, `#[should_panic]` and the failure of a rehearsed test.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::protocol::{Actor, Context, Input, Protocol};
use rehearsal::{Scenario, Setup};

struct Numbers;

impl Protocol for Numbers {
    type Message = u32;
    type Fact = u32;
}

/// States one of ten numbers.
#[derive(Clone, Debug, Hash)]
struct Dice;

impl Actor<Numbers> for Dice {
    fn receive(&mut self, cx: &mut Context<'_, Numbers>, _: Input<Numbers>) {
        let number = cx.choose(10);
        cx.announce(number);
    }
}

struct Roll {
    forbidden: u32,
}

impl Scenario for Roll {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        system.node("table").actor("dice", Dice);
        system.faulty_phase(Duration::from_secs(1));
    }

    fn properties(&self, check: &mut Properties<u32>) {
        let forbidden = self.forbidden;
        check.never("DICE-1", "the forbidden number never shows", move |number| *number == forbidden);
        check.sometimes("a nine shows", |number| *number == 9);
    }
}

#[rehearsal::test(seeds = 200, faults = "none", time = "20s")]
fn a_number_beyond_the_dice_never_shows() -> impl Scenario {
    Roll { forbidden: 10 }
}

#[rehearsal::test(seeds = 1, faults = "none", goals = false)]
fn few_seeds_need_no_goals() -> impl Scenario {
    Roll { forbidden: 10 }
}

#[test]
fn a_failure_tells_the_seed_the_invariant_and_how_to_run_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let failed = rehearsal::check(Roll { forbidden: 7 }).cases(folder.path()).verdict().unwrap_err();
    for part in [
        "seed 0x",
        "DICE-1 violated: the forbidden number never shows",
        "states 7",
        "REHEARSE_SEED=0x",
        "REHEARSE_CASE=",
    ] {
        assert!(failed.contains(part), "no `{part}` in\n{failed}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the case is written");
}

#[test]
fn a_goal_that_no_run_reaches_fails_the_check() {
    let failed = rehearsal::check(Roll { forbidden: 10 }).seeds(1).verdict().unwrap_err();
    assert!(failed.contains("no run of 1 reached these goals:\n  a nine shows"), "{failed}");
}
