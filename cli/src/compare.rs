//! `compare`: the same seeds under several policies.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::compare::{CompareSpec, Under, compare as compared};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::compare::CompareResult;
use rehearsal_reports::{Subject, csv, json, terminal};

use crate::End;
use crate::args::{Common, Compare};
use crate::error::Error;
use crate::fuzz::end_in_order;
use crate::output::{Output, WholeFile};
use crate::selection::Registry;

pub(crate) fn compare(
    registry: &Registry<'_>,
    common: &Common,
    args: &Compare,
    output: Output,
) -> Result<End, Error> {
    registry.only_world(common, "compare")?;
    let subject = registry.subject(&args.scenario, common)?;
    let policies = policies(&subject, &args.policies)?;
    let seeds = args.seeds.from(common.seed)?;
    let file = args.csv.as_deref().map(|path| WholeFile::open(path, "--csv")).transpose()?;
    let stop = Arc::new(AtomicBool::new(false));
    end_in_order(&stop)?;
    output.note(|screen| terminal::compare::before(screen, &subject, &seeds))?;

    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let spec = CompareSpec {
        seeds,
        profile: subject.profile,
        strategy: subject.strategy,
        jobs: args.jobs.map_or_else(cores, usize::from),
    };
    let watch = Stopwatch::start();
    let comparison = compared(&policies, &spec, &stop);
    let result = CompareResult { subject, comparison, wall: watch.elapsed() };
    if let Some(file) = file {
        file.finish(|out| csv::compare(out, &result))?;
    }
    output.document(|| json::compare(&result))?;
    output.answer(|screen| terminal::compare::compare(screen, registry.tool, &result))?;
    Ok(End::of(!result.comparison.cut_short))
}

/// The scenario under each of the policies.
fn policies(subject: &Subject, typed: &[String]) -> Result<Vec<Under>, Error> {
    let rehearsal = subject.rehearsal();
    let (scenario, known) = (subject.entry.name, rehearsal.policies());
    if known.is_empty() {
        return Err(Error::Usage(format!(
            "the scenario `{scenario}` has no policies to choose from\n  `list` shows which have"
        )));
    }
    let mut chosen: Vec<&'static str> = Vec::new();
    for name in typed {
        let Some(name) = known.iter().copied().find(|known| known == name) else {
            let what = format!("the scenario `{scenario}` has no policy");
            let mend = format!("it has {}", known.join(", "));
            return Err(Error::unknown(&what, name, known.iter().copied(), mend));
        };
        if chosen.contains(&name) {
            return Err(Error::Usage(format!("`{name}` is named twice; name each policy once")));
        }
        chosen.push(name);
    }
    if chosen.is_empty() {
        chosen = known.to_vec();
    }
    if let [only] = chosen.as_slice() {
        return Err(Error::Usage(format!(
            "there is nothing to compare `{only}` with\n  name at least two of {}",
            known.join(", ")
        )));
    }
    let under = |policy: &&'static str| {
        let rehearsal = rehearsal.under(policy).expect("a policy that is named exists");
        Under { policy, rehearsal }
    };
    Ok(chosen.iter().map(under).collect())
}
