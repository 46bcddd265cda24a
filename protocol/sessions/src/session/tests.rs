//! Plays: one actor at a time, its state and its exact effects.

mod admission;
mod agent;
mod agents;
mod cancels;
mod gateway;
mod interrupts;
mod leftovers;
mod people;
mod play;
mod recovery;
mod results;
mod runs;
mod tools;
mod variants;
