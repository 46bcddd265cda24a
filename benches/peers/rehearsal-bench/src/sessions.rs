//! The session protocol of an agent runtime under chaos: all its monitors on, seeds by the strategies of a campaign, which looks for no goal
//! that an earlier seed has reached.

use rehearsal::check::Properties;
use rehearsal::protocol::Protocol;
use rehearsal::run::{AnyRunner, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::search::portfolio;
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_scenarios_sessions::session::{SESSION, Sessions};

/// Runs of so many seeds on one core: the turns that they took, and all their trace hashes folded.
pub fn one_core(seeds: u64) -> (u64, u64) {
    runs(&mut *SESSION.built(None).runner(), seeds)
}

/// The same runs with nobody who judges them: what they take beside it is the price of the monitors.
pub fn unwatched(seeds: u64) -> (u64, u64) {
    runs(&mut Runner::new(&Unwatched(Sessions::default())), seeds)
}

/// A scenario without its invariants and goals.
struct Unwatched<S>(S);

impl<S: Scenario> Scenario for Unwatched<S> {
    type Protocol = S::Protocol;

    fn set_up(&self, system: &mut Setup<S::Protocol>) {
        self.0.set_up(system);
    }

    fn properties(&self, _: &mut Properties<<S::Protocol as Protocol>::Fact>) {}
}

fn runs(runner: &mut dyn AnyRunner, seeds: u64) -> (u64, u64) {
    let (mut turns, mut digest) = (0, 0_u64);
    let mut reached: Vec<bool> = Vec::new();
    for seed in 0..seeds {
        let outcome = runner.run(&RunSpec::seeded(seed, &Profile::CHAOS).by(&portfolio::STRATEGY));
        assert_eq!(outcome.verdict, Verdict::Pass);
        if reached.is_empty() {
            reached = vec![false; outcome.goals.len()];
        }
        if outcome.goals.contains(&true) {
            reached.iter_mut().zip(&outcome.goals).for_each(|(reached, now)| *reached |= now);
            runner.skip_goals(&reached);
        }
        turns += outcome.turns;
        digest = digest.rotate_left(1) ^ outcome.trace_hash;
    }
    (turns, digest)
}
