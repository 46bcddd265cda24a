//! Where search by coverage is better than plain draws: several rare steps in a row, each of them visible in the state of an actor.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rehearsal::campaign::{self, CampaignSpec, Unobserved};
use rehearsal::check::Properties;
use rehearsal::fault::Profile;
use rehearsal::registry::rehearsal;
use rehearsal::score::{Exam, score};
use rehearsal::search::{Strategy, random};
use rehearsal::{Scenario, Setup};
use rehearsal_protocol::{Actor, Address, Context, Input, Protocol, TimerId};
use serde::{Deserialize, Serialize};

/// How many dials there are, and how many numbers each has.
const DIALS: u32 = 5;
const NUMBERS: u32 = 6;

/// A dial shows its last number.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
struct Shows(u32);

/// The lock is open.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
struct Opened;

struct Dials;

impl Protocol for Dials {
    type Message = Shows;
    type Fact = Opened;
}

/// Goes on by one bolt if the dials come to their last numbers in order.
#[derive(Clone, Debug, Hash)]
struct Lock {
    bolts: Vec<Bolt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Bolt {
    Shut,
    Open,
}

#[derive(Clone, Debug, Hash)]
struct Dial {
    number: u32,
    lock: Address,
}

impl Actor<Dials> for Lock {
    fn receive(&mut self, cx: &mut Context<'_, Dials>, input: Input<Dials>) {
        let Input::Message(envelope) = input else { return };
        let Shows(dial) = envelope.message;
        let next = self.bolts.iter().position(|bolt| *bolt == Bolt::Shut);
        if next == Some(dial as usize) {
            self.bolts[dial as usize] = Bolt::Open;
        }
        if self.bolts.iter().all(|bolt| *bolt == Bolt::Open) {
            cx.announce(Opened);
        }
    }
}

impl Actor<Dials> for Dial {
    fn receive(&mut self, cx: &mut Context<'_, Dials>, input: Input<Dials>) {
        match input {
            Input::Start(_) => cx.set_timer(TimerId(0), Duration::from_millis(20) * (self.number + 1)),
            Input::Timer(_) if cx.choose(NUMBERS) == NUMBERS - 1 => cx.send(self.lock, Shows(self.number)),
            Input::Timer(_) | Input::Message(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

struct Safe;

impl Scenario for Safe {
    type Protocol = Dials;

    fn set_up(&self, system: &mut Setup<Dials>) {
        let lock = Lock { bolts: vec![Bolt::Shut; DIALS as usize] };
        let lock = system.node("safe").actor("lock", lock);
        for number in 0..DIALS {
            system.node(format!("dial-{number}")).actor("dial", Dial { number, lock });
        }
    }

    fn properties(&self, check: &mut Properties<Opened>) {
        check.never("SAFE-1", "the lock stays shut", |_: &Opened| true);
    }
}

fn coverage() -> &'static Strategy {
    Strategy::named("coverage").unwrap()
}

/// How many runs it takes to open the lock, on an average of some repetitions.
fn runs_to_open(strategy: &'static Strategy) -> u64 {
    let exam = Exam { profile: &Profile::NONE, strategy, repetitions: 20, budget: 100_000, shrinking: 0 };
    let score = score(rehearsal(Safe).as_ref(), &exam, &AtomicBool::new(false)).unwrap();
    score.runs / (score.found() as u64).max(1)
}

#[test]
fn a_lock_with_many_dials_opens_sooner_by_coverage_than_by_plain_draws() {
    let (plain, guided) = (runs_to_open(&random::STRATEGY), runs_to_open(coverage()));
    println!("the lock opens after {plain} plain runs, and after {guided} by coverage");
    assert!(2 * guided < plain, "{guided} against {plain}");
}

#[test]
fn what_a_campaign_by_coverage_reports_does_not_depend_on_its_workers() {
    let report = |jobs| {
        // Neither end is that of a block.
        let seeds = 100..20_000;
        let spec = CampaignSpec { jobs, strategy: coverage(), ..CampaignSpec::new(seeds, &Profile::NONE) };
        let stop = Arc::new(AtomicBool::new(false));
        let report = campaign::run(&rehearsal(Safe).into(), &spec, &stop, &mut Unobserved);
        assert!(!report.failures.is_empty(), "some run opens the lock");
        (report.runs, report.turns, format!("{:?}", report.failures), report.arms)
    };
    assert_eq!(report(1), report(3));
}
