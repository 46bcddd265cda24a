//! `replay`: a case, run again.

use std::path::Path;

use rehearsal::case::replay::{and_where, fails_so};
use rehearsal::case::{Case, CaseError, divergence};
use rehearsal::policy::Policy;
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::story;
use rehearsal::wall::Stopwatch;
use rehearsal_reports::html::{self, TraceData};
use rehearsal_reports::result::{Inspected, Look, Moment, Over, RunEnd};
use rehearsal_reports::{ReplayResult, RunResult, Subject, Tool, json, terminal};

use crate::End;
use crate::args::{Common, Replay};
use crate::error::Error;
use crate::output::{Output, WholeFile};
use crate::policy;
use crate::run::{Made, made};
use crate::selection::Registry;

/// How many events before `--until` are shown.
const BEFORE: usize = 10;

pub(crate) fn replay(
    registry: &Registry<'_>,
    common: &Common,
    args: &Replay,
    output: Output,
) -> Result<End, Error> {
    let (case, subject) = opened(registry, common, &args.case)?;
    let page = args.html.as_deref().map(|path| WholeFile::open(path, "--html")).transpose()?;
    let seed = case.seed;
    output.note(|screen| terminal::run::before(screen, &subject, seed))?;

    let spec = case.spec(&args.case)?;
    let spec = if page.is_some() { spec.with_states() } else { spec.recorded() };
    let watch = Stopwatch::start();
    let made = made(&subject, &spec, args.patience)?;
    let wall = watch.elapsed();
    let mut trace = None;
    let (end, divergence, fails_so, look) = match made {
        Made::Stuck(stuck) => {
            let divergence = format!("expected `{}`, but a turn did not return", case.expect.signature);
            (RunEnd::Stuck(stuck), Some(divergence), false, Look::default())
        }
        Made::Over(runner, outcome) => {
            let look = look(&subject, &spec, args, &*runner)?;
            trace = page.is_some().then(|| TraceData::of(&*runner, &outcome, &[]));
            let mut story = story::Story::told(&*runner, &outcome, &spec);
            if let (Some(story), Some(shrunk)) = (&mut story, &case.shrunk) {
                story.before = Some(shrunk.before);
            }
            let divergence = divergence(&case, &outcome).map(|how| and_where(how, &case, &*runner));
            let fails_so = fails_so(&case, &outcome);
            let goals = subject.rehearsal().goals();
            let over = Over { outcome, goals, story, case: None, reproducible: true, notes: Vec::new() };
            (RunEnd::Over(Box::new(over)), divergence, fails_so, look)
        }
    };
    let run = RunResult { subject, seed, end, wall };
    let reproduced = if args.tolerant { fails_so } else { divergence.is_none() };
    let result = ReplayResult { case: args.case.clone(), run, reproduced, divergence, look };
    if let Some(file) = page {
        file.finish(|out| html::replay(out, registry.tool, &result, trace.as_ref()))?;
    }
    output.document(|| json::replay(registry.tool, &result))?;
    output.answer(|screen| terminal::run::replay(screen, registry.tool, &result))?;
    Ok(End::of(result.reproduced))
}

/// A case, and what it names in the registry; what was typed beside it agrees with it.
pub(crate) fn opened(
    registry: &Registry<'_>,
    common: &Common,
    path: &Path,
) -> Result<(Case, Subject), Error> {
    registry.only_world(common, "replay")?;
    let case = Case::read(path)?;
    let subject = subject(registry, &case, path)?;
    agrees(&case, common, &subject, registry.tool)?;
    Ok((case, subject))
}

/// What the case names, found in the registry.
fn subject(registry: &Registry<'_>, case: &Case, path: &Path) -> Result<Subject, Error> {
    let known = || registry.scenarios.iter().map(|entry| entry.name);
    let entry = registry.scenarios.iter().find(|entry| entry.name == case.scenario);
    let entry = entry.ok_or_else(|| Case::unknown(path, "scenario", &case.scenario, known()))?;
    let variant = case.variant.as_deref().map(|name| {
        let known = || entry.variants.iter().map(|variant| variant.name);
        entry.variant(name).ok_or_else(|| Case::unknown(path, "variant", name, known()))
    });
    let (profile, strategy) = (case.profile(path)?, case.strategy(path)?);
    let mut subject = Subject {
        entry,
        variant: variant.transpose()?,
        policy: None,
        profile,
        strategy,
        settings: case.settings_of(entry, path)?,
        stage: None,
    };
    if let Some(policy) = &case.policy {
        let typed = match policy {
            Policy::Named(name) => name.clone(),
            Policy::Data(_) => path.to_string_lossy().into_owned(),
        };
        let accepted = policy::accepted(&subject, policy.clone(), &typed);
        subject.policy = Some(accepted.map_err(|what| CaseError::Malformed {
            path: path.to_owned(),
            place: " in `policy`".to_owned(),
            what,
        })?);
    }
    Ok(subject)
}

/// A case says everything about its run: what is typed beside it may repeat that, but not change it.
fn agrees(case: &Case, common: &Common, subject: &Subject, tool: &Tool) -> Result<(), Error> {
    let refuse = |option: &str, says: String, typed: String| {
        let seed = common.seed.unwrap_or(case.seed);
        Err(Error::Usage(format!(
            "the case says {option} {says}, and {typed} was typed\n  leave {option} out, or make another run: {}",
            tool.run(subject, seed)
        )))
    };
    if let Some(seed) = common.seed.filter(|seed| *seed != case.seed) {
        return refuse("--seed", format!("{:#x}", case.seed), format!("{seed:#x}"));
    }
    if let Some(faults) = common.faults.filter(|faults| faults.name != case.profile) {
        return refuse("--faults", case.profile.clone(), faults.name.to_owned());
    }
    if let Some(strategy) = common.strategy.filter(|strategy| *strategy != subject.strategy) {
        return refuse("--strategy", subject.strategy.name.to_owned(), strategy.name.to_owned());
    }
    let set = common.set.iter().find(|(name, value)| {
        let says = subject.settings.with(name, *value);
        says.is_err() || says != Ok(subject.settings)
    });
    if let Some((name, value)) = set {
        let says = case
            .settings
            .get(name)
            .map_or_else(|| "no other size".to_owned(), |says| format!("{name}={says}"));
        return refuse("--set", says, format!("{name}={value}"));
    }
    if let Some(typed) = &common.policy {
        let says = subject.policy.as_ref();
        if says != Some(&policy::chosen(subject, typed)?) {
            let says = says.map_or("none", |says| says.policy.name());
            return refuse("--policy", says.to_owned(), typed.clone());
        }
    }
    match &common.variant {
        Some(variant) if case.variant.as_ref() != Some(variant) => {
            refuse("--variant", case.variant.clone().unwrap_or_else(|| "none".to_owned()), variant.clone())
        }
        _ => Ok(()),
    }
}

/// The look into the run that was asked for.
fn look(subject: &Subject, spec: &RunSpec, args: &Replay, whole: &dyn AnyRunner) -> Result<Look, Error> {
    if let Some(path) = &args.inspect {
        known_actor(path, whole)?;
    }
    let Some(until) = args.until else {
        return Ok(Look { until: None, inspected: inspected(args, whole) });
    };
    let events = whole.recorder().count();
    if until > events {
        return Err(Error::Usage(format!(
            "--until {until} lies behind the end of the run, which has {events} events\n  give a number up to {events}"
        )));
    }
    let spec = RunSpec { until: Some(until), ..spec.clone() };
    match made(subject, &spec, args.patience)? {
        Made::Over(runner, outcome) => {
            let moment =
                Moment { event: outcome.events, at: outcome.virtual_time, before: latest(&*runner, BEFORE) };
            Ok(Look { until: Some(moment), inspected: inspected(args, &*runner) })
        }
        Made::Stuck(_) => Err(Error::Tool("a run did not end although the same run did before".to_owned())),
    }
}

fn known_actor(path: &str, runner: &dyn AnyRunner) -> Result<(), Error> {
    let known = || (0..runner.paths()).map(|slot| runner.path(slot));
    if known().any(|known| known == path) {
        return Ok(());
    }
    let some: Vec<&str> = known().take(8).collect();
    let mend =
        format!("actors of this run: {}{}", some.join(", "), if runner.paths() > 8 { ", …" } else { "" });
    Err(Error::unknown("there is no actor", path, known(), mend))
}

fn inspected(args: &Replay, runner: &dyn AnyRunner) -> Option<Inspected> {
    let actor = args.inspect.clone()?;
    let state = runner.inspect(&actor);
    Some(Inspected { actor, state })
}

/// The last events of a run in words, the latest last.
fn latest(runner: &dyn AnyRunner, count: usize) -> Vec<String> {
    let events = runner.recorder().events();
    let from = events.len().saturating_sub(count);
    events.iter().enumerate().skip(from).map(|(number, event)| story::line(runner, number, event)).collect()
}
