//! `#[rehearsal::test]`, the environment that it honours, and what the failure of a rehearsed test says.

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

/// Passes by itself; the tests below run it in a process of its own with a seed or a case in the environment.
#[test]
fn asked_by_the_environment() {
    rehearsal::check(Roll { forbidden: 7 }).seeds(0).goals(false).run();
}

/// The end of that process: whether it passed, and what it printed.
fn asked_with(variable: &str, value: &std::ffi::OsStr) -> (bool, String) {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "asked_by_the_environment", "--nocapture"])
        .env(variable, value)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), text.concat())
}

#[test]
fn a_seed_in_the_environment_is_the_only_one_that_is_run() {
    let failing = (0..1_000).find(|seed| {
        let spec = rehearsal::run::RunSpec::seeded(*seed, &rehearsal::Profile::CHAOS);
        let mut runner = rehearsal::runner::Runner::new(&Roll { forbidden: 7 });
        rehearsal::run::AnyRunner::run(&mut runner, &spec).signature().is_some()
    });
    let (passed, text) = asked_with("REHEARSE_SEED", format!("{:#x}", failing.unwrap()).as_ref());
    assert!(!passed && text.contains("DICE-1 violated"), "{text}");
    let (passed, text) = asked_with("REHEARSE_SEED", "1f".as_ref());
    assert!(!passed && text.contains("a seed looks like 0x1f"), "{text}");
}

#[test]
fn a_case_in_the_environment_is_run_again() {
    let folder = tempfile::tempdir().unwrap();
    rehearsal::check(Roll { forbidden: 7 }).cases(folder.path()).verdict().unwrap_err();
    let case = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let (passed, text) = asked_with("REHEARSE_CASE", case.as_os_str());
    assert!(!passed && text.contains("DICE-1 violated"), "{text}");
}
