//! Runs as values of `proptest`, for tests that combine scenarios with other generated input. Needs the feature `proptest`.
//!
//! ```
//! # use rehearsal::{Scenario, Setup, Profile, check::Properties, protocol::Protocol, run::Verdict};
//! # use proptest::prelude::*;
//! # struct P; impl Protocol for P { type Message = u8; type Fact = u8; }
//! # struct LeaseLock; impl Scenario for LeaseLock { type Protocol = P;
//! #   fn set_up(&self, _: &mut Setup<P>) {} fn properties(&self, _: &mut Properties<u8>) {} }
//! proptest! {
//!     fn the_lock_holds(run in rehearsal::bridge::runs(LeaseLock, &Profile::CHAOS)) {
//!         prop_assert_eq!(run.outcome().verdict, Verdict::Pass);
//!     }
//! }
//! # the_lock_holds();
//! ```
//!
//! A failure is shrunk by proptest, which takes deviations away as [`crate::case::shrink`] does; [`Run::spec`] hands the run over to
//! that one instead.

use std::fmt;
use std::sync::Arc;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::choice::overrides;
use crate::choice::{Base, Deviation};
use crate::fault::Profile;
use crate::registry::{Rehearsal, rehearsal};
use crate::run::{Outcome, RunSpec};
use crate::scenario::Scenario;
use crate::story::Story;
use crate::words;

/// All runs of a scenario under a profile of faults.
pub fn runs(scenario: impl Scenario, profile: &'static Profile) -> Runs {
    Runs { rehearsal: rehearsal(scenario).into(), profile }
}

/// A `proptest` strategy; see [`runs`].
#[derive(Clone)]
pub struct Runs {
    rehearsal: Arc<dyn Rehearsal>,
    profile: &'static Profile,
}

/// One run: a seed, and those of its deviations that are kept.
#[derive(Clone)]
pub struct Run {
    rehearsal: Arc<dyn Rehearsal>,
    spec: RunSpec,
    kept: Vec<Deviation>,
}

impl Run {
    /// Runs it.
    pub fn outcome(&self) -> Outcome {
        self.rehearsal.runner().run(&self.spec)
    }

    /// The story of its failure, if it fails.
    pub fn story(&self) -> Option<Story> {
        Story::of(self.rehearsal.as_ref(), &self.spec)
    }

    /// What the run is.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }
}

/// The seed and the deviations in words, which is what proptest prints of a failure.
impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut runner = self.rehearsal.runner();
        runner.run(&self.spec);
        writeln!(
            f,
            "seed {:#x}, faults {}, {} deviations",
            self.spec.seed,
            self.spec.profile.name,
            self.kept.len()
        )?;
        self.kept.iter().try_for_each(|made| {
            writeln!(
                f,
                "  {}: {}",
                words::choice(runner.as_ref(), made),
                words::meaning(runner.as_ref(), made)
            )
        })
    }
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "runs under {}", self.profile.name)
    }
}

impl Strategy for Runs {
    type Tree = RunTree;
    type Value = Run;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = proptest::num::u64::ANY.new_tree(runner)?.current();
        let seeded = RunSpec { record_choices: true, ..RunSpec::seeded(seed, self.profile) };
        let mut rehearsed = self.rehearsal.runner();
        rehearsed.run(&seeded);
        let deviations = rehearsed.deviations().to_vec();
        let faulty = Some(rehearsed.plan().faulty);
        let base = RunSpec { base: Base::Benign, faulty, record_choices: false, ..seeded };
        let size = deviations.len();
        Ok(RunTree { rehearsal: self.rehearsal.clone(), base, deviations, size, from: 0, taken: Vec::new() })
    }
}

/// How a run is made simpler: ever smaller groups of deviations are taken away.
#[derive(Clone)]
pub struct RunTree {
    rehearsal: Arc<dyn Rehearsal>,
    base: RunSpec,
    deviations: Vec<Deviation>,
    /// The size of the groups.
    size: usize,
    /// Where the next group begins.
    from: usize,
    /// What was taken away last.
    taken: Vec<Deviation>,
}

impl fmt::Debug for RunTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.current(), f)
    }
}

impl ValueTree for RunTree {
    type Value = Run;

    fn current(&self) -> Run {
        let spec = RunSpec { overrides: Some(Arc::new(overrides(&self.deviations))), ..self.base.clone() };
        Run { rehearsal: self.rehearsal.clone(), spec, kept: self.deviations.clone() }
    }

    fn simplify(&mut self) -> bool {
        if self.from >= self.deviations.len() {
            (self.size, self.from) = (self.size / 2, 0);
        }
        if self.size == 0 || self.deviations.is_empty() {
            return false;
        }
        let until = (self.from + self.size).min(self.deviations.len());
        self.taken = self.deviations.drain(self.from..until).collect();
        true
    }

    fn complicate(&mut self) -> bool {
        if self.taken.is_empty() {
            return false;
        }
        let taken = std::mem::take(&mut self.taken);
        let count = taken.len();
        self.deviations.splice(self.from..self.from, taken);
        self.from += count;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
    use rehearsal_protocol::{Actor, Address, Context, Input, Protocol};

    use super::*;
    use crate::check::{Properties, fold};
    use crate::run::Verdict;
    use crate::scenario::Setup;

    struct Numbers;

    impl Protocol for Numbers {
        type Message = u32;
        type Fact = u32;
    }

    /// Sends ten numbers, or states what it gets.
    #[derive(Clone, Debug, Hash)]
    struct Peer(Option<Address>);

    impl Actor<Numbers> for Peer {
        fn receive(&mut self, cx: &mut Context<'_, Numbers>, input: Input<Numbers>) {
            match (input, self.0) {
                (Input::Start(_), Some(other)) => (0..10).for_each(|n| cx.send(other, n)),
                (Input::Message(envelope), None) => cx.announce(envelope.message),
                _ => {}
            }
        }
    }

    struct InOrder;

    impl Scenario for InOrder {
        type Protocol = Numbers;

        fn set_up(&self, system: &mut Setup<Numbers>) {
            let right = system.node("right").actor("peer", Peer(None));
            system.node("left").actor("peer", Peer(Some(right)));
        }

        fn properties(&self, check: &mut Properties<u32>) {
            let judge = |next: &mut u32, _, number: &u32| {
                let late = number < next;
                *next = number + 1;
                if late { Err(format!("{number} is late")) } else { Ok(()) }
            };
            check.always("ORDER", "numbers come in order", fold(0, judge));
        }
    }

    #[test]
    fn proptest_shrinks_a_failing_run_to_the_one_deviation_that_it_needs() {
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let failed = runner.run(&runs(InOrder, &Profile::LOSSY), |run| match run.outcome().verdict {
            Verdict::Pass => Ok(()),
            wrong => Err(TestCaseError::fail(format!("{wrong:?}"))),
        });
        let Err(TestError::Fail(_, run)) = failed else { panic!("{failed:?}") };
        assert_eq!(run.kept.len(), 1, "{run:?}");
        assert!(format!("{run:?}").contains("delay /left/peer→/right/peer #"), "{run:?}");
        assert!(run.story().is_some());
    }
}
