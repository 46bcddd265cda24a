//! A deterministic simulation testbed for actor protocols.
//!
//! Actors rehearse here before they go live: a seeded world injects crashes, message loss and partitions, monitors judge the
//! facts that actors announce, and every failure can be had again from its seed.
//!
//! From the words to those who use them; a room knows only those above it in this list, which a test holds it to:
//!
//! - [`nearest`] — the name that was meant;
//! - [`wall`] — the one place that looks at real time;
//! - `quiet` — threads on which panics of actors are not printed;
//! - [`choice`] — all nondeterminism, keyed by stable names;
//! - [`trace`] — what happened, with causes, and the hash over it;
//! - `tree` — what is read and written, between types and formats;
//! - [`fingerprint`] — 128 bits that stand for a state;
//! - [`check`](mod@check) — monitors, invariants, goals;
//! - [`weather`] — the menus of what may happen to messages, timers and syncs;
//! - [`topology`] — who is where: nodes, actors, timeouts, limits;
//! - [`fault`] — what can go wrong, how often, and for how long;
//! - [`world`] — virtual time, mailboxes, network, disks; one `step`;
//! - [`erased`] — a system without its types;
//! - [`search`] — ways to fill choices in, so that rare bugs are found;
//! - [`run`](mod@run) — one run: what it is to be, what came out of it, and who makes it;
//! - [`measure`] — what is measured of a run;
//! - [`scenario`] — what is rehearsed: nodes, actors, timeouts;
//! - [`runner`] — makes runs of a scenario, from start to verdict;
//! - [`gauge`] — makes runs and measures them;
//! - [`explore`](mod@explore) — every run with at most so many deviations;
//! - [`interleave`](mod@interleave) — all orders of a small system;
//! - [`states`](mod@states) — every state of a small system;
//! - [`stage`] — the same scenario on hosts, and logs of facts;
//! - [`policy`] — a design alternative, by name or as data;
//! - [`registry`] — scenarios by name, with their planted bugs;
//! - [`words`] — choices and what they mean, in words;
//! - [`story`] — everything that a person needs to go on from a failure;
//! - [`export`] — the trace for other programs;
//! - [`campaign`] — many runs with one verdict;
//! - [`case`] — a bug as a file, and its replay;
//! - [`compare`](mod@compare) — policies side by side, under the same weather;
//! - [`score`] — how soon planted bugs are found, by which strategy;
//! - [`doctor`] — whether a run is a function of its seed;
//! - [`harness`] — scenarios as plain tests;
//! - [`exam`] — what a registry is asked in its own tests;
//! - [`play`] — a run by script, for tests that read as plays;
//! - `bridge` — runs as values of proptest.
//!
//! Features: `proptest`, off by default, adds `bridge`.

#[cfg(feature = "proptest")]
pub mod bridge;
pub mod campaign;
pub mod case;
pub mod check;
pub mod choice;
pub mod compare;
pub mod doctor;
pub mod erased;
pub mod exam;
pub mod explore;
pub mod export;
pub mod fault;
pub mod fingerprint;
pub mod gauge;
pub mod harness;
pub mod interleave;
pub mod measure;
pub mod nearest;
pub mod play;
pub mod policy;
mod quiet;
pub mod registry;
pub mod run;
pub mod runner;
pub mod scenario;
pub mod score;
pub mod search;
pub mod stage;
pub mod states;
pub mod story;
pub mod topology;
pub mod trace;
mod tree;
pub mod wall;
pub mod weather;
pub mod words;
pub mod world;

pub use case::folder::cases;
pub use fault::Profile;
pub use harness::check;
pub use play::Play;
pub use rehearsal_macros::test;
pub use rehearsal_protocol as protocol;
pub use scenario::{NodeSetup, Scenario, Setup};
pub use states::states;
pub use topology::Limits;
