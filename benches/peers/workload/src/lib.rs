//! What every measured program shares: the work, its random numbers, the check that every delivery happened, and one line of
//! CSV for each measurement.
//!
//! The work is token forwarding. Tokens start at the actors in turn; an actor that receives a token with hops left forwards it to
//! a random other actor with one less, and a token without hops left is finished. A token makes as many deliveries as it has hops,
//! so a run makes exactly `tokens * hops` deliveries, whatever their order.
//!
//! - [`spec`] — how large a run is;
//! - [`token`] — what travels, and what an actor does with it;
//! - [`delivery`] — the count and the digest of all deliveries;
//! - [`case`] — one measurement, and a program's command line.

pub mod case;
pub mod delivery;
pub mod spec;
pub mod token;

pub use case::{Case, program, timed};
pub use delivery::{finish, note, take};
pub use spec::{SEED, Spec};
pub use token::{Forwarder, Token, splitmix};
