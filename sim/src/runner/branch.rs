//! A run that is led step by step.

use std::hash::Hasher as _;

use rehearsal_protocol::Protocol;

use super::draws::Draws;
use super::{Runner, STEPS_BETWEEN_LIMITS};
use crate::choice::Choices;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::run::{AnyRunner, Branch, Outcome, RunSpec};
use crate::wall::Stopwatch;

impl<P: Protocol> Runner<P> {
    /// A copy that goes its own way, under the eye of the same watchdog, and looks for no goals.
    pub(super) fn without_goals(&self) -> Self {
        let mut copy = self.copy();
        copy.checks.skip_all_goals();
        copy
    }

    #[cold]
    fn is_over(&self) -> bool {
        let (so_far, topology) = (self.so_far(), &self.world.blueprint().topology);
        so_far.is_beyond_horizon(topology) || so_far.limit(topology).is_some()
    }

    fn copy(&self) -> Self {
        Self {
            world: self.world.fork(),
            checks: self.checks.clone(),
            draws: Draws::default(),
            steps: self.steps,
        }
    }
}

impl<P: Protocol> Branch for Runner<P> {
    fn fork(&self) -> Box<dyn Branch> {
        Box::new(self.copy())
    }

    fn start(&mut self, choices: Choices, spec: &RunSpec) {
        self.start_with(choices, spec);
    }

    fn choices(&mut self) -> &mut Choices {
        self.world.choices_mut()
    }

    fn step(&mut self) -> bool {
        if !self.world.step(&mut self.checks) || self.checks.violation().is_some() || self.world.is_broken() {
            return false;
        }
        self.steps += 1;
        !self.steps.is_multiple_of(STEPS_BETWEEN_LIMITS) || !self.is_over()
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn go_on(&mut self, until: u64) -> Option<Outcome> {
        let watch = Stopwatch::start();
        loop {
            if let Some(verdict) = self.advance(&watch) {
                return Some(self.outcome(verdict));
            }
            if self.steps >= until {
                return None;
            }
        }
    }

    /// The world, what the monitors remember, and how many steps there were, for limits are looked at after so many.
    fn fingerprint(&self) -> Fingerprint {
        let mut to = Fingerprinter::default();
        self.world.feed(&mut to);
        #[cfg(test)]
        let overlooked = self.world.sabotage() == Some(crate::world::rules::Sabotage::OverlookFacts);
        #[cfg(not(test))]
        let overlooked = false;
        if !overlooked {
            self.checks.feed(&mut to);
        }
        to.write_u64(self.steps);
        to.fingerprint()
    }

    fn left(&self) -> &dyn AnyRunner {
        self
    }
}
