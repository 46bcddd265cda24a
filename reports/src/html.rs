//! Pages: one self-contained HTML file each, which asks no network for anything.
//!
//! - [`trace`] — the data of a run that its diagram is drawn from;
//! - `frame` — what every page has: head, style, programs;
//! - `failure` — a failure in words, as on the terminal;
//! - `numbers` — the figures of a run, its goals;
//! - `viewer` — where a diagram goes;
//! - `run` — the pages of `run` and `replay`;
//! - `explain` — the page of `explain`;
//! - `fuzz` — the page of `fuzz`;
//! - `compare` — the page of `compare`;
//! - `page.css`, `trace.js`, `words.js`, `diagram.js`, `details.js`, `viewer.js` — how it looks and what it does, in the reader's browser.
//!
//! What is said in words needs no program, so it can be printed and read where none runs.

mod compare;
mod explain;
mod failure;
mod frame;
mod fuzz;
mod numbers;
mod run;
pub mod trace;
mod viewer;

pub use compare::{Shown, compare};
pub use explain::explain;
pub use fuzz::{FoundRun, fuzz};
pub use run::{replay, run};
pub use trace::TraceData;
