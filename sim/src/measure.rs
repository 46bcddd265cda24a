//! What is measured of a run: from its facts, as monitors judge.

use std::time::Duration;

use rehearsal_protocol::Time;

use crate::check::Moment;
use crate::run::Outcome;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// In what it is measured.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// What is compared: the mean over seeds, or a quantile of all samples.
    pub statistic: Statistic,
    /// How two values of it are compared.
    pub effect: Effect,
    /// Metrics with the same number are statistics of the same samples.
    pub source: usize,
}

impl Metric {
    /// Compares by the part that one value is more than the other: for what one policy does so many times as often as another.
    pub fn relative(&mut self) {
        self.effect = Effect::Relative;
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `b - a`, in the unit of the metric.
    Difference,
    /// `b / a - 1`; there is none if `a` is 0.
    Relative,
}

impl Effect {
    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Relative => "relative",
        }
    }

    /// How much `b` is more than `a`.
    pub(crate) fn between(self, a: f64, b: f64) -> Option<f64> {
        match self {
            Self::Difference => Some(b - a),
            Self::Relative => (a != 0.0).then(|| b / a - 1.0),
        }
    }
}

/// In what something is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of things in a run.
    Count,
    /// Millionths of a whole.
    Share,
    /// Nanoseconds.
    Nanos,
}

impl Unit {
    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "ppm",
            Self::Nanos => "ns",
        }
    }
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Less.
    Lower,
    /// More.
    Higher,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The mean over seeds.
    Mean,
    /// A quantile of the samples of all seeds, in percent.
    Quantile(u8),
}

/// What was measured of one run.
#[derive(Clone, Debug)]
pub struct Measured {
    /// By source: one for a mean, any number for a quantile; none if there was nothing to measure.
    pub samples: Vec<Vec<i64>>,
    /// Whether the run passed.
    pub passed: bool,
}

/// Looks at the facts of one run and gives samples at its end.
pub trait Meter<F> {
    /// A fact.
    fn observe(&mut self, moment: Moment, fact: &F);

    /// The run is over.
    fn samples(&mut self, outcome: &Outcome) -> Vec<i64>;
}

/// How the meter of a source is made.
pub(crate) type Source<F> = Box<dyn Fn() -> Box<dyn Meter<F>> + Send + Sync>;

/// What a scenario measures; see `Scenario::measures`.
pub struct Measures<F> {
    metrics: Vec<Metric>,
    pub(crate) sources: Vec<Source<F>>,
}

impl<F> Default for Measures<F> {
    fn default() -> Self {
        Self { metrics: Vec::new(), sources: Vec::new() }
    }
}

impl<F: 'static> Measures<F> {
    /// How many facts of a run are so.
    pub fn count(
        &mut self,
        name: &'static str,
        better: Better,
        is_so: impl Fn(&F) -> bool + Clone + Send + Sync + 'static,
    ) -> &mut Metric {
        self.tally(name, better, move |fact| i64::from(is_so(fact)))
    }

    /// The sum over the facts of a run.
    pub fn tally(
        &mut self,
        name: &'static str,
        better: Better,
        of: impl Fn(&F) -> i64 + Clone + Send + Sync + 'static,
    ) -> &mut Metric {
        let step = move |sum: &mut i64, _, fact: &F| {
            *sum += of(fact);
            None
        };
        self.folded(name, Unit::Count, better, Statistic::Mean, 0, step, |sum, _| Some(*sum))
    }

    /// Of the facts that are the whole, the share of those that are the part.
    pub fn share(
        &mut self,
        name: &'static str,
        better: Better,
        part: impl Fn(&F) -> bool + Clone + Send + Sync + 'static,
        whole: impl Fn(&F) -> bool + Clone + Send + Sync + 'static,
    ) -> &mut Metric {
        let step = move |(parts, wholes): &mut (i64, i64), _, fact: &F| {
            *parts += i64::from(part(fact));
            *wholes += i64::from(whole(fact));
            None
        };
        let end =
            |(parts, wholes): &(i64, i64), _: &Outcome| (*wholes > 0).then(|| parts * 1_000_000 / wholes);
        self.folded(name, Unit::Share, better, Statistic::Mean, (0, 0), step, end)
    }

    /// How long it takes from the first fact that begins something to the next that ends it; quantiles of all such times.
    pub fn spans(
        &mut self,
        names: &[(&'static str, u8)],
        begins: impl Fn(&F) -> bool + Clone + Send + Sync + 'static,
        ends: impl Fn(&F) -> bool + Clone + Send + Sync + 'static,
    ) {
        let step = move |since: &mut Option<Time>, moment: Moment, fact: &F| {
            if ends(fact)
                && let Some(since) = since.take()
            {
                return Some(nanos(moment.at.since(since)));
            }
            if since.is_none() && begins(fact) {
                *since = Some(moment.at);
            }
            None
        };
        self.quantiles(names, None, step);
    }

    /// Quantiles of the spans, in nanoseconds, that are put together fact by fact.
    pub fn quantiles<S: Clone + Send + Sync + 'static>(
        &mut self,
        names: &[(&'static str, u8)],
        start: S,
        step: impl Fn(&mut S, Moment, &F) -> Option<i64> + Clone + Send + Sync + 'static,
    ) {
        let metric = |(name, percent): &(&'static str, u8)| Metric {
            name,
            unit: Unit::Nanos,
            better: Better::Lower,
            statistic: Statistic::Quantile(*percent),
            effect: Effect::Difference,
            source: self.sources.len(),
        };
        self.add(names.iter().map(metric).collect(), start, step, |_, _| None);
    }

    /// The turns of a run: what it cost.
    pub fn turns(&mut self, name: &'static str) -> &mut Metric {
        let step = |(): &mut (), _, _: &F| None;
        let end = |(): &(), outcome: &Outcome| i64::try_from(outcome.turns).ok();
        self.folded(name, Unit::Count, Better::Lower, Statistic::Mean, (), step, end)
    }

    /// Anything that is put together fact by fact.
    #[expect(clippy::too_many_arguments, reason = "each says what it is at the call")]
    pub fn folded<S: Clone + Send + Sync + 'static>(
        &mut self,
        name: &'static str,
        unit: Unit,
        better: Better,
        statistic: Statistic,
        start: S,
        step: impl Fn(&mut S, Moment, &F) -> Option<i64> + Clone + Send + Sync + 'static,
        end: impl Fn(&S, &Outcome) -> Option<i64> + Clone + Send + Sync + 'static,
    ) -> &mut Metric {
        let (effect, source) = (Effect::Difference, self.sources.len());
        let metric = Metric { name, unit, better, statistic, effect, source };
        self.add(vec![metric], start, step, end);
        self.metrics.last_mut().expect("it was added")
    }

    fn add<S: Clone + Send + Sync + 'static>(
        &mut self,
        metrics: Vec<Metric>,
        start: S,
        step: impl Fn(&mut S, Moment, &F) -> Option<i64> + Clone + Send + Sync + 'static,
        end: impl Fn(&S, &Outcome) -> Option<i64> + Clone + Send + Sync + 'static,
    ) {
        self.metrics.extend(metrics);
        let make = move || -> Box<dyn Meter<F>> {
            Box::new(Folded {
                state: start.clone(),
                samples: Vec::new(),
                step: step.clone(),
                end: end.clone(),
            })
        };
        self.sources.push(Box::new(make));
    }

    /// What is measured.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }
}

struct Folded<S, T, E> {
    state: S,
    samples: Vec<i64>,
    step: T,
    end: E,
}

impl<F, S, T, E> Meter<F> for Folded<S, T, E>
where
    T: Fn(&mut S, Moment, &F) -> Option<i64>,
    E: Fn(&S, &Outcome) -> Option<i64>,
{
    fn observe(&mut self, moment: Moment, fact: &F) {
        self.samples.extend((self.step)(&mut self.state, moment, fact));
    }

    fn samples(&mut self, outcome: &Outcome) -> Vec<i64> {
        self.samples.extend((self.end)(&self.state, outcome));
        std::mem::take(&mut self.samples)
    }
}

fn nanos(span: Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}
