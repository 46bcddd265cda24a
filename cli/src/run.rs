//! `run`: one run, from one seed.

use std::io::Write as _;

use rehearsal::campaign::{Failure, Unfinished, alone, watched};
use rehearsal::export::jsonl;
use rehearsal::export::mermaid;
use rehearsal::export::perfetto;
use rehearsal::export::shiviz;
use rehearsal::run::{AnyRunner, Limit, Outcome, RunSpec, Verdict};
use rehearsal::story::Story;
use rehearsal::wall::Stopwatch;
use rehearsal_reports::html::{self, TraceData};
use rehearsal_reports::result::{Over, RunEnd};
use rehearsal_reports::{RunResult, Subject, json, terminal};

use crate::End;
use crate::args::{Common, Patience, Run, TraceFormat};
use crate::error::Error;
use crate::output::{self, Output, WholeFile};
use crate::selection::Registry;
use crate::staged;

pub(crate) fn run(
    registry: &Registry<'_>,
    common: &Common,
    args: &Run,
    output: Output,
) -> Result<End, Error> {
    let subject = registry.subject(&args.scenario, common)?;
    if let Some(stage) = subject.stage {
        let seed = common.seed.unwrap_or(0);
        output.note(|screen| terminal::run::before(screen, &subject, seed))?;
        let result = staged::run(subject, stage, seed, args)?;
        output.document(|| json::run(registry.tool, &result))?;
        output.answer(|screen| terminal::run::run(screen, registry.tool, &result))?;
        return Ok(End::of(result.passed()));
    }
    let cases = common.cases();
    output::probe(&cases)?;
    let trace = args.trace.as_deref().map(|path| WholeFile::open(path, "--trace")).transpose()?;
    let facts = args.facts.as_deref().map(|path| WholeFile::open(path, "--facts")).transpose()?;
    let seed = common.seed.unwrap_or(0);
    output.note(|screen| terminal::run::before(screen, &subject, seed))?;

    let spec = subject.spec(seed);
    let spec = match (&trace, args.format) {
        (None, _) => spec,
        (Some(_), TraceFormat::Html) => spec.with_states(),
        (Some(_), _) => spec.recorded(),
    };
    let watch = Stopwatch::start();
    let streamed = trace.as_ref().filter(|_| args.format == TraceFormat::Jsonl);
    let made = match streamed {
        Some(file) => made_in_parts(&subject, &spec, args.patience, file)?,
        None => made(&subject, &spec, args.patience)?,
    };
    let wall = watch.elapsed();
    let mut page = None;
    let end = match made {
        Made::Stuck(stuck) => RunEnd::Stuck(stuck),
        Made::Over(runner, outcome) => {
            match trace {
                Some(file) if args.format == TraceFormat::Html => {
                    page = Some((file, TraceData::of(&*runner, &outcome, &[])));
                }
                Some(file) => write_trace(file, args.format, &*runner, &outcome)?,
                None => {}
            }
            if let Some(file) = facts {
                // The same run again; that it comes to an end is known by now.
                let (outcome, facts) = subject.rehearsal().run_for_facts(&subject.spec(seed));
                staged::write(file, &subject, &facts, outcome.verdict == Verdict::Pass)?;
            }
            let whole = Some(&*runner).filter(|_| args.format != TraceFormat::Jsonl);
            let story = story(&subject, &spec, args.patience, whole, &outcome)?;
            let case = Failure::of(seed, subject.strategy.arm(seed), &outcome)
                .map(|failure| subject.case(&failure).write(&cases));
            let case = case.transpose()?;
            RunEnd::Over(Box::new(Over {
                outcome,
                goals: subject.rehearsal().goals(),
                story,
                case,
                reproducible: true,
                notes: Vec::new(),
            }))
        }
    };
    let result = RunResult { subject, seed, end, wall };
    if let Some((file, data)) = page {
        file.finish(|out| html::run(out, registry.tool, &result, Some(&data)))?;
    }
    output.document(|| json::run(registry.tool, &result))?;
    output.answer(|screen| terminal::run::run(screen, registry.tool, &result))?;
    Ok(End::of(result.passed()))
}

/// A run that was made.
pub(crate) enum Made {
    /// It is over, and its runner has what was recorded.
    Over(Box<dyn AnyRunner>, Outcome),
    /// It never will be.
    Stuck(rehearsal::campaign::Stuck),
}

/// Makes one run under the eye of the watchdog.
pub(crate) fn made(subject: &Subject, spec: &RunSpec, patience: Patience) -> Result<Made, Error> {
    match alone(subject.rehearsal().as_ref(), spec, patience.turn_limit) {
        Ok((runner, outcome)) => Ok(Made::Over(runner, outcome)),
        Err(unfinished) => Made::unfinished(unfinished, spec.seed),
    }
}

impl Made {
    /// A run that has no outcome; if that is no actor's doing, the tool itself failed.
    fn unfinished(unfinished: Unfinished, seed: u64) -> Result<Self, Error> {
        match unfinished {
            Unfinished::Stuck(stuck) => Ok(Self::Stuck(stuck)),
            Unfinished::Died(why) => Err(Error::Tool(format!("seed {seed:#x}: {why}"))),
        }
    }
}

/// The story of a failed run: from what its runner recorded, or from the same run again with its trace kept.
///
/// The run that is made again must be the same; if it is not, something in the scenario or the tool is not a function of
/// the seed, and no result can be trusted.
pub(crate) fn story(
    subject: &Subject,
    spec: &RunSpec,
    patience: Patience,
    runner: Option<&dyn AnyRunner>,
    outcome: &Outcome,
) -> Result<Option<Story>, Error> {
    if outcome.verdict == Verdict::Pass {
        return Ok(None);
    }
    if let Some(runner) = runner.filter(|_| spec.recording.has_payloads()) {
        return Ok(Story::told(runner, outcome, spec));
    }
    let Made::Over(runner, again) = made(subject, &spec.clone().recorded(), patience)? else {
        return Ok(None);
    };
    let by_the_clock = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Limit(Limit::WallTime(_)));
    let same = again.trace_hash == outcome.trace_hash && again.verdict == outcome.verdict;
    if !same && !by_the_clock(&again) && !by_the_clock(outcome) {
        return Err(Error::Nondeterminism(format!(
            "the same seed gave two different runs of {}: seed {:#x}, trace hash {:#018x} and then {:#018x}",
            subject.title(),
            spec.seed,
            outcome.trace_hash,
            again.trace_hash
        )));
    }
    Ok(Story::told(&*runner, &again, spec))
}

/// How many events of a run are kept at a time while its trace is written.
const PART: usize = 1 << 16;

/// Makes one run whose trace is written while it goes on.
fn made_in_parts(
    subject: &Subject,
    spec: &RunSpec,
    patience: Patience,
    file: &WholeFile,
) -> Result<Made, Error> {
    let mut out = file.writer()?;
    let about = jsonl::About {
        scenario: subject.entry.name,
        variant: subject.variant_name(),
        profile: subject.profile.name,
        seed: spec.seed,
    };
    let mut written = jsonl::head(&mut out, &about);
    let (again, seed) = (spec.clone(), spec.seed);
    let run = move |runner: &mut dyn AnyRunner| {
        let outcome = runner.run_in_parts(&again, PART, &mut |runner| {
            if written.is_ok() {
                written = jsonl::part(&mut out, runner);
            }
        });
        (outcome, written.and_then(|()| out.flush()))
    };
    match watched(subject.rehearsal().as_ref(), patience.turn_limit, run) {
        Ok((runner, (outcome, written))) => {
            written.map_err(|source| file.failed(source))?;
            Ok(Made::Over(runner, outcome))
        }
        Err(unfinished) => Made::unfinished(unfinished, seed),
    }
}

/// Writes the trace of a run that is over; of one in JSON Lines, what is left of it.
fn write_trace(
    file: WholeFile,
    format: TraceFormat,
    runner: &dyn AnyRunner,
    outcome: &Outcome,
) -> Result<(), Error> {
    file.finish(|out| match format {
        TraceFormat::Jsonl => jsonl::foot(out, outcome),
        TraceFormat::Shiviz => shiviz::write(out, runner),
        TraceFormat::Perfetto => perfetto::write(out, runner),
        TraceFormat::Html => unreachable!("a page has the verdict, too, and is written with it"),
        TraceFormat::Mermaid => mermaid::write(out, runner, &(0..outcome.events).collect::<Vec<_>>()),
    })
}
