//! Nothing is lost, lanes, bounds.

use rehearsal::check::{Moment, Monitor, on};
use rehearsal_protocol::Address;
use rehearsal_protocol::mailbox::Bounds;
use rehearsal_sessions::session::{CommandId, Fact};

use super::ledger::Ledger;

/// MBX-1: accepted work is queued, in flight, stored or a dead letter.
///
/// It gets its place in the turn of its acceptance: if the session states anything else first, the work is lost. And when the
/// key ends, nothing is left in its queues.
pub fn no_work_is_lost() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Places {
        unplaced: Ledger<Address, Option<CommandId>>,
        queued: Vec<(Address, CommandId)>,
    }
    impl Monitor<Fact> for Places {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let by = moment.actor;
            match fact {
                Fact::Accepted { command, .. } => match self.unplaced.entry(by).replace(*command) {
                    Some(lost) => {
                        Err(format!("{lost} was accepted and is nowhere when {command} is accepted"))
                    }
                    None => Ok(()),
                },
                Fact::Queued { command, .. } => {
                    let unplaced = self.unplaced.entry(by);
                    *unplaced = unplaced.filter(|unplaced| unplaced != command);
                    self.queued.push((by, *command));
                    Ok(())
                }
                Fact::InFlight { command, .. } | Fact::DeadLettered { command, .. } => {
                    if let Some(place) = self.queued.iter().position(|queued| *queued == (by, *command)) {
                        self.queued.remove(place);
                    }
                    match self.unplaced.entry(by) {
                        Some(lost) => {
                            Err(format!("{lost} was accepted and is nowhere when {command} moves on"))
                        }
                        None => Ok(()),
                    }
                }
                Fact::RunEnded { run, .. } => match self.unplaced.entry(by) {
                    Some(lost) => Err(format!("{lost} was accepted and is nowhere when {run} ends")),
                    None => Ok(()),
                },
                Fact::Closed { key, .. } => {
                    *self.unplaced.entry(by) = None;
                    let lost = self.queued.iter().find(|(whose, _)| *whose == by).copied();
                    self.queued.retain(|(whose, _)| *whose != by);
                    match lost {
                        Some((_, lost)) => Err(format!("{lost} still waits when {key} ends")),
                        None => Ok(()),
                    }
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.unplaced.clear();
            self.queued.clear();
        }
    }
    on(["Accepted", "Queued", "InFlight", "DeadLettered", "RunEnded", "Closed"], Places::default())
}

/// MBX-2: nothing is taken while something waits in a higher lane.
pub fn lanes_are_in_order() -> impl Monitor<Fact> {
    #[derive(Clone, Hash)]
    struct Lanes;
    impl Monitor<Fact> for Lanes {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            match fact {
                Fact::Dispatched { key, lane, above: above @ 1.. } => {
                    Err(format!("a command for {key} is taken from {lane:?} while {above} wait above it"))
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {}
    }
    on(["Dispatched"], Lanes)
}

/// MBX-3: what waits stays within its bounds.
pub fn backlogs_keep_their_bounds(bounds: Bounds) -> impl Monitor<Fact> {
    #[derive(Clone, Hash)]
    struct Backlogs(Bounds);
    impl Monitor<Fact> for Backlogs {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(bounds) = self;
            let Fact::Backlogged { key, lane, waiting } = fact else { return Ok(()) };
            let room = bounds.of(*lane);
            if usize::from(*waiting) <= room {
                return Ok(());
            }
            Err(format!("{waiting} commands wait for {key} in {lane:?}, which has room for {room}"))
        }

        fn reset(&mut self) {}
    }
    on(["Backlogged"], Backlogs(bounds))
}
