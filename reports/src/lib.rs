//! What people look at.
//!
//! - [`subject`] — what was run, and the commands that run it again;
//! - [`result`] — what came out, the input of every report;
//! - [`doctor`] — what the doctor found;
//! - [`explore`] — what exhaustive search came to;
//! - [`interleavings`] — what trying all orders came to;
//! - [`states`] — what a search of states came to;
//! - [`compare`] — what comparing policies came to;
//! - [`score`] — what an exam of search strategies gave;
//! - [`terminal`] — for the person at the screen;
//! - [`json`] — for scripts, one document a command;
//! - [`sarif`] — for code scanners;
//! - [`junit`] — for CI;
//! - [`csv`] — for spreadsheets;
//! - [`svg`] — pictures;
//! - [`plot`] — plots of a comparison, in its page;
//! - [`markdown`] — tables in documents;
//! - [`html`] — pages.
//!
//! A report format is a file here. None of them runs anything.

pub mod check;
pub mod compare;
pub mod csv;
pub mod doctor;
pub mod explore;
pub mod html;
pub mod interleavings;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod plot;
pub mod result;
pub mod sarif;
pub mod score;
pub mod states;
pub mod subject;
pub mod svg;
pub mod terminal;

pub use result::{CampaignResult, ReplayResult, RunResult, ShrinkResult};
pub use subject::{Subject, Tool, WORLD};
