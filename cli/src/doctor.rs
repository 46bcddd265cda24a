//! `doctor`: determinism across two processes, and what the machine has.

mod machine;
mod other;

use rehearsal::campaign::{Unfinished, watched};
use rehearsal::doctor::{RunHash, Transcript, hashes};
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal_reports::doctor::{DoctorResult, Leak};
use rehearsal_reports::{Subject, json, terminal};

use crate::End;
use crate::args::{Common, Doctor};
use crate::error::Error;
use crate::output::Output;
use crate::selection::Registry;

/// How many other seeds the other process runs first.
const OTHERS: u64 = 16;

pub(crate) fn doctor(
    registry: &Registry<'_>,
    common: &Common,
    args: &Doctor,
    output: Output,
) -> Result<End, Error> {
    registry.only_world(common, "doctor")?;
    let subjects = registry.subjects(&args.scenarios, common)?;
    let first = common.seed.unwrap_or(0);
    if args.second_pass || args.events_of.is_some() {
        return other::serve(&subjects[0], args, first);
    }
    let mut leak = None;
    for subject in &subjects {
        leak = examine(subject, args, first)?;
        if leak.is_some() {
            break;
        }
    }
    let (versions, limits) = (machine::versions(), machine::limits());
    let result = DoctorResult { subjects, seeds: args.seeds.into(), leak, versions, limits };
    output.document(|| json::doctor(&result))?;
    output.answer(|screen| terminal::doctor::doctor(screen, registry.tool, &result))?;
    Ok(if result.leak.is_none() { End::Fine } else { End::ToolFailed })
}

/// Runs the seeds of a scenario here and there, and looks for the first that differs.
fn examine(subject: &Subject, args: &Doctor, first: u64) -> Result<Option<Leak>, Error> {
    let here = first_pass(subject, args, first)?;
    let there = other::second_pass(subject, args, first)?;
    let differs = |one: &&RunHash| !there.contains(one);
    let Some(one) = here.iter().find(differs) else { return Ok(None) };
    let other = there.iter().find(|other| other.seed == one.seed).map_or(0, |other| other.hash);
    let parting = transcript(subject, args, one.seed)?.part(&other::transcript(subject, args, one.seed)?);
    Ok(Some(Leak { subject: subject.clone(), seed: one.seed, hashes: (one.hash, other), parting }))
}

fn first_pass(subject: &Subject, args: &Doctor, first: u64) -> Result<Vec<RunHash>, Error> {
    let specs = specs(subject, first, args.seeds.into());
    under_watch(subject, args, move |runner| hashes(runner, specs))
}

fn transcript(subject: &Subject, args: &Doctor, seed: u64) -> Result<Transcript, Error> {
    let spec = subject.spec(seed);
    under_watch(subject, args, move |runner| Transcript::of(runner, &spec))
}

fn specs(subject: &Subject, first: u64, count: u64) -> Vec<RunSpec> {
    (first..first.saturating_add(count)).map(|seed| subject.spec(seed)).collect()
}

/// Makes runs under the eye of the watchdog.
fn under_watch<T: Send + 'static>(
    subject: &Subject,
    args: &Doctor,
    runs: impl FnOnce(&mut dyn AnyRunner) -> T + Send + 'static,
) -> Result<T, Error> {
    match watched(subject.rehearsal().as_ref(), args.patience.turn_limit, runs) {
        Ok((_, result)) => Ok(result),
        Err(Unfinished::Died(why)) => Err(Error::Tool(why)),
        Err(Unfinished::Stuck(stuck)) => Err(Error::Usage(format!(
            "{} of {} did not return from its turn for {:?} (seed {:#x}), so there is no whole run to compare\n  mend its loop first, or choose other seeds with --seed",
            stuck.actor,
            subject.title(),
            stuck.after,
            stuck.seed
        ))),
    }
}
