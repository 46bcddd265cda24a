//! Plots of a comparison, as SVG inside a page: their text can be selected, and `page.css` gives them the colours of the reader's theme.
//!
//! - `style` — sizes, colours, and how a plot is drawn;
//! - `differences` — what each metric differs by between two policies, with intervals;
//! - `distribution` — the empirical distribution of something under each policy;
//! - `pareto` — two metrics against each other, and which policies no other beats in both;
//! - `timeline` — what happened when, in one seed under each policy.

mod differences;
mod distribution;
mod pareto;
pub(crate) mod style;
mod timeline;

pub use differences::differences;
pub use distribution::distribution;
pub use pareto::pareto;
pub use timeline::{Mark, Span, Timeline, timeline};
