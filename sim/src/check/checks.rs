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
use super::subscription::{Subscriptions, is_shown};
use crate::fingerprint::{Fingerprint, Fingerprinter};

/// The monitors of one run, and what they found.
pub struct Checks<F> {
    /// The monitors, in the order of their invariants.
    groups: Vec<Box<dyn Group<F>>>,
    goals: Arc<Vec<Reached<F>>>,
    collected: Option<Vec<(Moment, F)>>,
    book: Book,
}

/// What is known of monitors and goals without regard to the type of facts, so that it is compiled once for all.
#[derive(Clone)]
struct Book {
    invariants: Arc<[Invariant]>,
    subscriptions: Subscriptions,
    reached: Vec<bool>,
    /// The goals that are still looked for in this run.
    open: Vec<usize>,
    skipped: Vec<bool>,
    violation: Option<Violation>,
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

impl Book {
    /// Of groups that have named these kinds of facts, of so many; and of so many goals.
    fn new(
        kinds: usize,
        named: Vec<Option<Vec<&'static str>>>,
        invariants: Arc<[Invariant]>,
        goals: usize,
    ) -> Self {
        Self {
            are_all_fused: named.len() == 1 && invariants.len() > 1,
            subscriptions: Subscriptions::new(kinds, named),
            reached: vec![false; goals],
            open: (0..goals).collect(),
            skipped: vec![false; goals],
            violation: None,
            audit: Audit::Off,
            notes: true,
            invariants,
        }
    }

    /// One goal of those that are open is reached.
    fn reach(&mut self, place: usize) {
        let goal = self.open.remove(place);
        self.reached[goal] = true;
    }

    /// Judges what is owed to one monitor after another: everything if the world is quiet, else what is overdue.
    fn judge_owed(&mut self, at: Time, event: u64, healed: Time, quiet: bool) -> impl FnMut(Vec<Owed>) + '_ {
        let Self { invariants, violation, .. } = self;
        let mut invariants = invariants.iter();
        move |owed| {
            let invariant = invariants.next().expect("there is one for each monitor");
            if let Some(message) = overdue(owed, at, healed, quiet) {
                violation.get_or_insert_with(|| invariant.violated(message, (at, event)));
            }
        }
    }

    fn reset(&mut self) {
        self.reached.fill(false);
        self.open.clear();
        self.open.extend((0..self.skipped.len()).filter(|goal| !self.skipped[*goal]));
        self.notes = true;
        self.violation = None;
    }
}

impl<F> Checks<F> {
    /// What judges facts of so many kinds at the start of a run: invariants with their monitors, and goals.
    pub(super) fn new(
        kinds: usize,
        invariants: Arc<[Invariant]>,
        groups: Vec<Box<dyn Group<F>>>,
        goals: Vec<Reached<F>>,
    ) -> Self {
        let mut named = Vec::with_capacity(groups.len());
        for group in &groups {
            named.push(group.kinds());
        }
        let book = Book::new(kinds, named, invariants, goals.len());
        Self { groups, goals: Arc::new(goals), collected: None, book }
    }

    /// The same at the start of a run, of facts that are told in another type.
    pub(crate) fn of_other_facts<G>(
        &self,
        group: impl Fn(Box<dyn Group<F>>) -> Box<dyn Group<G>>,
        goal: impl Fn(Reached<F>) -> Reached<G>,
    ) -> Checks<G> {
        let (mut groups, mut goals) = (Vec::new(), Vec::new());
        for of in &self.groups {
            let mut copy = of.copy();
            copy.reset();
            groups.push(group(copy));
        }
        for of in self.goals.iter() {
            goals.push(goal(of.clone()));
        }
        Checks::new(self.book.subscriptions.kinds(), self.book.invariants.clone(), groups, goals)
    }
}

impl<F: Clone> Clone for Checks<F> {
    fn clone(&self) -> Self {
        let collected = self.collected.as_ref().map(|known| {
            let mut copy = Vec::with_capacity(known.len());
            for fact in known {
                copy.push(fact.clone());
            }
            copy
        });
        Self { groups: copies(&self.groups), goals: self.goals.clone(), collected, book: self.book.clone() }
    }
}

impl<F: Clone + Debug + Serialize> Checks<F> {
    /// What is judged, in the order of its statement.
    pub fn invariants(&self) -> &[Invariant] {
        &self.book.invariants
    }

    /// Keeps every fact from now on.
    pub fn collect(&mut self) {
        self.collected = Some(Vec::new());
        self.book.notes = true;
    }

    /// The monitors one by one, each as at the start of a run, and without goals.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> {
        let mut each = Vec::new();
        for group in &self.groups {
            for mut monitor in group.apart() {
                monitor.reset();
                let invariant = self.book.invariants[each.len()].clone();
                each.push(Self::new(
                    self.book.subscriptions.kinds(),
                    [invariant].into(),
                    vec![monitor],
                    Vec::new(),
                ));
            }
        }
        each.into_iter()
    }

    /// Which goals some of these facts reach, in the order of their statement.
    pub(crate) fn reached_by<'a>(&self, facts: impl Iterator<Item = &'a F> + Clone) -> Vec<bool>
    where
        F: 'a,
    {
        let mut all = vec![false; self.goals.len()];
        for fact in facts {
            for (known, reached) in all.iter_mut().zip(self.goals.iter()) {
                *known = *known || reached(fact);
            }
        }
        all
    }

    /// Feeds everything that later judgements depend on.
    pub(crate) fn feed(&self, to: &mut Fingerprinter) {
        for group in &self.groups {
            group.fingerprint(to);
        }
        self.book.violation.is_some().hash(to);
    }

    /// Whether, from now on, copies of those monitors that named other kinds are shown every fact, to see if they mind it.
    pub fn audit(&mut self, wanted: bool) {
        self.book.audit = if wanted { Audit::Clean } else { Audit::Off };
        self.book.notes |= wanted;
    }

    /// What the audit found: a monitor that names too few kinds of facts, in words.
    pub fn overlooked(&self) -> Option<&str> {
        match &self.book.audit {
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
        if self.book.notes {
            self.note(kind, &moment, fact);
        }
        let Self { groups, book, .. } = self;
        if book.are_all_fused {
            if let Some(broken) = groups[0].judge(kind, &moment, fact) {
                violated(&mut book.violation, &book.invariants, *broken, &moment);
            }
            return;
        }
        for group in book.subscriptions.to(kind, || kind_name(fact)) {
            if let Some(broken) = groups[*group as usize].judge(kind, &moment, fact) {
                violated(&mut book.violation, &book.invariants[first_of(groups, *group)..], *broken, &moment);
            }
        }
    }

    /// What else is done with a fact, where anything is.
    #[inline(never)]
    fn note(&mut self, kind: u32, moment: &Moment, fact: &F) {
        if self.book.audit == Audit::Clean {
            self.audit_one(kind, moment, fact);
        }
        let mut place = 0;
        while let Some(goal) = self.book.open.get(place) {
            if self.goals[*goal](fact) {
                self.book.reach(place);
            } else {
                place += 1;
            }
        }
        if let Some(collected) = &mut self.collected {
            collected.push((*moment, fact.clone()));
        }
        let Book { audit, open, .. } = &self.book;
        self.book.notes = *audit == Audit::Clean || !open.is_empty() || self.collected.is_some();
    }

    /// Shows a fact to copies of those monitors that are not shown it.
    #[cold]
    fn audit_one(&mut self, kind: u32, moment: &Moment, fact: &F) {
        let name = kind_name(fact);
        let mut number = 0;
        for group in &self.groups {
            for mut monitor in group.apart() {
                number += 1;
                if is_shown(monitor.kinds().as_deref(), name) {
                    continue;
                }
                let before = state(&*monitor);
                if monitor.judge(kind, moment, fact).is_some() || state(&*monitor) != before {
                    let id = &self.book.invariants[number - 1].id;
                    self.book.audit = Audit::Found(blind(id, name, fact));
                    return;
                }
            }
        }
    }

    /// Judges what is owed: everything if the world is quiet, else what is overdue.
    pub fn settle(&mut self, at: Time, event: u64, healed: Time, quiet: bool) {
        if self.book.violation.is_some() {
            return;
        }
        let mut judge = self.book.judge_owed(at, event, healed, quiet);
        for group in &self.groups {
            group.owed(&mut judge);
        }
    }

    /// The first violation of this run.
    pub fn violation(&self) -> Option<&Violation> {
        self.book.violation.as_ref()
    }

    /// Records a violation found outside the monitors, by the world itself.
    pub fn fail(&mut self, violation: Violation) {
        self.book.violation.get_or_insert(violation);
    }

    /// Which goals this run reached, in the order of their statement.
    pub fn reached(&self) -> &[bool] {
        &self.book.reached
    }

    /// Does not look for these goals any more, in later runs: they count as not reached there. For campaigns, where the first
    /// seed that reaches a goal is enough.
    pub fn skip_goals(&mut self, known: &[bool]) {
        self.book.skipped.copy_from_slice(known);
    }

    /// Looks for no goals any more, in later runs.
    pub(crate) fn skip_all_goals(&mut self) {
        self.book.skipped.fill(true);
    }

    /// Forgets everything, for the next run.
    pub fn reset(&mut self) {
        for group in &mut self.groups {
            group.reset();
        }
        if let Some(collected) = &mut self.collected {
            collected.clear();
        }
        self.book.reset();
    }
}

/// Copies of monitors in their present states.
pub(super) fn copies<F>(groups: &[Box<dyn Group<F>>]) -> Vec<Box<dyn Group<F>>> {
    let mut copies = Vec::with_capacity(groups.len());
    for group in groups {
        copies.push(group.copy());
    }
    copies
}

/// The present state of a monitor.
fn state<F>(monitor: &dyn Group<F>) -> Fingerprint {
    let mut to = Fingerprinter::default();
    monitor.fingerprint(&mut to);
    to.fingerprint()
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
    let mut first = 0;
    for group in &groups[..group as usize] {
        first += group.len() as usize;
    }
    first
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
