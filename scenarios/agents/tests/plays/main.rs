//! Agents against themselves: the reference holds, every planted bug trips its own invariant, and what went wrong elsewhere, as plays.
//!
//! They stand beside the library and not in it, so that it is built once for all tests.

mod background;
mod registry;
mod subagents;
mod terminal;
