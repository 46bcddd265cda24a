//! `explore --interleavings`: all orders of a small system.

use rehearsal::interleave::{Reach, Reduction};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::interleavings::InterleavingsResult;
use rehearsal_reports::{Subject, json, terminal};

use crate::End;
use crate::args::Explore;
use crate::error::Error;
use crate::output::Output;

pub(crate) fn interleavings(subject: Subject, args: &Explore, output: Output) -> Result<End, Error> {
    output.note(|screen| terminal::interleavings::before(screen, &subject, args.orders.depth))?;
    let reduction = if args.orders.no_reduction { Reduction::None } else { Reduction::Actors };
    let watch = Stopwatch::start();
    let reach = Reach { runs: args.budget, depth: args.orders.depth };
    let found = subject.rehearsal().interleave(reduction, reach);
    let result = InterleavingsResult { subject, reach, found, wall: watch.elapsed() };
    output.document(|| json::interleavings(&result))?;
    output.answer(|screen| terminal::interleavings::interleavings(screen, &result))?;
    Ok(End::of(result.found.violations.is_empty()))
}
