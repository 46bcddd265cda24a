//! The smallest set of deviations that still shows the same failure.
//!
//! A failing run is a list of deviations from the dull run. Shrinking removes deviations, whole groups first, and keeps a
//! removal if the same signature is seen again; then it tries to make the values that remain simpler. Each candidate is a run
//! of its own, in a fixed order on one runner, so the result does not depend on the number of cores.
//!
//! Where removing alone ends with many, a deviation is often needed only because of others that are not: these go together.
//!
//! - [`rounds`] — what happened early goes, and what happened later takes its place;
//! - [`elsewhere`] — one choice is made at another place, so that others can go;
//! - [`swap`] — one choice has another value, so that another can go.

mod elsewhere;
mod rounds;
mod swap;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::choice::asked::{Offered, Point};
use crate::choice::{Base, Deviation, Stream, Value, overrides};
use crate::run::{AnyRunner, Outcome, RunSpec};

/// How many runs shrinking takes at most, if nothing else is said.
pub const BUDGET: u32 = 1_000;

/// How many events all of its runs have at most: failures that are limits have millions each.
const EVENTS: u64 = 20_000_000;

/// A failure with as few deviations as could be found.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The run: benign but for its overrides.
    pub spec: RunSpec,
    /// The deviations, in the order in which they are made.
    pub deviations: Vec<Deviation>,
    /// How it ends.
    pub outcome: Outcome,
    /// How many deviations there were at first.
    pub before: usize,
    /// How many runs it took.
    pub runs: u32,
    /// Other failures that candidates slipped to; none of them was followed.
    pub slips: BTreeSet<String>,
    /// Whether the budget of runs ended it before a fixpoint.
    pub cut_short: bool,
}

/// Shrinks the failure of a run. `None` if the run does not fail.
pub fn shrink(runner: &mut dyn AnyRunner, spec: &RunSpec, budget: u32) -> Option<Shrunk> {
    let mut found = runner.run(&RunSpec { record_choices: true, ..spec.clone() });
    let signature = found.signature()?;
    let deviations = runner.deviations().to_vec();
    let faulty = Some(runner.plan().faulty);
    found.goals.clear();
    let base = RunSpec { base: Base::Benign, faulty, record_choices: true, ..spec.clone() };
    let before = deviations.len();
    let mut search = Search {
        runner,
        base,
        signature,
        budget,
        runs: 0,
        events: 0,
        slips: BTreeSet::new(),
        best: deviations,
        outcome: found,
    };
    search.until_nothing_helps();
    let cut_short = search.is_spent();
    let Search { base, runs, slips, best, outcome, .. } = search;
    let spec = RunSpec { overrides: Some(Arc::new(overrides(&best))), record_choices: false, ..base };
    Some(Shrunk { spec, deviations: best, outcome, before, runs, slips, cut_short })
}

/// Up to so many, pairs are removed as well.
const PAIRED: usize = 8;

/// More than so many are many.
const MANY: usize = 3;

struct Search<'a> {
    runner: &'a mut dyn AnyRunner,
    base: RunSpec,
    signature: String,
    budget: u32,
    runs: u32,
    events: u64,
    slips: BTreeSet<String>,
    best: Vec<Deviation>,
    outcome: Outcome,
}

/// The order in which kinds of deviations are removed: what a reader can do without most is tried first.
const STAGES: [fn(Stream) -> bool; 4] = [
    is_episode,
    |stream| matches!(stream, Stream::Delay { .. } | Stream::Order),
    |stream| matches!(stream, Stream::Timer(_) | Stream::Turn(_) | Stream::Sync(_) | Stream::Torn(_)),
    |stream| matches!(stream, Stream::Draw(_) | Stream::Menu(_)),
];

impl Search<'_> {
    /// The cheapest first.
    const STEPS: [fn(&mut Self); 9] = [
        Self::remove_all,
        |search| search.if_many(Self::drop_rounds),
        Self::advance,
        Self::remove_pairs,
        |search| search.if_many(Self::widen),
        |search| search.if_many(Self::move_for_two),
        |search| search.if_many(Self::move_for_one),
        |search| search.if_many(Self::swap),
        Self::simplify,
    ];

    /// Takes the cheapest step that changes something, again and again.
    fn until_nothing_helps(&mut self) {
        while !self.is_spent() {
            let before = overrides(&self.best);
            let helps = |step: &fn(&mut Self)| {
                step(self);
                overrides(&self.best) != before
            };
            if !Self::STEPS.iter().any(helps) {
                return;
            }
        }
    }

    /// Takes a step only if many deviations are left: it costs more than the others.
    fn if_many(&mut self, step: fn(&mut Self)) {
        if self.best.len() > MANY {
            step(self);
        }
    }

    fn remove_all(&mut self) {
        for stage in STAGES {
            self.remove(stage);
        }
    }

    /// Tries to let one thing take longer, if many deviations are left: a wide window needs fewer others to be hit. It stays
    /// only if there are fewer in the end.
    fn widen(&mut self) {
        let points = self.points(&self.best.clone());
        let mut index = 0;
        while index < self.best.len() && self.best.len() > MANY && !self.is_spent() {
            let before = (self.best.clone(), self.outcome.clone());
            if let Some(value) = wider(&self.best[index], &points) {
                let mut candidate = self.best.clone();
                candidate[index].value = value;
                if self.accept(candidate) {
                    self.remove_all();
                    if self.best.len() >= before.0.len() {
                        (self.best, self.outcome) = before;
                    }
                }
            }
            index += 1;
        }
    }

    /// Removes deviations of one kind: all of them, then halves, quarters and so on down to single ones.
    fn remove(&mut self, concerns: fn(Stream) -> bool) {
        let mut size = self.best.iter().filter(|made| concerns(made.stream)).count();
        while size > 0 && !self.is_spent() {
            let mut from = 0;
            loop {
                let indices: Vec<usize> = self.indices(concerns);
                if from >= indices.len() || self.is_spent() {
                    break;
                }
                let chunk: BTreeSet<usize> =
                    indices[from..(from + size).min(indices.len())].iter().copied().collect();
                let candidate = self.best.iter().enumerate();
                let candidate =
                    candidate.filter(|(index, _)| !chunk.contains(index)).map(|(_, made)| *made).collect();
                if !self.accept(candidate) {
                    from += size;
                }
            }
            size /= 2;
        }
    }

    fn indices(&self, concerns: fn(Stream) -> bool) -> Vec<usize> {
        let made = self.best.iter().enumerate();
        made.filter(|(_, made)| concerns(made.stream)).map(|(index, _)| index).collect()
    }

    /// Lets what remains of a stream come earlier: what an actor chose before, and what followed from it, is left out.
    fn advance(&mut self) {
        let mut index = 0;
        while index < self.best.len() && !self.is_spent() {
            let made = self.best[index];
            let mut by = made.n;
            while by > 0 {
                let candidate = earlier(&self.best, made, by);
                if self.accept_if(candidate, |best, found| weight(found) < weight(best)) {
                    break;
                }
                by /= 2;
            }
            index += 1;
        }
    }

    /// Removes two at a time, if few are left: where the one only undoes what the other does, neither can go alone.
    fn remove_pairs(&mut self) {
        if self.best.len() > PAIRED {
            return;
        }
        let mut pairs = (0..self.best.len()).flat_map(|b| (0..b).map(move |a| (a, b))).collect::<Vec<_>>();
        while let Some((a, b)) = pairs.pop() {
            let mut candidate = self.best.clone();
            candidate.remove(b);
            candidate.remove(a);
            if self.accept(candidate) {
                return self.remove_pairs();
            }
        }
    }

    /// Tries rounder values for what remains.
    fn simplify(&mut self) {
        let mut index = 0;
        while index < self.best.len() && !self.is_spent() {
            let made = self.best[index];
            for value in simpler(made) {
                let mut candidate = self.best.clone();
                candidate[index].value = value;
                if self.accept(candidate) {
                    break;
                }
            }
            index += 1;
        }
    }

    /// Runs a candidate and keeps it if it shows the same failure. What it did not come to need is dropped with it.
    fn accept(&mut self, candidate: Vec<Deviation>) -> bool {
        self.accept_if(candidate, |_, _| true)
    }

    /// The same, if fewer deviations are left.
    fn accept_fewer(&mut self, candidate: Vec<Deviation>) -> bool {
        self.accept_if(candidate, |best, found| found.len() < best.len())
    }

    /// The same, if what the candidate came to is wanted.
    fn accept_if(
        &mut self,
        candidate: Vec<Deviation>,
        wanted: impl FnOnce(&[Deviation], &[Deviation]) -> bool,
    ) -> bool {
        if self.is_spent() {
            return false;
        }
        self.runs += 1;
        let outcome = self.runner.run(&self.spec(&candidate));
        self.events += outcome.events;
        let signature = outcome.signature();
        if signature.as_deref() != Some(&self.signature) {
            self.slips.extend(signature);
            return false;
        }
        if !wanted(&self.best, self.runner.deviations()) {
            return false;
        }
        self.best = self.runner.deviations().to_vec();
        self.outcome = outcome;
        true
    }

    /// The choice points of the run with these deviations; none if the budget is spent.
    fn points(&mut self, deviations: &[Deviation]) -> Vec<Point> {
        if self.is_spent() {
            return Vec::new();
        }
        self.runs += 1;
        self.runner.points(&self.spec(deviations))
    }

    fn spec(&self, deviations: &[Deviation]) -> RunSpec {
        RunSpec { overrides: Some(Arc::new(overrides(deviations))), ..self.base.clone() }
    }

    fn is_spent(&self) -> bool {
        self.runs >= self.budget || self.events >= EVENTS
    }
}

/// The deviations of a stream come so many places earlier, from one of them on; what stood in those places is left out.
fn earlier(deviations: &[Deviation], first: Deviation, by: u32) -> Vec<Deviation> {
    let moved = |made: &Deviation| {
        let n = match made.n {
            _ if made.key != first.key => made.n,
            n if n >= first.n => n - by,
            n if n >= first.n - by => return None,
            n => n,
        };
        Some(Deviation { n, ..*made })
    };
    deviations.iter().filter_map(moved).collect()
}

/// Fewer are better, and then earlier ones.
fn weight(deviations: &[Deviation]) -> (usize, u64) {
    (deviations.len(), deviations.iter().map(|made| u64::from(made.n)).sum())
}

/// A value with which the same thing takes long, if its choice offers one. `None` if it does take long, or has no length.
fn wider(made: &Deviation, points: &[Point]) -> Option<Value> {
    const LONGEST: u8 = 2;
    let lasts = matches!(made.stream, Stream::Delay { .. } | Stream::Timer(_) | Stream::Sync(_));
    let point = points.iter().find(|point| (point.key, point.n) == (made.key, made.n))?;
    let Offered::Entries(mask) = point.offered else { return None };
    let longer = lasts && mask >> LONGEST & 1 == 1 && made.value.entry() < LONGEST;
    longer.then(|| Value::new(LONGEST, 1 << 31, 0))
}

fn is_episode(stream: Stream) -> bool {
    matches!(stream, Stream::OnNode(..) | Stream::OnSystem(_))
}

/// Simpler values of the same choice, the simplest first; none is as it was, so that this comes to an end.
fn simpler(made: Deviation) -> Vec<Value> {
    let value = made.value;
    let tries: Vec<Value> = match made.stream {
        Stream::Menu(_) | Stream::Order => (1..value.0.min(4)).map(Value).collect(),
        Stream::Draw(_) => [1, value.0 & (u64::MAX << 48), value.0 & (u64::MAX << 32)].map(Value).to_vec(),
        Stream::OnNode(..) | Stream::OnSystem(_) => {
            let coarse = |bits: u32| value.share() & (u32::MAX << (32 - bits));
            let round = [4, 8].map(|bits| Value::new(value.entry(), coarse(bits), value.extra()));
            vec![Value::new(value.entry(), 0, value.extra()), round[0], round[1]]
        }
        Stream::Delay { .. } | Stream::Timer(_) | Stream::Turn(_) | Stream::Sync(_) | Stream::Torn(_) => {
            [0, 1 << 31].map(|share| Value::new(value.entry(), share, value.extra())).to_vec()
        }
    };
    let round = tries.iter().position(|known| *known == value);
    tries.into_iter().take(round.unwrap_or(usize::MAX)).filter(|known| !known.is_benign()).collect()
}
