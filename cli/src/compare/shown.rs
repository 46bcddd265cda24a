//! What the page of a comparison shows besides its figures.

use rehearsal::nearest::nearest;
use rehearsal::run::{AnyRunner, Outcome, Verdict};
use rehearsal::trace::EventKind;
use rehearsal_reports::Subject;
use rehearsal_reports::compare::CompareResult;
use rehearsal_reports::plot::{Mark, Span, Timeline};

use crate::args::Compare;
use crate::error::Error;
use crate::run::{Made, made};

/// The places of the two metrics that are set against each other.
pub(super) fn pareto(subject: &Subject, typed: &[String]) -> Result<(usize, usize), Error> {
    let metrics = subject.usual().metrics();
    let place = |name: &String| {
        let found = metrics.iter().position(|metric| metric.name == name.trim());
        found.ok_or_else(|| {
            let names = || metrics.iter().map(|metric| metric.name);
            let near =
                nearest(name, names()).map_or(String::new(), |near| format!("; the nearest is `{near}`"));
            let all = names().collect::<Vec<_>>().join(", ");
            Error::Usage(format!("`{}` measures no `{name}`{near}\n  it measures {all}", subject.entry.name))
        })
    };
    match typed {
        [] => Ok((0, metrics.len().saturating_sub(1))),
        [across, up] => Ok((place(across)?, place(up)?)),
        _ => Err(Error::Usage(
            "--pareto takes two metrics\n  write them with a comma between, as \"availability,restarts\""
                .to_owned(),
        )),
    }
}

/// A seed under each policy: the one that was asked for, or else one that swings as no other by the first metric that tells policies apart.
pub(super) fn timeline(
    result: &CompareResult,
    args: &Compare,
) -> Result<Option<(u64, Vec<Timeline>)>, Error> {
    let Some(seed) = args.timeline.or_else(|| swings_most(result)) else { return Ok(None) };
    let mut runs = Vec::new();
    for chosen in &result.policies {
        let subject = Subject { policy: Some(chosen.clone()), ..result.subject.clone() };
        let name = chosen.policy.name().to_owned();
        runs.push(match made(&subject, &subject.spec(seed).recorded(), args.patience)? {
            Made::Over(runner, outcome) => run(name, &*runner, &outcome),
            Made::Stuck(stuck) => {
                let verdict = format!("{} never returned from a turn", stuck.actor);
                Timeline { policy: name, verdict, end: 0, faults: Vec::new(), marks: Vec::new() }
            }
        });
    }
    Ok(Some((seed, runs)))
}

fn swings_most(result: &CompareResult) -> Option<u64> {
    let swings = |metric: &rehearsal::compare::MetricResult| {
        let all = metric.pairs.iter().flat_map(|pair| pair.swings.iter().copied());
        all.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0))).map(|(seed, _)| seed)
    };
    result.comparison.metrics.iter().find_map(swings)
}

fn run(policy: String, runner: &dyn AnyRunner, outcome: &Outcome) -> Timeline {
    let verdict = match &outcome.verdict {
        Verdict::Pass => "pass".to_owned(),
        Verdict::Violation(found) => format!("{} violated", found.invariant),
        Verdict::Limit(limit) => format!("limit {} reached", limit.name()),
    };
    let episodes = runner.plan().episodes.iter();
    let faults = episodes.map(|fault| Span { from: fault.from.as_nanos(), until: fault.until.as_nanos() });
    let told = runner.recorder().events().iter().zip(runner.recorder().payloads());
    let facts = told.filter(|(event, _)| event.kind == EventKind::Fact);
    let marks = facts.filter_map(|(event, payload)| {
        Some(Mark { kind: kind(&payload.text)?.to_owned(), at: event.at.as_nanos() })
    });
    let (faults, marks) = (faults.collect(), marks.collect());
    Timeline { policy, verdict, end: outcome.virtual_time.as_nanos(), faults, marks }
}

/// The kind of a fact as it is written out: of one that wraps another, that of the other.
fn kind(fact: &str) -> Option<&str> {
    let word = |text: &'_ str| text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    let outer = fact.get(..word(fact)).filter(|outer| !outer.is_empty())?;
    let inner = fact[outer.len()..].strip_prefix('(').filter(|inner| inner.starts_with(char::is_uppercase));
    Some(inner.map_or(outer, |inner| &inner[..word(inner)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_fact_is_its_first_word_or_that_of_the_fact_inside() {
        assert_eq!(kind("Answered { request: 3 }"), Some("Answered"));
        assert_eq!(kind("Supervision(ChildEnded { child: \"a\" })"), Some("ChildEnded"));
        assert_eq!(kind("Finished(3)"), Some("Finished"));
        assert_eq!(kind("Idle"), Some("Idle"));
        assert_eq!(kind(""), None);
    }
}
