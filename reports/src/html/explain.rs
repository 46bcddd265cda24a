//! The page of `explain`.

use std::io::{self, Write};

use maud::{Markup, html};
use rehearsal::case::Explanation;
use rehearsal::case::explain::{Contrast, Jump, Moment, Need};

use super::frame::{self, Mark};
use super::trace::TraceData;
use super::viewer::RUN;
use super::{failure, viewer};
use crate::result::{ExplainEnd, ExplainResult};
use crate::subject::Tool;
use crate::terminal::figures::{counted, span};

/// The page of a case that was explained.
///
/// # Errors
///
/// If the writer fails.
pub fn explain(
    out: &mut dyn Write,
    tool: &Tool,
    result: &ExplainResult,
    trace: Option<&TraceData>,
) -> io::Result<()> {
    let (mark, verdict) = match &result.end {
        ExplainEnd::Explained(why) => (Mark::Bad, format!("{} violated", why.story.title)),
        ExplainEnd::NotReproduced(_) => (Mark::Odd, "not reproduced".to_owned()),
    };
    let title = format!("{}, explained: {verdict}", result.subject.title());
    let body = html! {
        header { h1 { (result.subject.title()) " " span class=(mark.class()) { (verdict) } (viewer::jump(trace)) } }
        main {
            div.words {
                @match &result.end {
                    ExplainEnd::NotReproduced(how) => p.odd { (how) },
                    ExplainEnd::Explained(why) => (explanation(tool, result, why)),
                }
            }
            @if trace.is_some() { (viewer::viewer(RUN)) }
        }
    };
    let runs = trace.map(|trace| (RUN.to_owned(), trace));
    frame::write(out, &title, &body, runs.as_slice())
}

fn explanation(tool: &Tool, result: &ExplainResult, why: &Explanation) -> Markup {
    let seed = why.story.orders.are_timed().then_some(result.seed);
    html! {
        (failure::head(&result.subject, &why.story))
        p { (why.narrative) }
        (needs(&why.deviations))
        (likelihood(&why.moments, why.jump))
        (slice(why))
        @if let Some(contrast) = &why.contrast { (nearest(contrast)) }
        (failure::again(tool, &result.subject, seed, Some(&result.case)))
        p.faint { "explained by " (counted(u64::from(why.runs), "run")) " in " (span(result.wall)) }
    }
}

fn needs(deviations: &[Need]) -> Markup {
    html! {
        h2 { @if deviations.is_empty() { "no choice has to be other than dull" } @else { "what it takes, beside the dull choices" } }
        ol.needs {
            @for need in deviations {
                li {
                    code { (need.choice) } ": " (need.means) br;
                    span class=(if need.needed { "good" } else { "odd" }) { @if need.needed { "needed" } @else { "not needed" } }
                    ": without it, " (need.without)
                    @if let Some(effect) = &need.effect {
                        br; span.faint { "first changes " (failure::event(effect.event)) ": " (effect.told) }
                    }
                }
            }
        }
    }
}

fn likelihood(moments: &[Moment], jump: Option<Jump>) -> Markup {
    html! {
        @if let Some(of) = moments.first().map(|moment| moment.of) {
            h2 { "how likely it is if all goes on by chance from there" }
            table.likely {
                thead { tr { th { "after event" } th { "at" } th { "fails" } th { "95 % interval" } th {} } }
                tbody {
                    @for (number, moment) in moments.iter().enumerate() {
                        tr class=[jump.is_some_and(|jump| jump.after == number).then_some("jump")] {
                            td.number { (failure::event(moment.events)) }
                            td.number { (moment.at) }
                            td.number { (format!("{:.0} %", moment.share() * 100.0)) }
                            td.number { (format!("{:.0}–{:.0} %", moment.low * 100.0, moment.high * 100.0)) }
                            td { meter min="0" max="1" value=(format!("{:.3}", moment.share())) {} }
                        }
                    }
                }
            }
            p.faint { (of) " continuations each" @if jump.is_some() { "; it became likely at the marked one" } }
        }
    }
}

fn slice(why: &Explanation) -> Markup {
    html! {
        h2 { "the " (counted(why.slice.len() as u64, "event")) " that matter, of " (why.story.event + 1) }
        ol.plain {
            @for event in &why.slice {
                li class=(format!("{:?}", event.role).to_lowercase()) {
                    (failure::event(event.event)) " " span.faint { (event.at) } " " (event.told)
                    @for deviation in &event.deviations { " " span.odd { "(" (deviation + 1) ")" } }
                }
            }
        }
        @if why.left_out > 0 { p.faint { (why.left_out) " more have a part in it, farther back" } }
    }
}

fn nearest(contrast: &Contrast) -> Markup {
    html! {
        details {
            summary { "the nearest run that passes, without " code { (contrast.without) } ": the two part at event " (contrast.event) }
            table.contrast {
                @for line in &contrast.common { tr { th { "both" } td { (line) } } }
                @for line in &contrast.failing { tr { th.bad { "fails" } td { (line) } } }
                @for line in &contrast.passing { tr { th.good { "passes" } td { (line) } } }
            }
        }
    }
}
