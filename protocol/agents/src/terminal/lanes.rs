//! The two queues, and which of them is next.

use std::collections::VecDeque;

use super::{Config, Event, Lane, Variant};

/// Accepted events, by lane.
#[derive(Clone, Debug, Default, Hash)]
pub struct Waiting {
    input: VecDeque<Numbered>,
    bulk: VecDeque<Numbered>,
    accepted: [u64; 2],
    /// How many inputs were dispatched since the last bulk event.
    in_a_row: u32,
}

/// An event with its number in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbered {
    /// The first has 1.
    pub number: u64,
    /// What happened.
    pub event: Event,
}

/// What becomes of an event that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// It waits under this number.
    Waits(u64),
    /// The one of this number, which waits, does for both.
    Joins(u64),
    /// There is no room for it.
    Refused,
}

impl Waiting {
    /// Puts an event into its lane, if it has to wait on its own and there is room.
    pub(super) fn accept(&mut self, event: Event, config: &Config, variant: Variant) -> Accepted {
        if let Some(number) = self.alike(event, variant) {
            return Accepted::Joins(number);
        }
        let lane = event.lane();
        let has_room = self.len(lane) < config.room as usize || variant == Variant::Unbounded;
        if !has_room {
            return Accepted::Refused;
        }
        self.accepted[lane as usize] += 1;
        let number = self.accepted[lane as usize];
        self.queue(lane).push_back(Numbered { number, event });
        Accepted::Waits(number)
    }

    /// The number of an event that does for this one as well: it waits, and has the same kind and target.
    fn alike(&mut self, event: Event, variant: Variant) -> Option<u64> {
        let same_kind = |waiting: &Numbered| waiting.event.joins();
        let is_alike = |waiting: &&Numbered| match variant {
            Variant::JoinsByKind => same_kind(waiting),
            _ => waiting.event == event,
        };
        let queue = self.queue(event.lane());
        let found = match variant {
            Variant::JoinsNeighbours => queue.back().filter(is_alike),
            _ => queue.iter().find(is_alike),
        };
        found.filter(|_| event.joins()).map(|waiting| waiting.number)
    }

    /// How many wait in a lane.
    pub fn len(&self, lane: Lane) -> usize {
        match lane {
            Lane::Input => self.input.len(),
            Lane::Bulk => self.bulk.len(),
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.input.is_empty() && self.bulk.is_empty()
    }

    /// The lane whose turn it is, if it were up to priority and the inputs in a row.
    pub(super) fn next(&self, config: &Config, variant: Variant) -> Lane {
        let is_strict = config.inputs_in_a_row == 0 || variant == Variant::StrictLanes;
        let had_enough = !is_strict && self.in_a_row >= config.inputs_in_a_row;
        match (self.input.is_empty(), self.bulk.is_empty()) {
            (true, _) => Lane::Bulk,
            (false, true) => Lane::Input,
            (false, false) => {
                if had_enough {
                    Lane::Bulk
                } else {
                    Lane::Input
                }
            }
        }
    }

    /// Takes the oldest event of a lane.
    pub(super) fn take(&mut self, lane: Lane) -> Option<Numbered> {
        let taken = self.queue(lane).pop_front();
        match lane {
            Lane::Input => self.in_a_row = self.in_a_row.saturating_add(1),
            Lane::Bulk => self.in_a_row = 0,
        }
        taken
    }

    /// Takes the next bulk event if it is an insert as well.
    pub(super) fn take_another_insert(&mut self, variant: Variant) -> Option<Numbered> {
        let is_insert = |next: &Numbered| next.event == Event::Insert;
        // The planted bug receives first and looks then: what is no insert is gone.
        let takes = variant == Variant::CoalescingDrops || self.bulk.front().is_some_and(is_insert);
        if takes { self.bulk.pop_front().filter(is_insert) } else { None }
    }

    fn queue(&mut self, lane: Lane) -> &mut VecDeque<Numbered> {
        match lane {
            Lane::Input => &mut self.input,
            Lane::Bulk => &mut self.bulk,
        }
    }
}
