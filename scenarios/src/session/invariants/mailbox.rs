//! Nothing is lost, lanes, bounds.

use rehearsal::check::{Moment, Monitor, fold, on};
use rehearsal_protocol::mailbox::Bounds;
use rehearsal_protocol::session::{CommandId, Fact};
use rehearsal_protocol::{Address, Lane};

use super::ledger::Ledger;

/// MBX-1: accepted work is queued, in flight, stored or a dead letter.
///
/// It gets its place in the turn of its acceptance: if the session states anything else first, the work is lost. And when the
/// key ends, nothing is left in its queues.
pub fn no_work_is_lost() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Places {
        unplaced: Option<CommandId>,
        queued: Vec<CommandId>,
    }
    on(
        ["Accepted", "Queued", "InFlight", "DeadLettered", "RunEnded", "Closed"],
        fold(Ledger::default(), |sessions: &mut Ledger<Address, Places>, moment: Moment, fact: &Fact| {
            match fact {
                Fact::Accepted { command, .. } => {
                    match sessions.entry(moment.actor).unplaced.replace(*command) {
                        Some(lost) => {
                            Err(format!("{lost} was accepted and is nowhere when {command} is accepted"))
                        }
                        None => Ok(()),
                    }
                }
                Fact::Queued { command, .. } => {
                    let places = sessions.entry(moment.actor);
                    places.unplaced = places.unplaced.filter(|unplaced| unplaced != command);
                    places.queued.push(*command);
                    Ok(())
                }
                Fact::InFlight { command, .. } | Fact::DeadLettered { command, .. } => {
                    let places = sessions.entry(moment.actor);
                    if let Some(index) = places.queued.iter().position(|queued| queued == command) {
                        places.queued.remove(index);
                    }
                    match places.unplaced {
                        Some(lost) => {
                            Err(format!("{lost} was accepted and is nowhere when {command} moves on"))
                        }
                        None => Ok(()),
                    }
                }
                Fact::RunEnded { run, .. } => match sessions.entry(moment.actor).unplaced {
                    Some(lost) => Err(format!("{lost} was accepted and is nowhere when {run} ends")),
                    None => Ok(()),
                },
                Fact::Closed { key, .. } => match std::mem::take(sessions.entry(moment.actor)).queued.first()
                {
                    Some(lost) => Err(format!("{lost} still waits when {key} ends")),
                    None => Ok(()),
                },
                _ => Ok(()),
            }
        }),
    )
}

/// MBX-2: nothing is taken while something waits in a higher lane.
pub fn lanes_are_in_order() -> impl Monitor<Fact> {
    on(
        ["Dispatched"],
        fold((), |(), _, fact: &Fact| match fact {
            Fact::Dispatched { key, lane, above: above @ 1.. } => {
                Err(format!("a command for {key} is taken from {lane:?} while {above} wait above it"))
            }
            _ => Ok(()),
        }),
    )
}

/// MBX-3: what waits stays within its bounds.
pub fn backlogs_keep_their_bounds(bounds: Bounds) -> impl Monitor<Fact> {
    on(
        ["Backlogged"],
        fold((), move |(), _, fact: &Fact| match fact {
            Fact::Backlogged { key, lane, waiting } if usize::from(*waiting) > room(bounds, *lane) => {
                Err(format!(
                    "{waiting} commands wait for {key} in {lane:?}, which has room for {}",
                    room(bounds, *lane)
                ))
            }
            _ => Ok(()),
        }),
    )
}

fn room(bounds: Bounds, lane: Lane) -> usize {
    bounds.of(lane)
}
