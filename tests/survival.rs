//! Seeds survive edits: what is added elsewhere changes no choice, so most failures are still there.

use std::time::Duration;

use rand::RngExt;
use rehearsal::check::Properties;
use rehearsal::fault::Profile;
use rehearsal::run::{AnyRunner, RunSpec, Runner, Verdict};
use rehearsal::{Scenario, Setup};
use rehearsal_protocol::session::{Fact, Session, Variant};
use rehearsal_protocol::{Actor, Context, Input, TimerId};
use rehearsal_scenarios::session::Sessions;

/// Draws, writes a log line and sends itself a message, 20 times.
#[derive(Clone, Debug, Hash)]
struct Bystander(u32);

impl Actor<Session> for Bystander {
    fn receive(&mut self, cx: &mut Context<'_, Session>, _: Input<Session>) {
        if self.0 > 0 {
            self.0 -= 1;
            let millis: u64 = cx.rng().random_range(1..50);
            tracing::info!(millis, "a bystander waits");
            cx.set_timer(TimerId(0), Duration::from_millis(millis));
        }
    }
}

/// The scenario with an unrelated node and actor, placed before all others so that every number moves.
struct Crowded(Sessions);

impl Scenario for Crowded {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        system.node("elsewhere").steady().actor("bystander", Bystander(20));
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        self.0.properties(check);
    }
}

#[test]
fn at_least_95_of_100_failing_seeds_still_fail_after_an_unrelated_edit() {
    let scenario = Sessions::with(Variant::named("lost-wakeup").unwrap());
    let (mut before, mut after) = (Runner::new(&scenario), Runner::new(&Crowded(scenario)));
    let invariant = |verdict: Verdict| match verdict {
        Verdict::Violation(found) => Some(found.invariant),
        Verdict::Pass | Verdict::Limit(_) => None,
    };
    let mut failing = 0;
    let mut survived = 0;
    for seed in 0.. {
        let spec = RunSpec::seeded(seed, &Profile::CHAOS);
        let Some(found) = invariant(before.run(&spec).verdict) else { continue };
        failing += 1;
        survived += u32::from(invariant(after.run(&spec).verdict) == Some(found));
        if failing == 100 {
            break;
        }
    }
    println!("{survived} of {failing} failing seeds survived");
    assert!(survived >= 95, "{survived} of {failing} failing seeds survived");
}
