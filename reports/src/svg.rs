//! Pictures: self-contained SVG files whose text can be selected.
//!
//! - [`score`] — how soon planted bugs are found, by which strategy.
//!
//! This one stands in documents, where its colours have to say all by themselves; what a page shows is in [`plot`](crate::plot).

mod score;

pub use score::score;

/// A text as it stands in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
