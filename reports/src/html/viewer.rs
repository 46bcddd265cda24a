//! Where a diagram goes: the programs of the page fill it.

use maud::{Markup, html};

use super::trace::TraceData;

/// The id of the run of a page that has one.
pub(super) const RUN: &str = "run";

/// A link to the diagram of the page's one run, if it has it.
pub(super) fn jump(trace: Option<&TraceData>) -> Markup {
    html! { @if trace.is_some() { a.jump href="#the-run" { "walk through the run" } } }
}

/// The diagram of a run, whose data the frame writes under this id.
pub(super) fn viewer(id: &str) -> Markup {
    html! {
        section.viewer id=(format!("the-{id}")) data-trace=(id) aria-label="the run, event by event" {
            noscript { p.faint { "The diagram needs JavaScript; all that is said in words does not." } }
        }
    }
}
