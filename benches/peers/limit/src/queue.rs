//! Event queues. Each delivers in exact (time, seq) order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Ev {
    pub time: u64,
    pub seq: u32,
    pub src: u32,
    pub dst: u32,
    pub id: u32,
    pub left: u32,
}

pub trait Queue: Default {
    fn push(&mut self, e: Ev);
    fn pop(&mut self) -> Option<Ev>;
}

/// The standard library's heap over whole events.
#[derive(Default)]
pub struct StdHeap(BinaryHeap<Reverse<Keyed>>);

struct Keyed(Ev);
impl Keyed {
    #[inline(always)]
    fn key(&self) -> u128 {
        ((self.0.time as u128) << 32) | self.0.seq as u128
    }
}
impl PartialEq for Keyed {
    fn eq(&self, o: &Self) -> bool {
        self.key() == o.key()
    }
}
impl Eq for Keyed {}
impl PartialOrd for Keyed {
    fn partial_cmp(&self, o: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for Keyed {
    #[inline(always)]
    fn cmp(&self, o: &Self) -> std::cmp::Ordering {
        self.key().cmp(&o.key())
    }
}

impl Queue for StdHeap {
    #[inline(always)]
    fn push(&mut self, e: Ev) {
        self.0.push(Reverse(Keyed(e)));
    }
    #[inline(always)]
    fn pop(&mut self) -> Option<Ev> {
        self.0.pop().map(|Reverse(Keyed(e))| e)
    }
}

/// The standard heap over 16-byte keys (time, seq, slot); the payload stays put
/// in a slab.
#[derive(Default)]
pub struct SlabHeap {
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    slab: Vec<Ev>,
    free: Vec<u32>,
}

impl Queue for SlabHeap {
    #[inline(always)]
    fn push(&mut self, e: Ev) {
        let slot = match self.free.pop() {
            Some(s) => {
                self.slab[s as usize] = e;
                s
            }
            None => {
                self.slab.push(e);
                self.slab.len() as u32 - 1
            }
        };
        self.heap.push(Reverse((e.time, ((e.seq as u64) << 32) | slot as u64)));
    }
    #[inline(always)]
    fn pop(&mut self) -> Option<Ev> {
        let Reverse((_, low)) = self.heap.pop()?;
        let slot = low as u32;
        self.free.push(slot);
        Some(self.slab[slot as usize])
    }
}

/// A vector kept sorted, latest first: for the few events a small test has in
/// flight.
#[derive(Default)]
pub struct Sorted(Vec<Ev>);

impl Queue for Sorted {
    #[inline(always)]
    fn push(&mut self, e: Ev) {
        let at = self.0.iter().rposition(|x| key(x) > key(&e)).map_or(0, |i| i + 1);
        self.0.insert(at, e);
    }
    #[inline(always)]
    fn pop(&mut self) -> Option<Ev> {
        self.0.pop()
    }
}

const BUCKET_BITS: u32 = 13; // 8.192 µs
const BUCKETS: usize = 2048; // a window of 16.8 ms
const WORDS: usize = BUCKETS / 64;

/// A calendar queue: a window of short buckets, each sorted when it is reached,
/// and a heap for what lies beyond the window.
pub struct Calendar {
    buckets: Vec<Vec<Ev>>,
    used: [u64; WORDS],
    /// The number (time >> BUCKET_BITS) of the bucket being drained.
    at: u64,
    /// That bucket's events, latest first.
    current: Vec<Ev>,
    far: BinaryHeap<Reverse<Keyed>>,
    near: usize,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar {
            buckets: (0..BUCKETS).map(|_| Vec::new()).collect(),
            used: [0; WORDS],
            at: 0,
            current: Vec::new(),
            far: BinaryHeap::new(),
            near: 0,
        }
    }
}

#[inline(always)]
fn key(e: &Ev) -> (u64, u32) {
    (e.time, e.seq)
}

impl Calendar {
    #[inline(always)]
    fn place(&mut self, e: Ev) {
        let slot = (e.time >> BUCKET_BITS) as usize % BUCKETS;
        self.buckets[slot].push(e);
        self.used[slot / 64] |= 1 << (slot % 64);
        self.near += 1;
    }

    /// Moves to the next bucket that holds something.
    fn advance(&mut self) -> bool {
        if self.near == 0 {
            let Some(Reverse(k)) = self.far.peek() else { return false };
            self.at = k.0.time >> BUCKET_BITS;
        } else {
            let start = (self.at + 1) as usize % BUCKETS;
            let mut word = start / 64;
            let mut bits = self.used[word] & (!0 << (start % 64));
            while bits == 0 {
                word = (word + 1) % WORDS;
                bits = self.used[word];
            }
            let slot = word * 64 + bits.trailing_zeros() as usize;
            self.at += 1 + ((slot + BUCKETS - start) % BUCKETS) as u64;
        }
        while let Some(Reverse(k)) = self.far.peek() {
            if k.0.time >> BUCKET_BITS >= self.at + BUCKETS as u64 {
                break;
            }
            let Some(Reverse(Keyed(e))) = self.far.pop() else { break };
            self.place(e);
        }
        let slot = self.at as usize % BUCKETS;
        self.used[slot / 64] &= !(1 << (slot % 64));
        std::mem::swap(&mut self.current, &mut self.buckets[slot]);
        self.near -= self.current.len();
        if self.current.len() > 1 {
            self.current.sort_unstable_by_key(|e| Reverse(key(e)));
        }
        true
    }
}

impl Queue for Calendar {
    #[inline(always)]
    fn push(&mut self, e: Ev) {
        let b = e.time >> BUCKET_BITS;
        if b == self.at {
            let i = self.current.partition_point(|x| key(x) > key(&e));
            self.current.insert(i, e);
        } else if b < self.at + BUCKETS as u64 {
            self.place(e);
        } else {
            self.far.push(Reverse(Keyed(e)));
        }
    }
    #[inline(always)]
    fn pop(&mut self) -> Option<Ev> {
        loop {
            if let Some(e) = self.current.pop() {
                return Some(e);
            }
            if !self.advance() {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain<Q: Queue>() -> Vec<(u64, u32)> {
        let mut q = Q::default();
        let mut s = 7;
        let mut out = Vec::new();
        let mut seq = 0;
        for _ in 0..500 {
            q.push(Ev { time: workload::splitmix(&mut s) % 20_000_000, seq, ..Ev::default() });
            seq += 1;
        }
        while let Some(e) = q.pop() {
            out.push(key(&e));
            if seq < 20_000 {
                // mostly near, now and then now, in this bucket, and far ahead
                let d = match workload::splitmix(&mut s) % 10 {
                    0 => 0,
                    1 => workload::splitmix(&mut s) % 100,
                    2 => workload::splitmix(&mut s) % 1_000_000_000,
                    _ => 1_000_000 + workload::splitmix(&mut s) % 9_000_000,
                };
                q.push(Ev { time: e.time + d, seq, ..Ev::default() });
                seq += 1;
            }
        }
        assert_eq!(out.len(), seq as usize);
        assert!(out.windows(2).all(|w| w[0] < w[1]));
        out
    }

    #[test]
    fn queues_agree() {
        let a = drain::<StdHeap>();
        assert_eq!(a, drain::<SlabHeap>());
        assert_eq!(a, drain::<Sorted>());
        assert_eq!(a, drain::<Calendar>());
    }
}
