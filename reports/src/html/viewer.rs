//! Where a diagram goes: the programs of the page fill it.

use maud::{Markup, PreEscaped, html};

use super::trace::TraceData;

/// A link to the diagram of the page's one run, if it has it.
pub(super) fn jump(trace: Option<&TraceData>) -> Markup {
    html! { @if trace.is_some() { a.jump href="#the-run" { "walk through the run" } } }
}

/// The diagram of a run, under an id that is unique in its page.
pub(super) fn viewer(id: &str, trace: &TraceData) -> Markup {
    html! {
        section.viewer id=(format!("the-{id}")) data-trace=(id) aria-label="the run, event by event" {
            noscript { p.faint { "The diagram needs JavaScript; all that is said in words does not." } }
        }
        script type="application/json" id=(id) { (PreEscaped(trace.json())) }
    }
}
