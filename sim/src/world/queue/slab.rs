//! Where pending events lie until they happen.

use rehearsal_protocol::{Envelope, Protocol};

use super::super::copied;
use super::super::pending::What;
use super::key::{Key, sort_latest_first};

/// Pending events, each in a slot that is used again. They are moved once: to where they are needed.
pub(super) struct Slab<P: Protocol> {
    slots: Vec<Slot<P>>,
    /// The first free slot, or `NONE`.
    free: u32,
    len: u32,
}

/// A pending event with its key, or none if the slot is free. `next` links the entries of a bucket, and free slots. A cache line, if messages
/// are small.
#[repr(align(64))]
pub(super) struct Slot<P: Protocol> {
    pub(super) what: Option<What<P>>,
    pub(super) cause: u64,
    at: u64,
    pub(super) target: u32,
    sequence: u32,
    next: u32,
}

/// With so many slots, there will be room for four times as many.
const MANY: usize = 1 << 12;
/// No slot.
pub(super) const NONE: u32 = u32::MAX;
/// An entry of a bucket: its slot, and whether others come after it, so one need not look into the slot to know, which would take longer than all
/// the rest. Slots in buckets are few, and the smaller this is, the more of the buckets are in a fast cache.
pub(super) type Entry = u16;
/// Others come after it.
const MORE: Entry = 1 << 15;
/// No entry.
pub(super) const NOTHING: Entry = Entry::MAX;
/// So many slots can be in buckets: with one more, an entry could be mistaken for none.
pub(super) const MOST_IN_BUCKETS: usize = MORE as usize - 1;

impl<P: Protocol> Clone for Slot<P> {
    fn clone(&self) -> Self {
        Self { what: self.what.clone(), ..*self }
    }
}

impl<P: Protocol> Clone for Slab<P> {
    fn clone(&self) -> Self {
        Self { slots: copied(&self.slots), ..*self }
    }
}

impl<P: Protocol> Default for Slab<P> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: NONE, len: 0 }
    }
}

impl<P: Protocol> Slab<P> {
    /// Whether no slot is free.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.free == NONE
    }

    /// Adds a slot. Gives how many there are now.
    pub(super) fn grow(&mut self) -> usize {
        // What is aligned to a cache line is copied whenever its memory grows, so that grows by much. What is never used is never there.
        let len = self.slots.len();
        if len == self.slots.capacity() && len >= MANY {
            self.slots.reserve_exact(3 * len);
        }
        let next = std::mem::replace(&mut self.free, self.slots.len() as u32);
        self.slots.push(Slot { what: None, cause: 0, at: 0, target: 0, sequence: 0, next });
        self.slots.len()
    }

    /// Puts something that happens at a time into a free slot, which there must be.
    #[expect(clippy::inline_always, reason = "what happens must be made in its place")]
    #[inline(always)]
    pub(super) fn put(&mut self, at: u64, sequence: u32, target: u32, cause: u64, what: What<P>) -> Key {
        let index = self.free;
        let slot = &mut self.slots[index as usize];
        self.free = slot.next;
        self.len += 1;
        (slot.what, slot.cause, slot.target) = (Some(what), cause, target);
        (slot.at, slot.sequence, slot.next) = (at, sequence, NONE);
        Key::new(at, sequence, index)
    }

    /// Sets when that happens which lies in a slot.
    #[inline]
    pub(super) fn set_time(&mut self, index: u32, at: u64) -> Key {
        let slot = &mut self.slots[index as usize];
        (slot.at, slot.next) = (at, NONE);
        Key::new(at, slot.sequence, index)
    }

    /// Puts what lies in a slot before all that is in a bucket, whose first entry is `head`.
    #[inline]
    pub(super) fn link(&mut self, index: u32, head: &mut Entry) {
        self.slots[index as usize].next = u32::from(*head);
        *head = index as Entry | Entry::from(*head != NOTHING) << 15;
    }

    /// Whether others come after this entry of a bucket.
    #[inline]
    pub(super) const fn is_followed(entry: Entry) -> bool {
        entry & MORE != 0
    }

    /// The key of an entry of a bucket, and the entry that comes after it.
    #[inline]
    pub(super) fn entry(&self, entry: Entry) -> (Key, Entry) {
        let index = u32::from(entry & !MORE);
        let next = self.slots[index as usize].next as Entry;
        (self.key(index), next)
    }

    /// The key of what lies in a slot.
    #[inline]
    fn key(&self, index: u32) -> Key {
        let Slot { at, sequence, .. } = self.slots[index as usize];
        Key::new(at, sequence, index)
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> &Slot<P> {
        &self.slots[index as usize]
    }

    /// Takes out what lies in a slot.
    #[expect(
        clippy::inline_always,
        reason = "what was there is moved to where it is needed, and not by way of the stack"
    )]
    #[inline(always)]
    pub(super) fn take(&mut self, index: u32) -> Option<What<P>> {
        let slot = &mut self.slots[index as usize];
        slot.next = self.free;
        self.free = index;
        self.len -= 1;
        slot.what.take()
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
        (self.free, self.len) = (NONE, 0);
    }

    /// The keys of all that is pending, the latest first.
    pub(super) fn pending(&self) -> Vec<Key> {
        let mut keys = Vec::with_capacity(self.len());
        for index in 0..self.slots.len() {
            if self.slots[index].what.is_some() {
                keys.push(self.key(index as u32));
            }
        }
        sort_latest_first(&mut keys);
        keys
    }

    /// How many messages are pending.
    pub(super) fn messages(&self) -> u64 {
        let mut messages = 0;
        for slot in &self.slots {
            messages += u64::from(slot.message().is_some());
        }
        messages
    }
}

impl<P: Protocol> Slot<P> {
    /// The message, if it is one.
    #[inline]
    pub(super) fn message(&self) -> Option<&Envelope<P::Message>> {
        match &self.what {
            Some(What::Message(envelope)) => Some(envelope),
            _ => None,
        }
    }
}
