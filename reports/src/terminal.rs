//! For the person at the screen.
//!
//! - [`list`] — what there is to run;
//! - [`run`] — one run, and a case run again;
//! - [`failure`] — everything that a person needs to go on from a failure;
//! - [`fuzz`] — what a campaign found;
//! - [`progress`] — a campaign while it goes on;
//! - [`shrink`] — a case made smaller;
//! - [`explain`] — what had to go wrong;
//! - [`compare`] — policies side by side;
//! - [`diagram`] — a few events, with a column for each actor;
//! - [`doctor`] — what the doctor found;
//! - [`explore`] — what exhaustive search came to;
//! - [`interleavings`] — what trying all orders came to;
//! - [`states`] — what a search of states came to;
//! - [`score`] — an exam of search strategies as a table;
//! - [`screen`] — lines in colours, broken where the screen ends;
//! - [`figures`] — numbers for reading.
//!
//! Everything is written with colours; whoever opens the stream takes them out where they do not belong.

pub mod check;
pub mod compare;
pub mod diagram;
pub mod doctor;
pub mod explain;
pub mod explore;
pub mod failure;
pub mod figures;
pub mod fuzz;
pub mod interleavings;
pub mod list;
pub mod progress;
pub mod run;
pub mod score;
pub mod screen;
pub mod shrink;
pub mod states;

use anstyle::{AnsiColor, Style};
pub use screen::Screen;

/// What is good.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What needs a look.
pub const ODD: Style = AnsiColor::Yellow.on_default().bold();
/// A name.
pub const NAME: Style = AnsiColor::Cyan.on_default().bold();
/// A title over some lines.
pub const TITLE: Style = Style::new().bold();
/// What is there for the few who need it.
pub const FAINT: Style = Style::new().dimmed();
/// Nothing special.
pub const PLAIN: Style = Style::new();
