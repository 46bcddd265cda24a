//! Seeds survive edits: what is added elsewhere changes no choice, so most failures are still there.

use std::path::Path;
use std::time::Duration;

use rand::RngExt;
use rehearsal::campaign::Failure;
use rehearsal::case::{Case, Smaller, smaller, tolerant};
use rehearsal::check::Properties;
use rehearsal::fault::Profile;
use rehearsal::registry::rehearsal;
use rehearsal::run::{AnyRunner, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::{Scenario, Setup};
use rehearsal_protocol::{Actor, Address, Context, Input, TimerId};
use rehearsal_scenarios_sessions::session::Sessions;
use rehearsal_sessions::session::{Fact, GatewayMessage, Message, Session, VARIANTS, Variants, Workload};

/// Draws, writes a log line, tells a peer and waits, 20 times.
#[derive(Clone, Debug, Hash)]
struct Bystander {
    left: u32,
    peer: Option<Address>,
}

impl Actor<Session> for Bystander {
    fn receive(&mut self, cx: &mut Context<'_, Session>, _: Input<Session>) {
        if let Some(peer) = self.peer.filter(|_| self.left > 0) {
            self.left -= 1;
            let millis: u64 = cx.rng().random_range(1..50);
            tracing::info!(millis, "a bystander waits");
            cx.send(peer, Message::Gateway(GatewayMessage::Rested(Workload::key(0))));
            cx.set_timer(TimerId(0), Duration::from_millis(millis));
        }
    }
}

/// The scenario with unrelated nodes, actors and messages, placed before all others so that every number moves.
struct Crowded(Sessions);

impl Scenario for Crowded {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        let peer = system.node("yonder").steady().actor("listener", Bystander { left: 0, peer: None });
        system.node("elsewhere").steady().actor("bystander", Bystander { left: 20, peer: Some(peer) });
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        self.0.properties(check);
    }
}

#[test]
fn at_least_95_of_100_failing_seeds_still_fail_after_an_unrelated_edit() {
    let scenario = Sessions::with(Variants::named("lost-wakeup").unwrap());
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

/// Every planted bug of session, shrunk from some of its failing seeds: 100 cases and more.
#[test]
fn at_least_95_of_100_shrunk_cases_still_fail_after_an_unrelated_edit() {
    let (mut cases, mut survived, mut lost) = (0, 0, Vec::new());
    for planted in VARIANTS {
        let scenario = Sessions::with(planted.variant);
        let (mut before, crowded) = (Runner::new(&scenario), rehearsal(Crowded(scenario)));
        let failing = (0..100_000).filter_map(|seed| {
            let spec = RunSpec::seeded(seed, &Profile::CHAOS);
            let outcome = before.run(&spec);
            let failure = Failure::of(seed, spec.strategy, &outcome)?;
            let case = Case::of("session", Some(planted.name), &Profile::CHAOS, &failure);
            smaller(&mut before, case, &spec, 1_000)
        });
        for Smaller { case, .. } in failing.take(4) {
            cases += 1;
            let again = tolerant(&case, Path::new(planted.name), crowded.as_ref()).unwrap();
            let divergence = again.divergence.as_deref().expect("another actor is another trace");
            assert!(divergence.contains("the scenario has other nodes, actors or timeouts"), "{divergence}");
            if again.reproduced {
                survived += 1;
            } else {
                lost.push(format!("{}: {}", planted.name, again.divergence.unwrap()));
            }
        }
    }
    println!("{survived} of {cases} shrunk cases survived; the others: {lost:#?}");
    assert!(cases >= 100 && survived * 100 >= cases * 95, "{survived} of {cases}: {lost:#?}");
}
