//! Who finds out what is not known yet: actors and monitors, by one worker alone.

use rehearsal_protocol::Time;

use super::actors::Actors;
use super::expand::Known;
use super::judges::Judges;
use super::refused::Refused;
use super::tables::{Miss, Tables};
use crate::check::Violation;
use crate::world::rules::NO_PANIC;

/// The actors and the monitors.
pub(super) struct Lore {
    pub(super) actors: Actors,
    pub(super) judges: Judges,
}

/// What is known, by someone who can find out the rest.
pub(super) struct Learning<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) lore: &'a mut Lore,
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

impl Lore {
    /// Makes something known.
    pub(super) fn find_out(&mut self, miss: Miss, tables: &mut Tables) -> Result<(), Refused> {
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

    /// A violation by its number.
    pub(super) fn violation(&self, number: u32) -> &Violation {
        self.judges.violation(number)
    }

    /// Shows the watchdog that the search goes on.
    pub(super) fn beat(&mut self) {
        self.actors.beat();
    }

    /// How much memory the numbers take, in bytes, and not what lies behind them.
    pub(super) fn bytes(&self) -> usize {
        self.actors.bytes()
    }

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
