//! Who finds out what is not known yet: actors and monitors, by one worker alone.

use rehearsal_protocol::{Protocol, Time};

use super::actors::Actors;
use super::expand::Known;
use super::judges::Judges;
use super::refused::Refused;
use super::tables::{Miss, Tables};
use crate::check::Violation;
use crate::world::rules::NO_PANIC;

/// The actors and the monitors.
pub(super) struct Lore<P: Protocol> {
    pub(super) actors: Actors<P>,
    pub(super) judges: Judges<P::Fact>,
}

/// The lore of any protocol: the search knows numbers only, so it is compiled once.
pub(super) trait AnyLore {
    /// Makes something known.
    fn find_out(&mut self, miss: Miss, tables: &mut Tables) -> Result<(), Refused>;

    /// A violation by its number.
    fn violation(&self, number: u32) -> &Violation;

    /// Shows the watchdog that the search goes on.
    fn beat(&mut self);

    /// How much memory the numbers take, in bytes, and not what lies behind them.
    fn bytes(&self) -> usize;
}

/// What is known, by someone who can find out the rest.
pub(super) struct Learning<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) lore: &'a mut dyn AnyLore,
}

impl Known for Learning<'_> {
    fn tables(&self) -> &Tables {
        self.tables
    }

    fn find_out(&mut self, miss: Miss) -> Result<bool, Refused> {
        self.lore.find_out(miss, self.tables)?;
        Ok(true)
    }
}

impl<P: Protocol> AnyLore for Lore<P> {
    fn find_out(&mut self, miss: Miss, tables: &mut Tables) -> Result<(), Refused> {
        match miss {
            Miss::Turn { event, local } => self.actors.find_out(event, local, tables)?,
            Miss::Judge { judges, facts } => {
                let said = self.judges.judge(judges, self.actors.announced(facts));
                tables.learn_judged(judges, facts, said);
            }
            Miss::Settle { judges } => {
                let owed = self.judges.settle(judges);
                tables.learn_settled(judges, owed);
            }
        }
        Ok(())
    }

    fn violation(&self, number: u32) -> &Violation {
        self.judges.violation(number)
    }

    fn beat(&mut self) {
        self.actors.beat();
    }

    fn bytes(&self) -> usize {
        self.actors.bytes()
    }
}

impl<P: Protocol> Lore<P> {
    /// The violation that a panic is.
    pub(super) fn panicked(&self, number: u32) -> Violation {
        Violation {
            invariant: NO_PANIC.id.to_owned(),
            sentence: NO_PANIC.sentence.to_owned(),
            message: self.actors.panic(number - 1).to_owned(),
            at: Time::ZERO,
            event: 0,
        }
    }
}
