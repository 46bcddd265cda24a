//! The pages of `run` and `replay`.

use std::io::{self, Write};
use std::path::Path;

use maud::{Markup, html};

use super::frame::{self, Mark};
use super::trace::TraceData;
use super::viewer::RUN;
use super::{failure, numbers, viewer};
use crate::result::{ReplayResult, RunEnd, RunResult};
use crate::subject::Tool;

/// The page of one run.
///
/// # Errors
///
/// If the writer fails.
pub fn run(
    out: &mut dyn Write,
    tool: &Tool,
    result: &RunResult,
    trace: Option<&TraceData>,
) -> io::Result<()> {
    let case = match &result.end {
        RunEnd::Over(over) => over.case.as_deref(),
        RunEnd::Stuck(_) => None,
    };
    page(out, tool, result, case, trace, &html! {})
}

/// The page of a case that was run again.
///
/// # Errors
///
/// If the writer fails.
pub fn replay(
    out: &mut dyn Write,
    tool: &Tool,
    result: &ReplayResult,
    trace: Option<&TraceData>,
) -> io::Result<()> {
    let (mark, text) = match &result.divergence {
        None => (Mark::Good, "reproduced: the same failure, the same trace hash".to_owned()),
        Some(how) if result.reproduced => (Mark::Odd, format!("reproduced, tolerantly: {how}")),
        Some(how) => (Mark::Bad, format!("not reproduced: {how}")),
    };
    page(out, tool, &result.run, Some(&result.case), trace, &html! { p class=(mark.class()) { (text) } })
}

fn page(
    out: &mut dyn Write,
    tool: &Tool,
    run: &RunResult,
    case: Option<&Path>,
    trace: Option<&TraceData>,
    note: &Markup,
) -> io::Result<()> {
    let (mark, verdict) = numbers::verdict(&run.end);
    let title = format!("{}, seed {:#x}: {verdict}", run.subject.title(), run.seed);
    let body = html! {
        header { h1 { (run.subject.title()) " " span class=(mark.class()) { (verdict) } (viewer::jump(trace)) } }
        main {
            div.words {
                (note)
                @if let RunEnd::Over(over) = &run.end {
                    @if let Some(story) = &over.story { (failure::failure(tool, &run.subject, story, case)) }
                    @else { p.faint { "seed " code { (format!("{:#x}", run.seed)) } ", faults " (run.subject.profile.name) } }
                    (numbers::numbers(run, over))
                }
            }
            @if trace.is_some() { (viewer::viewer(RUN)) }
        }
    };
    let runs = trace.map(|trace| (RUN.to_owned(), trace));
    frame::write(out, &title, &body, runs.as_slice())
}
