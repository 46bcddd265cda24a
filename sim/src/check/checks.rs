//! The monitors of one run, and what they found.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use rehearsal_protocol::Time;
use serde::Serialize;

use super::group::{Broken, Group};
use super::kind::{kind_name, kind_of};
use super::monitor::{Moment, Owed, Violation};
use super::properties::{Invariant, Reached};
use super::subscription::Subscriptions;
use crate::fingerprint::{Fingerprint, Fingerprinter};

/// The monitors of one run, and what they found.
#[derive(Clone)]
pub struct Checks<F> {
    invariants: Arc<[Invariant]>,
    /// Their monitors, in the same order.
    groups: Vec<Box<dyn Group<F>>>,
    subscriptions: Subscriptions,
    goals: Vec<Reached<F>>,
    reached: Vec<bool>,
    /// The goals that are still looked for in this run.
    open: Vec<usize>,
    skipped: Vec<bool>,
    violation: Option<Violation>,
    collected: Option<Vec<(Moment, F)>>,
    audit: Audit,
    /// Whether more is done with facts in this run than to judge them.
    notes: bool,
    /// Whether there is one group of many, which knows by itself whom to show what.
    are_all_fused: bool,
}

/// Whether monitors are shown all that they mind.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Audit {
    /// Nobody looks.
    Off,
    /// They are, so far.
    Clean,
    /// One is not; in words.
    Found(String),
}

impl<F> Checks<F> {
    /// What judges facts of so many kinds at the start of a run: invariants with their monitors, and goals.
    pub(super) fn new(
        kinds: usize,
        invariants: Arc<[Invariant]>,
        groups: Vec<Box<dyn Group<F>>>,
        goals: Vec<Reached<F>>,
    ) -> Self {
        Self {
            subscriptions: Subscriptions::new(kinds, groups.iter().map(|group| group.kinds())),
            reached: vec![false; goals.len()],
            open: (0..goals.len()).collect(),
            skipped: vec![false; goals.len()],
            violation: None,
            collected: None,
            audit: Audit::Off,
            notes: true,
            are_all_fused: groups.len() == 1 && invariants.len() > 1,
            invariants,
            groups,
            goals,
        }
    }
}

impl<F> Checks<F> {
    /// The same at the start of a run, of facts that are told in another type.
    pub(crate) fn of_other_facts<G>(
        &self,
        group: impl Fn(Box<dyn Group<F>>) -> Box<dyn Group<G>>,
        goal: impl Fn(Reached<F>) -> Reached<G>,
    ) -> Checks<G> {
        let mut groups = Vec::with_capacity(self.groups.len());
        for known in &self.groups {
            let mut fresh = known.copy();
            fresh.reset();
            groups.push(group(fresh));
        }
        let goals = self.goals.iter().cloned().map(goal).collect();
        Checks::new(self.subscriptions.kinds(), self.invariants.clone(), groups, goals)
    }
}

impl<F: Clone + Debug + Serialize> Checks<F> {
    /// What is judged, in the order of its statement.
    pub fn invariants(&self) -> &[Invariant] {
        &self.invariants
    }

    /// Keeps every fact from now on.
    pub fn collect(&mut self) {
        self.collected = Some(Vec::new());
        self.notes = true;
    }

    /// The monitors one by one, each as at the start of a run, and without goals.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> {
        let kinds = self.subscriptions.kinds();
        self.apart().map(move |(invariant, mut monitor)| {
            monitor.reset();
            Self::new(kinds, [invariant.clone()].into(), vec![monitor], Vec::new())
        })
    }

    /// Each invariant with a copy of its monitor.
    fn apart(&self) -> impl Iterator<Item = (&Invariant, Box<dyn Group<F>>)> {
        self.invariants.iter().zip(self.groups.iter().flat_map(|group| group.apart()))
    }

    /// Which goals some of these facts reach, in the order of their statement.
    pub(crate) fn reached_by<'a>(&self, facts: impl Iterator<Item = &'a F> + Clone) -> Vec<bool>
    where
        F: 'a,
    {
        self.goals.iter().map(|reached| facts.clone().any(|fact| reached(fact))).collect()
    }

    /// Feeds everything that later judgements depend on.
    pub(crate) fn feed(&self, to: &mut Fingerprinter) {
        for group in &self.groups {
            group.fingerprint(to);
        }
        self.violation.is_some().hash(to);
    }

    /// Whether, from now on, copies of those monitors that named other kinds are shown every fact, to see if they mind it.
    pub fn audit(&mut self, wanted: bool) {
        self.audit = if wanted { Audit::Clean } else { Audit::Off };
        self.notes |= wanted;
    }

    /// What the audit found: a monitor that names too few kinds of facts, in words.
    pub fn overlooked(&self) -> Option<&str> {
        match &self.audit {
            Audit::Found(blind) => Some(blind),
            Audit::Off | Audit::Clean => None,
        }
    }

    /// The facts of this run, if they are kept.
    pub fn collected(&self) -> &[(Moment, F)] {
        self.collected.as_deref().unwrap_or_default()
    }

    /// Shows one fact to all monitors. The first violation of a run is kept.
    pub fn observe(&mut self, moment: Moment, fact: &F) {
        let kind = kind_of(fact);
        if self.notes {
            self.note(kind, &moment, fact);
        }
        let Self { groups, violation, .. } = self;
        if self.are_all_fused {
            if let Some(broken) = groups[0].judge(kind, &moment, fact) {
                violated(violation, &self.invariants, *broken, &moment);
            }
            return;
        }
        for group in self.subscriptions.to(kind, || kind_name(fact)) {
            if let Some(broken) = groups[*group as usize].judge(kind, &moment, fact) {
                violated(violation, &self.invariants[first_of(groups, *group)..], *broken, &moment);
            }
        }
    }

    /// What else is done with a fact, where anything is.
    #[inline(never)]
    fn note(&mut self, kind: u32, moment: &Moment, fact: &F) {
        if self.audit == Audit::Clean {
            self.audit_one(kind, moment, fact);
        }
        let (goals, reached) = (&self.goals, &mut self.reached);
        self.open.retain(|goal| {
            reached[*goal] = goals[*goal](fact);
            !reached[*goal]
        });
        if let Some(collected) = &mut self.collected {
            collected.push((*moment, fact.clone()));
        }
        self.notes = self.audit == Audit::Clean || !self.open.is_empty() || self.collected.is_some();
    }

    /// Shows a fact to copies of those monitors that are not shown it.
    #[cold]
    fn audit_one(&mut self, kind: u32, moment: &Moment, fact: &F) {
        let state = |monitor: &dyn Group<F>| {
            let mut to = Fingerprinter::default();
            monitor.fingerprint(&mut to);
            to.fingerprint()
        };
        let name = kind_name(fact);
        let found = self.apart().find_map(|(invariant, mut monitor)| {
            if monitor.kinds().is_none_or(|kinds| kinds.contains(&name)) {
                return None;
            }
            let before: Fingerprint = state(&*monitor);
            let minds = monitor.judge(kind, moment, fact).is_some() || state(&*monitor) != before;
            minds.then(|| Audit::Found(blind(&invariant.id, name, fact)))
        });
        if let Some(found) = found {
            self.audit = found;
        }
    }

    /// Judges what is owed: everything if the world is quiet, else what is overdue.
    pub fn settle(&mut self, at: Time, event: u64, healed: Time, quiet: bool) {
        if self.violation.is_some() {
            return;
        }
        let mut invariants = self.invariants.iter();
        let violation = &mut self.violation;
        let mut judge = |owed| {
            let invariant = invariants.next().expect("there is one for each monitor");
            if let Some(message) = overdue(owed, at, healed, quiet) {
                violation.get_or_insert_with(|| invariant.violated(message, (at, event)));
            }
        };
        self.groups.iter().for_each(|group| group.owed(&mut judge));
    }

    /// The first violation of this run.
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Records a violation found outside the monitors, by the world itself.
    pub fn fail(&mut self, violation: Violation) {
        self.violation.get_or_insert(violation);
    }

    /// Which goals this run reached, in the order of their statement.
    pub fn reached(&self) -> &[bool] {
        &self.reached
    }

    /// Does not look for these goals any more, in later runs: they count as not reached there. For campaigns, where the first
    /// seed that reaches a goal is enough.
    pub fn skip_goals(&mut self, known: &[bool]) {
        self.skipped.copy_from_slice(known);
    }

    /// Looks for no goals any more, in later runs.
    pub(crate) fn skip_all_goals(&mut self) {
        self.skipped.fill(true);
    }

    /// Forgets everything, for the next run.
    pub fn reset(&mut self) {
        for group in &mut self.groups {
            group.reset();
        }
        self.reached.fill(false);
        self.open.clear();
        self.open.extend((0..self.goals.len()).filter(|goal| !self.skipped[*goal]));
        self.notes = true;
        self.collected.iter_mut().for_each(Vec::clear);
        self.violation = None;
    }
}

/// The words for a monitor that is not shown what it minds.
fn blind(id: &str, kind: &str, fact: &dyn Debug) -> String {
    format!(
        "the monitor of `{id}` is not shown facts of the kind `{kind}` and would mind {fact:?}; name `{kind}` in its `on`"
    )
}

/// The number of the first invariant that a group judges.
#[cold]
fn first_of<F>(groups: &[Box<dyn Group<F>>], group: u32) -> usize {
    groups[..group as usize].iter().map(|group| group.len() as usize).sum()
}

/// Keeps the first violation, of one of these invariants.
#[cold]
fn violated(first: &mut Option<Violation>, invariants: &[Invariant], broken: Broken, moment: &Moment) {
    let Broken { number, message } = broken;
    first.get_or_insert_with(|| invariants[number as usize].violated(message, (moment.at, moment.event)));
}

/// What is overdue, in words; if the world is quiet, all that is owed.
fn overdue(mut owed: Vec<Owed>, at: Time, healed: Time, quiet: bool) -> Option<String> {
    owed.retain(|owed| quiet || owed.due(healed) <= at);
    let first = owed.iter().min_by_key(|owed| owed.since)?;
    let others = match owed.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    let why = if quiet { "nothing is left that could do it" } else { "it is overdue" };
    Some(format!("{}, owed since {}{others}: {why}", first.what, first.since))
}
