//! The actors of Rehearsal for real.
//!
//! An actor that was rehearsed in the simulated world runs here unchanged: as a task of tokio, around the same
//! [`Mailbox`](rehearsal_protocol::Mailbox), with timers, children, monitors, interrupts and durable writes. Nodes talk over TCP,
//! at most once, as in the world.
//!
//! ```
//! use rehearsal_host::{Node, Settings, System};
//! # use rehearsal_protocol::*;
//! # struct Ticks; impl Protocol for Ticks { type Message = u32; type Fact = u32; }
//! # #[derive(Clone, Debug, Hash)] struct Counter;
//! # impl Actor<Ticks> for Counter {
//! #     fn receive(&mut self, cx: &mut Context<'_, Ticks>, input: Input<Ticks>) {
//! #         if let Input::Start(_) = input { cx.exit(); }
//! #     }
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let mut system = System::<Ticks>::new("ticks", 1);
//! system.node("one").actor("counter", Counter);
//! let node = Node::start(&system, "one", Settings::default())?;
//! node.stop(std::time::Duration::from_secs(1)).await;
//! # Ok::<(), rehearsal_host::Error>(()) }).unwrap();
//! ```
//!
//! From the words to those who use them; a room knows only those above it in this list, which a test holds it to:
//!
//! - `error` — why a node does not start;
//! - [`metrics`] — counts of every actor;
//! - `watchdog` — turns that do not return;
//! - `slot` — a path with its mailbox;
//! - [`disk`] — what a restart finds;
//! - [`facts`] — what actors announce, kept for judging;
//! - [`net`] — frames, handshake, links;
//! - [`settings`] — how a node runs: peers, disk, facts, clock, chance;
//! - `kernel` — what the tasks of a node share: who is where, who lives, what is said;
//! - `life` — one life of an actor;
//! - [`edge`] — async functions behind an address: what the world plays with simulated actors;
//! - [`system`] — who is where: the same description in every process;
//! - [`fact_log`] — facts in a file, for `rehearse check`;
//! - [`node`] — one process of a system: start, look at, stop;
//! - `scenario` — scenarios of the testbed on this host;
//! - `pinned` — in tests alone: the documents show what the code does.
//!
//! Features, off by default, for a production program needs neither: `scenario` adds the room of that name, and with it the testbed as a
//! dependency; `tokio-stage` adds the stage `tokio` to it, scenarios for real.
//!
//! The wire and the files are specified in `host/docs`.

pub mod disk;
pub mod edge;
mod error;
pub mod fact_log;
pub mod facts;
mod kernel;
mod life;
pub mod metrics;
pub mod net;
pub mod node;
#[cfg(test)]
mod pinned;
#[cfg(feature = "scenario")]
pub mod scenario;
pub mod settings;
mod slot;
pub mod system;
mod watchdog;

pub use edge::Edge;
pub use error::Error;
pub use node::Node;
pub use settings::Settings;
pub use system::System;
