//! `compare`: the same seeds under several policies.

mod shown;

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::compare::{CompareSpec, Under, compare as compared};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::compare::CompareResult;
use rehearsal_reports::html::Shown;
use rehearsal_reports::subject::Chosen;
use rehearsal_reports::{Subject, csv, html, json, terminal};

use crate::End;
use crate::args::{Common, Compare};
use crate::error::Error;
use crate::fuzz::end_in_order;
use crate::output::{Output, WholeFile};
use crate::policy;
use crate::selection::Registry;

pub(crate) fn compare(
    registry: &Registry<'_>,
    common: &Common,
    args: &Compare,
    output: Output,
) -> Result<End, Error> {
    registry.only_world(common, "compare")?;
    let subject = registry.subject(&args.scenario, common)?;
    if let Some(typed) = &common.policy {
        return Err(Error::Usage(format!(
            "`compare` takes several policies, and --policy {typed} is one\n  write --policies {typed},ANOTHER"
        )));
    }
    let policies = policies(&subject, &args.policies)?;
    let seeds = args.seeds.from(common.seed)?;
    let file = args.csv.as_deref().map(|path| WholeFile::open(path, "--csv")).transpose()?;
    let page = args.html.as_deref().map(|path| WholeFile::open(path, "--html")).transpose()?;
    let pareto = shown::pareto(&subject, &args.pareto)?;
    let stop = Arc::new(AtomicBool::new(false));
    end_in_order(&stop)?;
    output.note(|screen| terminal::compare::before(screen, &subject, &seeds))?;

    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let spec = CompareSpec {
        seeds,
        profile: subject.profile,
        strategy: subject.strategy,
        jobs: args.jobs.map_or_else(cores, usize::from),
        turn_limit: args.patience.turn_limit,
    };
    let watch = Stopwatch::start();
    let comparison = compared(&under(&subject, &policies), &spec, &stop);
    let result = CompareResult { subject, policies, comparison, wall: watch.elapsed() };
    if let Some(file) = file {
        file.finish(|out| csv::compare(out, &result))?;
    }
    if let Some(file) = page {
        let shown = Shown { pareto, timeline: shown::timeline(&result, args)? };
        file.finish(|out| html::compare(out, registry.tool, &result, &shown))?;
    }
    output.document(|| json::compare(&result))?;
    output.answer(|screen| terminal::compare::compare(screen, registry.tool, &result))?;
    Ok(End::of(!result.comparison.cut_short && result.comparison.hung.is_none()))
}

/// The policies that were typed, or all that the scenario names.
fn policies(subject: &Subject, typed: &[String]) -> Result<Vec<Chosen>, Error> {
    let known = subject.usual().policies();
    if known.is_empty() {
        return Err(Error::Usage(format!(
            "the scenario `{}` has no policies to choose from\n  `list` shows which have",
            subject.entry.name
        )));
    }
    let named: Vec<String>;
    let typed = if typed.is_empty() {
        named = known.iter().map(ToString::to_string).collect();
        &named
    } else {
        typed
    };
    let mut chosen: Vec<Chosen> = Vec::new();
    for typed in typed {
        let next = policy::chosen(subject, typed)?;
        let name = next.policy.name();
        if chosen.iter().any(|earlier| earlier.policy.name() == name) {
            return Err(Error::Usage(format!("`{name}` is named twice; name each policy once")));
        }
        chosen.push(next);
    }
    if let [only] = chosen.as_slice() {
        return Err(Error::Usage(format!(
            "there is nothing to compare `{}` with\n  name at least two of {}, or a TOML file",
            only.policy.name(),
            known.join(", ")
        )));
    }
    Ok(chosen)
}

/// The scenario under each of the policies.
fn under(subject: &Subject, policies: &[Chosen]) -> Vec<Under> {
    let under = |chosen: &Chosen| {
        let subject = Subject { policy: Some(chosen.clone()), ..subject.clone() };
        Under { policy: chosen.policy.name().to_owned(), rehearsal: subject.rehearsal() }
    };
    policies.iter().map(under).collect()
}
