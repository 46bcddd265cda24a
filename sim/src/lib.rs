//! A deterministic simulation testbed for actor protocols.
//!
//! Actors rehearse here before they go live: a seeded world injects crashes, message loss and partitions, monitors judge the
//! facts that actors announce, and every failure can be had again from its seed.
//!
//! In the order in which data goes:
//!
//! - [`scenario`] — what is rehearsed: nodes, actors, timeouts;
//! - [`choice`] — all nondeterminism, keyed by stable names;
//! - [`search`] — ways to fill choices in, so that rare bugs are found;
//! - [`fault`] — what can go wrong, how often, and for how long;
//! - [`world`] — virtual time, mailboxes, network, disks; one `step`;
//! - [`trace`] — what happened, with causes, and the hash over it;
//! - [`check`](mod@check) — monitors, invariants, goals;
//! - [`run`](mod@run) — one run, from start to verdict;
//! - [`campaign`] — many runs with one verdict;
//! - [`stage`] — the same scenario on hosts, and logs of facts;
//! - [`doctor`] — whether a run is a function of its seed;
//! - [`score`] — how soon planted bugs are found, by which strategy;
//! - [`compare`](mod@compare) — policies side by side, under the same weather;
//! - [`case`] — a bug as a file, and its replay;
//! - [`story`] — everything that a person needs to go on from a failure;
//! - [`registry`] — scenarios by name, with their planted bugs;
//! - [`harness`] — scenarios as plain tests;
//! - [`exam`] — what a registry is asked in its own tests;
//! - [`interleave`](mod@interleave) — all orders of a small system;
//! - [`states`](mod@states) — every state of a small system;
//! - [`play`] — a run by script, for tests that read as plays;
//! - `bridge` — runs as values of proptest, with the feature `proptest`.

#[cfg(feature = "proptest")]
pub mod bridge;
pub mod campaign;
pub mod case;
pub mod check;
pub mod choice;
pub mod compare;
pub mod doctor;
pub mod exam;
pub mod fault;
pub mod harness;
pub mod interleave;
pub mod play;
pub mod policy;
pub mod registry;
pub mod run;
pub mod scenario;
pub mod score;
pub mod search;
pub mod stage;
pub mod states;
pub mod story;
pub mod trace;
pub mod wall;
pub mod world;

pub use case::folder::cases;
pub use fault::Profile;
pub use harness::check;
pub use play::Play;
pub use rehearsal_macros::test;
pub use rehearsal_protocol as protocol;
pub use scenario::{Limits, NodeSetup, Scenario, Setup};
pub use states::states;
