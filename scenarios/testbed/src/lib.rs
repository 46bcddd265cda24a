//! Scenarios that the testbed itself is tried on: a bench, systems that misbehave on purpose, and the canary.
//!
//! In reading order:
//!
//! - [`ring`] — tokens that go around nodes: what is measured;
//! - [`misbehaving`] — runs that never end, panic, flood or get stuck, and the canary;
//! - [`leaky`] — what leaks into a run and is no choice.

pub mod leaky;
pub mod misbehaving;
pub mod ring;

use rehearsal::registry::Entry;

/// All of them; the last is the canary, over which a campaign must fail.
pub static SCENARIOS: &[&Entry] = &[
    &ring::RING,
    &ring::BURST,
    &misbehaving::NEVER_QUIET,
    &misbehaving::PANICS,
    &misbehaving::CRASH_LOOP,
    &misbehaving::FLOOD,
    &misbehaving::STUCK,
    &leaky::ORDER,
    &leaky::CLOCK,
    &misbehaving::CANARY,
];
