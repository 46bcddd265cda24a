//! The monitors of a scenario over facts in JSON.

use std::fmt::Debug;

use rehearsal_protocol::Time;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Fact;
use crate::check::{Checks, Goal, Invariant, Moment, Violation};
use crate::tree::{Misfit, Tree};

/// Judges facts that were announced elsewhere.
pub trait Judge: Send {
    /// Judges the next fact. `healed` says since when there are no faults any more, if that is so.
    ///
    /// # Errors
    ///
    /// If it is no fact of this scenario.
    fn observe(&mut self, number: u64, fact: &Fact, healed: Option<Time>) -> Result<(), Misfit>;

    /// Judges what is owed: everything if nothing more will come, else what is overdue.
    fn settle(&mut self, at: Time, number: u64, healed: Time, quiet: bool);

    /// The first violation.
    fn violation(&self) -> Option<&Violation>;

    /// Which goals were reached, in the order of their statement.
    fn reached(&self) -> &[bool];

    /// What is judged.
    fn invariants(&self) -> &[Invariant];

    /// What is to happen in some run.
    fn goals(&self) -> &[Goal];

    /// Forgets everything.
    fn reset(&mut self);
}

pub(super) struct Typed<F> {
    checks: Checks<F>,
    invariants: Vec<Invariant>,
    goals: Vec<Goal>,
}

impl<F> Typed<F> {
    pub(super) fn new(checks: Checks<F>, invariants: Vec<Invariant>, goals: Vec<Goal>) -> Self {
        Self { checks, invariants, goals }
    }
}

impl<F: Clone + Debug + Serialize + DeserializeOwned + Send> Judge for Typed<F> {
    fn observe(&mut self, number: u64, fact: &Fact, healed: Option<Time>) -> Result<(), Misfit> {
        let announced: F = Tree::of_json(&fact.json.0)?.read()?;
        self.checks.observe(Moment { at: fact.at, event: number, actor: fact.address, healed }, &announced);
        Ok(())
    }

    fn settle(&mut self, at: Time, number: u64, healed: Time, quiet: bool) {
        self.checks.settle(at, number, healed, quiet);
    }

    fn violation(&self) -> Option<&Violation> {
        self.checks.violation()
    }

    fn reached(&self) -> &[bool] {
        self.checks.reached()
    }

    fn invariants(&self) -> &[Invariant] {
        &self.invariants
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }

    fn reset(&mut self) {
        self.checks.reset();
    }
}
