//! The sessions of an agent runtime against themselves: the reference holds, every planted bug trips its own invariant, and what went wrong elsewhere, as plays.
//!
//! They stand beside the library and not in it, so that it is built once for all tests.

mod cases;
mod from_red_to_cause;
mod monitors;
mod plan;
mod recovery;
mod registry;
mod retries;
mod search;
mod session;
mod session_many;
mod survival;
