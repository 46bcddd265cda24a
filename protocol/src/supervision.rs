//! Supervision by the rules of Erlang/OTP, for any protocol (`actors.md` C; OTP `supervisor`, `sup_princ`).
//!
//! A supervisor is an ordinary actor: its stage gives it nothing but spawn, stop, kill and exit signals. A protocol takes part by
//! implementing [`Supervised`]: how its children are made, and where commands, answers and facts of supervisors stand among its own.
//!
//! In reading order:
//!
//! - [`policy`] — what a designer decides: strategy, intensity, backoff, as plain data with presets;
//! - [`child`] — what a supervisor knows of a child;
//! - [`command`] — what can be asked of a supervisor, and what it answers;
//! - [`fact`] — what it announces, and what monitors judge;
//! - [`intensity`] — how many restarts in how long are too many;
//! - [`backoff`] — how long to wait before a restart;
//! - [`millis`] — spans of a policy as data;
//! - [`variant`] — the planted bugs;
//! - [`supervisor`] — the actor.

pub mod backoff;
pub mod child;
pub mod command;
pub mod fact;
pub mod intensity;
pub mod millis;
pub mod policy;
pub mod supervisor;
pub mod variant;

#[cfg(test)]
mod tests;

pub use backoff::Backoff;
pub use child::{ChildSpec, Kind, Recipe, Restart, Shutdown, Started};
pub use command::{Answer, Command, Refusal};
pub use fact::Fact;
pub use intensity::{Intensity, Restarts};
pub use policy::{AutoShutdown, MailboxOnRestart, Policy, StateOnRestart, Strategy};
pub use supervisor::Supervisor;
pub use variant::Variant;

use crate::actor::Protocol;
use crate::context::Context;

/// A protocol in which supervisors take part.
pub trait Supervised: Protocol {
    /// How a child is made.
    type Recipe: Recipe;

    /// Starts a child of that name, by `cx.spawn`, or says why there is none. With [`StateOnRestart::Initial`] it begins as if it had never
    /// lived: it makes nothing of what its disk kept. A first start is always one with [`StateOnRestart::Recover`].
    fn start(cx: &mut Context<'_, Self>, name: &str, recipe: &Self::Recipe, state: StateOnRestart) -> Started
    where
        Self: Sized;

    /// The command to a supervisor that a message is, if it is one.
    fn command(message: Self::Message) -> Option<Command<Self::Recipe>>;

    /// A command to a supervisor as a message.
    fn tell(command: Command<Self::Recipe>) -> Self::Message;

    /// The answer of a supervisor as a message.
    fn answer(answer: Answer) -> Self::Message;

    /// A fact of a supervisor as one of this protocol.
    fn fact(fact: Fact) -> Self::Fact;
}
