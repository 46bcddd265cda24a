//! The monitors of a scenario over facts in JSON.

use rehearsal_protocol::Time;

use super::Fact;
use crate::check::{Checks, Goal, Invariant, Moment, Violation};
use crate::erased::{self, System};
use crate::tree::Misfit;

/// Judges facts that were announced elsewhere.
pub struct Judge {
    checks: Checks<erased::Fact>,
    read: fn(&str) -> Result<erased::Fact, Misfit>,
    goals: Vec<Goal>,
}

impl Judge {
    /// The judge of a system with these goals.
    pub(super) fn of(system: &System, goals: Vec<Goal>) -> Self {
        Self { checks: system.checks.clone(), read: system.reader.fact, goals }
    }

    /// The judge of facts of a type.
    #[cfg(test)]
    pub(super) fn of_facts<F>(checks: &Checks<F>, goals: Vec<Goal>) -> Self
    where
        F: erased::Factual + serde::de::DeserializeOwned,
    {
        Self { checks: erased::without_types(checks), read: erased::read::<F>, goals }
    }

    /// Judges the next fact. `healed` says since when there are no faults any more, if that is so.
    ///
    /// # Errors
    ///
    /// If it is no fact of this scenario.
    pub fn observe(&mut self, number: u64, fact: &Fact, healed: Option<Time>) -> Result<(), Misfit> {
        let announced = (self.read)(&fact.json.0)?;
        self.checks.observe(Moment { at: fact.at, event: number, actor: fact.address, healed }, &announced);
        Ok(())
    }

    /// Judges what is owed: everything if nothing more will come, else what is overdue.
    pub fn settle(&mut self, at: Time, number: u64, healed: Time, quiet: bool) {
        self.checks.settle(at, number, healed, quiet);
    }

    /// The first violation.
    pub fn violation(&self) -> Option<&Violation> {
        self.checks.violation()
    }

    /// Which goals were reached, in the order of their statement.
    pub fn reached(&self) -> &[bool] {
        self.checks.reached()
    }

    /// What is judged.
    pub fn invariants(&self) -> &[Invariant] {
        self.checks.invariants()
    }

    /// What is to happen in some run.
    pub fn goals(&self) -> &[Goal] {
        &self.goals
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.checks.reset();
    }
}
