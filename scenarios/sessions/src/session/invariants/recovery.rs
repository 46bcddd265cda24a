//! What a crash must leave.

use rehearsal::check::{Moment, Monitor, fold, on};
use rehearsal_protocol::Address;
use rehearsal_sessions::session::{CommandId, Fact, RunId};

use super::ledger::Ledger;

/// SES-7: what was told before a crash is known after it.
pub fn told_is_known() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Told {
        accepted: Vec<CommandId>,
        known: Vec<CommandId>,
    }
    on(
        ["Accepted", "RunStarted", "DeadLettered", "Recovering", "Restored", "Resumed", "Recovered"],
        fold(Ledger::default(), |sessions: &mut Ledger<Address, Told>, moment: Moment, fact: &Fact| {
            match fact {
                Fact::Accepted { command, .. } => sessions.entry(moment.actor).accepted.push(*command),
                Fact::RunStarted { command, .. }
                | Fact::Resumed { command, .. }
                | Fact::DeadLettered { command, .. } => {
                    sessions.entry(moment.actor).accepted.retain(|accepted| accepted != command);
                }
                Fact::Recovering { .. } => sessions.entry(moment.actor).known.clear(),
                Fact::Restored { command, .. } => sessions.entry(moment.actor).known.push(*command),
                Fact::Recovered { key, .. } => {
                    let told = sessions.entry(moment.actor);
                    if let Some(lost) = told.accepted.iter().find(|accepted| !told.known.contains(accepted)) {
                        return Err(format!(
                            "{lost} was told to be accepted, and {key} does not know it after a crash"
                        ));
                    }
                    told.accepted.clone_from(&told.known);
                }
                _ => {}
            }
            Ok(())
        }),
    )
}

/// SES-8: epochs of commits grow, whatever crashed in between.
pub fn epochs_grow() -> impl Monitor<Fact> {
    on(
        ["Committed", "Recovered"],
        fold(Ledger::default(), |last: &mut Ledger<Address, u32>, moment: Moment, fact: &Fact| {
            let (Fact::Committed { key, epoch } | Fact::Recovered { key, epoch }) = fact else {
                return Ok(());
            };
            let last = std::mem::replace(last.entry(moment.actor), *epoch);
            match fact {
                Fact::Committed { .. } if *epoch <= last => {
                    Err(format!("{key} commits epoch {epoch} after epoch {last}"))
                }
                Fact::Recovered { .. } if *epoch < last => {
                    Err(format!("{key} recovers at epoch {epoch}, and epoch {last} was told"))
                }
                _ => Ok(()),
            }
        }),
    )
}

/// INT-11: an interrupt that is applied again after a crash stops the run that it met, and no other.
pub fn replayed_interrupts_keep_their_run() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Stops {
        present: Ledger<Address, Option<RunId>>,
        met: Ledger<CommandId, Option<RunId>>,
    }
    on(
        [
            "InFlight",
            "Resumed",
            "RunDecided",
            "Recovering",
            "Closed",
            "InterruptReceived",
            "InterruptReplayed",
        ],
        fold(Stops::default(), |stops: &mut Stops, moment: Moment, fact: &Fact| {
            match fact {
                Fact::InFlight { run, .. } | Fact::Resumed { run, .. } => {
                    *stops.present.entry(moment.actor) = Some(*run);
                }
                Fact::RunDecided { .. } | Fact::Recovering { .. } | Fact::Closed { .. } => {
                    *stops.present.entry(moment.actor) = None;
                }
                Fact::InterruptReceived { command, .. } => {
                    *stops.met.entry(*command) = *stops.present.entry(moment.actor);
                }
                Fact::InterruptReplayed { run, command } => match stops.met.get(command).copied().flatten() {
                    Some(met) if met == *run => {}
                    Some(met) => {
                        return Err(format!("{command} met {met}, and a recovery applies it to {run}"));
                    }
                    None => return Err(format!("{command} met no run, and a recovery applies it to {run}")),
                },
                _ => {}
            }
            Ok(())
        }),
    )
}
