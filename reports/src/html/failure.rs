//! A failure in words, as on the terminal.

use std::path::Path;

use maud::{Markup, html};
use rehearsal::story::Story;

use crate::subject::{Subject, Tool};

/// What failed, where and by what, how it came about, and the commands that run it again.
pub(super) fn failure(tool: &Tool, subject: &Subject, story: &Story, case: Option<&Path>) -> Markup {
    html! {
        (head(subject, story))
        @for (title, lines) in story.sections() {
            details open[lines.len() <= FEW] {
                summary { (title) }
                ol.plain { @for line in &lines { li { (linked(line)) } } }
            }
        }
        (again(tool, subject, story.orders.are_timed().then_some(story.seed), case))
    }
}

/// Longer lists are folded.
const FEW: usize = 14;

/// A line that begins with the number of an event, with that as a link to it.
fn linked(line: &str) -> Markup {
    let number = line.strip_prefix('#').map(|rest| rest.split_once(' ').unwrap_or((rest, "")));
    match number.and_then(|(number, rest)| Some((number.parse::<u64>().ok()?, rest))) {
        Some((number, rest)) => html! { (event(number)) " " (rest) },
        None => html! { (line) },
    }
}

/// A link to an event of the diagram.
pub(super) fn event(number: u64) -> Markup {
    html! { a.event href=(format!("#event-{number}")) data-event=(number) { "#" (number) } }
}

/// What failed, where and by what.
pub(super) fn head(subject: &Subject, story: &Story) -> Markup {
    let deviations = match story.before {
        None => format!("{} deviations", story.deviations),
        Some(before) => format!("{} of {before} deviations", story.deviations),
    };
    html! {
        p.message { strong { (story.sentence) } br; (story.message) }
        p.faint {
            (subject.title()) ", "
            @if story.before.is_some() { "shrunk from " }
            "seed " code { (format!("{:#x}", story.seed)) } ", faults " (story.profile) ", at " (story.at) ", "
            "event " (event(story.event)) ", " (deviations)
        }
    }
}

/// The case, and the commands to paste.
pub(super) fn again(tool: &Tool, subject: &Subject, seed: Option<u64>, case: Option<&Path>) -> Markup {
    html! {
        h3 { "again" }
        ul.commands {
            @if let Some(case) = case {
                li { code { (tool.replay(case)) } }
                li { code { (tool.explain(case)) } }
            } @else if let Some(seed) = seed {
                li { code { (tool.run(subject, seed)) } }
            }
        }
    }
}
