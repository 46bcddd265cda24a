//! Pictures: self-contained SVG files whose text can be selected.
//!
//! - [`score`] — how soon planted bugs are found, by which strategy.
//!
//! They are written by hand, without a plotting crate: a picture is a few dozen lines and circles, and what it depends on is
//! nothing.

mod score;

pub use score::score;

/// A text as it stands in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
