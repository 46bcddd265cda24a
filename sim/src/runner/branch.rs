//! A run that is led step by step.

use std::hash::Hasher as _;

use rehearsal_protocol::Protocol;

use super::{Runner, STEPS_BETWEEN_LIMITS};
use crate::choice::Choices;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::run::{AnyRunner, Branch, Outcome, RunSpec};

impl<P: Protocol> Runner<P> {
    /// A copy that goes its own way, under the eye of the same watchdog, and looks for no goals.
    pub(super) fn without_goals(&self) -> Self {
        let mut copy = self.copy();
        copy.checks.skip_all_goals();
        copy
    }

    fn copy(&self) -> Self {
        Self {
            world: self.world.fork(),
            checks: self.checks.clone(),
            sizes: Vec::new(),
            block: None,
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
        !self.steps.is_multiple_of(STEPS_BETWEEN_LIMITS)
            || !(self.is_beyond_horizon() || self.limit().is_some())
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn go_on(&mut self, until: u64) -> Option<Outcome> {
        let verdict = self.drive_unless(|runner| runner.steps >= until)?;
        Some(self.outcome(verdict))
    }

    /// The world, what the monitors remember, and how many steps there were, for limits are looked at after so many.
    fn fingerprint(&self) -> Fingerprint {
        let mut to = Fingerprinter::default();
        self.world.feed(&mut to);
        #[cfg(test)]
        let overlooked = self.world.sabotage == Some(crate::world::rules::Sabotage::OverlookFacts);
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
