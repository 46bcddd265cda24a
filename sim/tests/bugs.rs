//! Two bugs in one system: each is its own, in a campaign and while it is shrunk.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::campaign::{self, CampaignSpec, Unobserved};
use rehearsal::case::shrink;
use rehearsal::check::Properties;
use rehearsal::fault::Profile;
use rehearsal::protocol::{Actor, Context, Input, Protocol};
use rehearsal::registry::rehearsal;
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::runner::Runner;
use rehearsal::{Scenario, Setup};

struct Numbers;

impl Protocol for Numbers {
    type Message = u32;
    type Fact = (u32, u32);
}

/// Throws two dice.
#[derive(Clone, Debug, Hash)]
struct Thrower;

impl Actor<Numbers> for Thrower {
    fn receive(&mut self, cx: &mut Context<'_, Numbers>, _: Input<Numbers>) {
        let thrown = (cx.choose(6), cx.choose(6));
        cx.announce(thrown);
    }
}

struct Dice;

impl Scenario for Dice {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        system.node("table").actor("thrower", Thrower);
    }

    fn properties(&self, check: &mut Properties<(u32, u32)>) {
        check.never("DICE-1", "no double five is thrown", |thrown| *thrown == (5, 5));
        check.never("DICE-2", "no five is thrown beside a blank", |thrown| *thrown == (5, 0));
    }
}

#[test]
fn two_bugs_in_one_campaign_are_two_signatures() {
    let spec = CampaignSpec::new(0..5_000, &Profile::NONE);
    let stop = Arc::new(AtomicBool::new(false));
    let report = campaign::run(&rehearsal(Dice).into(), &spec, &stop, &mut Unobserved);
    let mut signatures: Vec<_> = report.failures.iter().map(|failure| &failure.signature[..6]).collect();
    signatures.sort_unstable();
    assert_eq!(signatures, ["DICE-1", "DICE-2"]);
    assert!(report.failures.iter().all(|failure| failure.count > 20), "{:?}", report.failures);
}

#[test]
fn shrinking_never_slips_to_another_bug_and_says_which_it_met() {
    let mut runner = Runner::new(&Dice);
    let double = |seed: &u64| {
        let signature = runner.run(&RunSpec::seeded(*seed, &Profile::NONE)).signature();
        signature.is_some_and(|signature| signature.starts_with("DICE-1"))
    };
    let seed = (0..5_000).find(double).unwrap();
    let shrunk = shrink(&mut runner, &RunSpec::seeded(seed, &Profile::NONE), 100).unwrap();
    assert!(shrunk.outcome.signature().unwrap().starts_with("DICE-1"));
    assert_eq!(shrunk.deviations.len(), 2, "both fives are needed");
    let met: Vec<_> = shrunk.slips.iter().map(|slip| &slip[..6]).collect();
    assert_eq!(met, ["DICE-2"]);
}
