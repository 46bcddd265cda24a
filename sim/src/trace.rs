//! The trace: what happened, in order, with causes; and the running hash over it.
//!
//! - [`digest`](mod@digest) — the 64-bit digest of a payload, and the folding of the running hash, specified and pinned;
//! - [`event`] — the one event type;
//! - [`recorder`] — the always-on hash, and the events if they are asked for;
//! - [`state`] — the states of actors after their turns, if they are asked for;
//! - [`log`] — what actors write to `tracing`;
//! - [`clocks`] — which events happened before which.

pub mod clocks;
pub mod digest;
pub mod event;
pub mod log;
pub mod recorder;
pub mod state;

pub use digest::digest;
pub use event::{Event, EventKind, Payload};
pub use log::{Log, LogLine};
pub use recorder::{Recorder, Recording};
pub use state::ActorStates;
