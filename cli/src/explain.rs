//! `explain`: what had to go wrong.

use rehearsal::campaign::{Unfinished, watched};
use rehearsal::case::explain::SliceEvent;
use rehearsal::case::{Case, divergence, explain as explained};
use rehearsal::export::mermaid;
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::html::{self, TraceData};
use rehearsal_reports::result::{ExplainEnd, ExplainResult};
use rehearsal_reports::{Subject, json, terminal};

use crate::End;
use crate::args::{Common, Explain, Patience};
use crate::error::Error;
use crate::output::{Output, WholeFile};
use crate::replay::opened;
use crate::run::{Made, made};
use crate::selection::Registry;

pub(crate) fn explain(
    registry: &Registry<'_>,
    common: &Common,
    args: &Explain,
    output: Output,
) -> Result<End, Error> {
    let (case, subject) = opened(registry, common, &args.case)?;
    let diagram = args.mermaid.as_deref().map(|path| WholeFile::open(path, "--mermaid")).transpose()?;
    let page = args.html.as_deref().map(|path| WholeFile::open(path, "--html")).transpose()?;
    let seed = case.seed;
    output.note(|screen| terminal::run::before(screen, &subject, seed))?;

    let watch = Stopwatch::start();
    let (runner, end) = looked_into(&subject, &case, args)?;
    let wall = watch.elapsed();
    if let (Some(file), Some(runner), ExplainEnd::Explained(why)) = (diagram, runner, &end) {
        let numbers: Vec<u64> = why.slice.iter().map(|event| event.event).collect();
        file.finish(|out| mermaid::write(out, &*runner, &numbers))?;
    }
    let result = ExplainResult { case: args.case.clone(), subject, seed, wall, diff: args.diff, end };
    if let Some(file) = page {
        let trace = match &result.end {
            ExplainEnd::Explained(why) => traced(&result.subject, &why.spec, &why.slice, args.patience)?,
            ExplainEnd::NotReproduced(_) => None,
        };
        file.finish(|out| html::explain(out, registry.tool, &result, trace.as_ref()))?;
    }
    output.document(|| json::explain(registry.tool, &result))?;
    output.answer(|screen| terminal::explain::explain(screen, registry.tool, &result))?;
    Ok(End::of(matches!(result.end, ExplainEnd::Explained(_))))
}

/// The data of a run, made again for a page; `None` if it does not come to an end.
pub(crate) fn traced(
    subject: &Subject,
    spec: &RunSpec,
    slice: &[SliceEvent],
    patience: Patience,
) -> Result<Option<TraceData>, Error> {
    let Made::Over(runner, outcome) = made(subject, &spec.clone().with_states(), patience)? else {
        return Ok(None);
    };
    Ok(Some(TraceData::of(&*runner, &outcome, slice)))
}

/// Explains a case under the eye of the watchdog; the runner that comes with it has made the failing run last.
fn looked_into(
    subject: &Subject,
    case: &Case,
    args: &Explain,
) -> Result<(Option<Box<dyn AnyRunner>>, ExplainEnd), Error> {
    let spec = case.spec(&args.case)?;
    let (copy, again) = (case.clone(), spec.clone());
    let explaining = move |runner: &mut dyn AnyRunner| explained(runner, &copy, &again);
    match watched(subject.rehearsal().as_ref(), args.patience.turn_limit, explaining) {
        Ok((runner, Some(why))) => Ok((Some(runner), ExplainEnd::Explained(Box::new(why)))),
        Ok((_, None)) => {
            let Made::Over(_, outcome) = made(subject, &spec, args.patience)? else {
                return Ok((None, ExplainEnd::NotReproduced("a turn did not return".to_owned())));
            };
            Ok((None, ExplainEnd::NotReproduced(divergence(case, &outcome).unwrap_or_default())))
        }
        Err(Unfinished::Stuck(stuck)) => {
            let how = format!("{} did not return from its turn", stuck.actor);
            Ok((None, ExplainEnd::NotReproduced(how)))
        }
        Err(Unfinished::Died(why)) => Err(Error::Tool(format!("explaining seed {:#x}: {why}", case.seed))),
    }
}
