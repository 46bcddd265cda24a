//! Choices: all nondeterminism of a run, keyed by stable names.
//!
//! - [`generator`] — the counter-based generator, specified here and pinned by test vectors;
//! - [`stream`] — which family a choice belongs to, and its key;
//! - [`menu`] — the few entries of a choice, entry 0 being the dull one;
//! - [`asked`] — one choice as a search strategy is asked for it, and who answers;
//! - [`source`] — where values come from: benign, seeded, overridden; and the record of what was chosen.

pub mod asked;
pub mod generator;
pub mod menu;
pub mod source;
pub mod stream;

pub use asked::{Asked, Offer, Source};
pub use generator::{Key, draw};
pub use menu::{Menu, Value};
pub(crate) use source::Ahead;
pub use source::{Base, Choices, Deviation, Insists, Overrides, overrides};
pub use stream::{Stream, StreamKey};
