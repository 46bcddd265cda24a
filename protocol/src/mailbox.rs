//! Three lanes, bounds, and what happens to a message that has no room.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::actor::Protocol;
use crate::input::Input;

/// A priority class of a mailbox: all of a higher lane goes before any of a lower one (`actors.md` B.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// Interrupts, signals, terminate, respond: what must not wait for work.
    Control,
    /// Reports about work under way: streams, tools, children, timers.
    Result,
    /// New work.
    Work,
}

impl Lane {
    /// All lanes, the highest first.
    pub const ALL: [Self; 3] = [Self::Control, Self::Result, Self::Work];
}

impl<P: Protocol> Input<P> {
    /// The lane in which this input waits.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Start(_) | Self::Signal(_) => Lane::Control,
            Self::Timer(_) | Self::Synced(_) => Lane::Result,
            Self::Message(envelope) => P::lane(&envelope.message),
        }
    }
}

/// How much each lane of a mailbox holds, and what happens beyond that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bounds {
    /// Room in the control lane.
    pub control: u32,
    /// Room in the result lane.
    pub result: u32,
    /// Room in the work lane.
    pub work: u32,
    /// What happens to a message that finds its lane full.
    pub overflow: Overflow,
}

impl Default for Bounds {
    /// 4,096 in each lane, rejecting beyond: enough that only a runaway sender meets it.
    fn default() -> Self {
        Self { control: 4096, result: 4096, work: 4096, overflow: Overflow::Reject }
    }
}

impl Bounds {
    /// The room in one lane.
    pub fn of(&self, lane: Lane) -> usize {
        (match lane {
            Lane::Control => self.control,
            Lane::Result => self.result,
            Lane::Work => self.work,
        }) as usize
    }
}

/// What happens to a message that finds its lane full. Each way leaves a dead letter; none is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Overflow {
    /// It is refused, and its sender receives `Signal::Refused`.
    Reject,
    /// It is dropped.
    DropNewest,
    /// The oldest of the lane makes room for it.
    DropOldest,
}

/// Why a message went nowhere (`actors.md` B.7). Every accepted message is processed, queued, or has one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DeadLetter {
    /// A result for a call that nobody made.
    UnknownCall,
    /// A result that came after its run had ended.
    LateResult,
    /// A result of an attempt that was given up.
    StaleAttempt,
    /// A child's report that came after its parent's end.
    LateChild,
    /// The receiver was terminated for good.
    Terminated,
    /// Given up by a declared policy.
    Dropped,
    /// Nobody lives at that address.
    Undeliverable,
    /// It could not be read.
    Malformed,
    /// Its lane was full.
    MailboxFull,
    /// It waited in the mailbox of an actor that ended.
    ReceiverEnded,
}

/// An actor's bounded queue: strictly by lane, and first in, first out within a lane.
#[derive(Debug, Hash)]
pub struct Mailbox<T> {
    lanes: [Line<T>; 3],
    bounds: Bounds,
}

/// Items in the order in which they came. Every type of message has one of its own, so it is as little code as can be: a list whose beginning was
/// taken already.
struct Line<T> {
    items: Vec<Option<T>>,
    /// How many of them were taken.
    taken: usize,
}

/// A line is put together only if so many of its places are of items that were taken.
const MANY_TAKEN: usize = 32;

impl<T> Line<T> {
    const fn new() -> Self {
        Self { items: Vec::new(), taken: 0 }
    }

    fn len(&self) -> usize {
        self.items.len() - self.taken
    }

    fn push(&mut self, item: T) {
        self.items.push(Some(item));
    }

    fn pop(&mut self) -> Option<T> {
        let item = self.items.get_mut(self.taken)?.take();
        self.taken += 1;
        if self.taken == self.items.len() {
            self.clear();
        } else if self.taken >= MANY_TAKEN && self.taken >= self.len() {
            self.put_together();
        }
        item
    }

    fn get(&self, place: usize) -> Option<&T> {
        self.items.get(self.taken + place)?.as_ref()
    }

    fn clear(&mut self) {
        self.items.clear();
        self.taken = 0;
    }

    /// Gives the places of items that were taken to the others.
    fn put_together(&mut self) {
        let len = self.len();
        for place in 0..len {
            self.items.swap(place, self.taken + place);
        }
        self.items.truncate(len);
        self.taken = 0;
    }
}

impl<T: Clone> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        let [control, result, work] = &self.lanes;
        Self { lanes: [control.clone(), result.clone(), work.clone()], bounds: self.bounds }
    }
}

impl<T: Clone> Clone for Line<T> {
    fn clone(&self) -> Self {
        let mut copy = Self { items: Vec::with_capacity(self.len()), taken: 0 };
        for place in 0..self.len() {
            copy.items.push(self.get(place).cloned());
        }
        copy
    }
}

impl<T: fmt::Debug> fmt::Debug for Line<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.items.iter().flatten()).finish()
    }
}

/// What waits, whatever was taken before; fed as other lists are.
impl<T: Hash> Hash for Line<T> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        to.write_usize(self.len());
        for place in 0..self.len() {
            if let Some(item) = self.get(place) {
                item.hash(to);
            }
        }
    }
}

/// What happened to an item that was offered to a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted<T> {
    /// It waits in its lane.
    Queued,
    /// There was no room: here it is back.
    Refused(T),
    /// It was dropped by policy: here it is.
    DroppedNewest(T),
    /// It waits in its lane, and this older one was dropped by policy.
    DroppedOldest(T),
}

impl<T> Mailbox<T> {
    /// An empty mailbox.
    pub const fn new(bounds: Bounds) -> Self {
        Self { lanes: [Line::new(), Line::new(), Line::new()], bounds }
    }

    /// Empties it, and sets how much it holds.
    pub fn reset(&mut self, bounds: Bounds) {
        for lane in &mut self.lanes {
            lane.clear();
        }
        self.bounds = bounds;
    }

    /// How much it holds.
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Offers an item to a lane.
    pub fn push(&mut self, lane: Lane, item: T) -> Accepted<T> {
        let room = self.bounds.of(lane);
        let queue = &mut self.lanes[lane as usize];
        if queue.len() < room {
            queue.push(item);
            return Accepted::Queued;
        }
        match self.bounds.overflow {
            Overflow::Reject => Accepted::Refused(item),
            Overflow::DropNewest => Accepted::DroppedNewest(item),
            Overflow::DropOldest => match queue.pop() {
                Some(oldest) => {
                    queue.push(item);
                    Accepted::DroppedOldest(oldest)
                }
                None => Accepted::DroppedNewest(item), // A lane without any room.
            },
        }
    }

    /// Queues an item even if its lane is full: for what is bounded by its own making (timers, signals, completed syncs).
    pub fn admit(&mut self, lane: Lane, item: T) {
        self.lanes[lane as usize].push(item);
    }

    /// The oldest item of one lane, whatever waits in the others.
    pub fn pop_of(&mut self, lane: Lane) -> Option<T> {
        self.lanes[lane as usize].pop()
    }

    /// The next item: the oldest of the highest lane that has one.
    pub fn pop(&mut self) -> Option<T> {
        for lane in &mut self.lanes {
            if let Some(item) = lane.pop() {
                return Some(item);
            }
        }
        None
    }

    /// How many items wait in all lanes.
    pub fn len(&self) -> usize {
        let [control, result, work] = &self.lanes;
        control.len() + result.len() + work.len()
    }

    /// How many items wait in one lane.
    pub fn len_of(&self, lane: Lane) -> usize {
        self.lanes[lane as usize].len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All items in the order in which they would be taken.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        Items { lanes: &self.lanes, place: 0 }
    }

    /// Drops what does not belong here.
    pub fn retain(&mut self, mut belongs: impl FnMut(&T) -> bool) {
        for lane in &mut self.lanes {
            for _ in 0..lane.len() {
                match lane.pop() {
                    Some(item) if belongs(&item) => lane.push(item),
                    _ => {}
                }
            }
        }
    }

    /// Takes everything, in the order in which it would be taken.
    pub fn drain(&mut self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.pop())
    }
}

/// The items of a mailbox that are still to be looked at.
struct Items<'a, T> {
    lanes: &'a [Line<T>],
    place: usize,
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        while let [lane, others @ ..] = self.lanes {
            if let Some(item) = lane.get(self.place) {
                self.place += 1;
                return Some(item);
            }
            (self.lanes, self.place) = (others, 0);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small(overflow: Overflow) -> Bounds {
        Bounds { control: 2, result: 2, work: 2, overflow }
    }

    #[test]
    fn a_higher_lane_goes_before_a_lower_one() {
        let mut mailbox = Mailbox::new(Bounds::default());
        mailbox.push(Lane::Work, "w1");
        mailbox.push(Lane::Result, "r1");
        mailbox.push(Lane::Control, "c1");
        mailbox.push(Lane::Control, "c2");
        assert_eq!(mailbox.drain().collect::<Vec<_>>(), ["c1", "c2", "r1", "w1"]);
    }

    #[test]
    fn a_full_lane_refuses_and_gives_the_message_back() {
        let mut mailbox = Mailbox::new(small(Overflow::Reject));
        mailbox.push(Lane::Work, 1);
        mailbox.push(Lane::Work, 2);
        assert_eq!(mailbox.push(Lane::Work, 3), Accepted::Refused(3));
        assert_eq!(mailbox.push(Lane::Control, 4), Accepted::Queued);
    }

    #[test]
    fn what_is_admitted_needs_no_room() {
        let mut mailbox = Mailbox::new(small(Overflow::Reject));
        for item in 1..=3 {
            mailbox.admit(Lane::Control, item);
        }
        assert_eq!(mailbox.push(Lane::Control, 4), Accepted::Refused(4));
        assert_eq!(mailbox.pop_of(Lane::Work), None);
        assert_eq!(mailbox.pop_of(Lane::Control), Some(1));
        assert_eq!(mailbox.len(), 2);
    }

    #[test]
    fn dropping_the_oldest_names_it() {
        let mut mailbox = Mailbox::new(small(Overflow::DropOldest));
        mailbox.push(Lane::Work, 1);
        mailbox.push(Lane::Work, 2);
        assert_eq!(mailbox.push(Lane::Work, 3), Accepted::DroppedOldest(1));
        assert_eq!(mailbox.drain().collect::<Vec<_>>(), [2, 3]);
    }

    fn lanes() -> impl Strategy<Value = Lane> {
        prop_oneof![Just(Lane::Control), Just(Lane::Result), Just(Lane::Work)]
    }

    proptest! {
        /// Against a plain list sorted by (lane, arrival): the same items come out, and none is unaccounted for.
        #[test]
        fn a_mailbox_is_a_list_sorted_by_lane_and_arrival(
            steps in prop::collection::vec(prop_oneof![lanes().prop_map(Some), Just(None)], 0..60),
            overflow in prop_oneof![Just(Overflow::Reject), Just(Overflow::DropNewest), Just(Overflow::DropOldest)],
        ) {
            let mut mailbox = Mailbox::new(small(overflow));
            let mut model: Vec<(Lane, usize)> = Vec::new();
            for (arrival, step) in steps.into_iter().enumerate() {
                let Some(lane) = step else {
                    model.sort_unstable();
                    let expected = if model.is_empty() { None } else { Some(model.remove(0)) };
                    prop_assert_eq!(mailbox.pop(), expected);
                    continue;
                };
                let item = (lane, arrival);
                let full = model.iter().filter(|(l, _)| *l == lane).count() == 2;
                let expected = match (full, overflow) {
                    (false, _) => { model.push(item); Accepted::Queued }
                    (true, Overflow::Reject) => Accepted::Refused(item),
                    (true, Overflow::DropNewest) => Accepted::DroppedNewest(item),
                    (true, Overflow::DropOldest) => {
                        let oldest = *model.iter().filter(|(l, _)| *l == lane).min().unwrap();
                        model.retain(|other| *other != oldest);
                        model.push(item);
                        Accepted::DroppedOldest(oldest)
                    }
                };
                prop_assert_eq!(mailbox.push(lane, item), expected);
                prop_assert_eq!(mailbox.len(), model.len());
            }
        }
    }
}
