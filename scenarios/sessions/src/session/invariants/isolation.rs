//! Between keys: what belongs to one never reaches another.

use rehearsal::check::{Moment, Monitor, on};
use rehearsal_sessions::session::{CommandId, Fact, Key, Role};

use super::ledger::Ledger;

/// ISO-1: what a run reads and writes belongs to its key.
///
/// For whom a command was meant is known from the client that gave it.
pub fn runs_keep_to_their_key() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Meant(Ledger<CommandId, Option<Key>>);
    impl Monitor<Fact> for Meant {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(meant) = self;
            let run = match fact {
                Fact::Said { key, command, .. } => {
                    *meant.entry(*command) = Some(*key);
                    return Ok(());
                }
                Fact::RowStored { run, .. } | Fact::RunStarted { run, .. } | Fact::ModelCall { run, .. } => {
                    run
                }
                _ => return Ok(()),
            };
            let (what, key) = match fact {
                Fact::RowStored { role: Role::User { command }, .. } | Fact::RunStarted { command, .. } => {
                    ("answers a command", meant.get(command).copied().flatten().unwrap_or(run.key))
                }
                Fact::RowStored { key, .. } => ("stores a row", *key),
                Fact::ModelCall { context, .. } => ("reads the context", *context),
                _ => return Ok(()),
            };
            if key == run.key { Ok(()) } else { Err(format!("{run} {what} of {key}")) }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["Said", "RowStored", "RunStarted", "ModelCall"], Meant::default())
}

/// ISO-2: an interrupt ends only runs of its key.
pub fn interrupts_keep_to_their_key() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Pressed(Ledger<CommandId, Option<Key>>);
    impl Monitor<Fact> for Pressed {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(pressed) = self;
            match fact {
                Fact::Pressed { key, command } => {
                    *pressed.entry(*command) = Some(*key);
                    Ok(())
                }
                Fact::InterruptEffect { run, command } => match pressed.get(command).copied().flatten() {
                    Some(key) if key != run.key => {
                        Err(format!("{command} was meant for {key} and stops {run}"))
                    }
                    Some(_) => Ok(()),
                    None => Err(format!("{command} stops {run}, and nobody has pressed it")),
                },
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["Pressed", "InterruptEffect"], Pressed::default())
}
