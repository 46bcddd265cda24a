//! Plays: one actor at a time, its state and its exact effects.

mod admission;
mod gateway;
mod interrupts;
mod play;
mod results;
mod runs;
mod tools;
mod variants;
