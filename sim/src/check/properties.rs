//! The invariants and goals of a scenario, each with its name and sentence.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::Time;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::kind::{kind_name, kind_of, kinds_of};
use super::monitor::{Moment, Monitor, Owed, Violation};
use super::subscription::Subscriptions;
use super::temporal::{Edge, Order, Step, disjoint, leads_to, precedes, unique};
use crate::registry::nearest;
use crate::world::fingerprint::{Fingerprint, Fingerprinter};

/// What must hold in every run of a scenario, and what must happen in some.
pub struct Properties<F> {
    invariants: Vec<(Invariant, Box<dyn Monitor<F>>)>,
    goals: Vec<(Goal, Reached<F>)>,
}

type Reached<F> = Arc<dyn Fn(&F) -> bool + Send + Sync>;

/// A sentence that must hold in every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// Short and stable: `SES-1`.
    pub id: String,
    /// What holds, in words.
    pub sentence: String,
}

/// Something that must happen in some run of a campaign, or the campaign proved nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What happens, in words.
    pub name: String,
}

impl Invariant {
    fn new(id: &str, sentence: &str) -> Self {
        Self { id: id.to_owned(), sentence: sentence.to_owned() }
    }

    /// It does not hold, as was found at a time, in an event.
    fn violated(&self, message: String, (at, event): (Time, u64)) -> Violation {
        let Self { id, sentence } = self.clone();
        Violation { invariant: id, sentence, message, at, event }
    }
}

impl<F> Default for Properties<F> {
    fn default() -> Self {
        Self { invariants: Vec::new(), goals: Vec::new() }
    }
}

impl<F: Serialize + DeserializeOwned + 'static> Properties<F> {
    /// An invariant judged by any monitor.
    ///
    /// # Panics
    ///
    /// If the id is taken: a violation must name one invariant. If the monitor names a kind of fact that does not exist.
    pub fn always(&mut self, id: &str, sentence: &str, monitor: impl Monitor<F> + 'static) {
        self.add(id, sentence, Box::new(monitor));
    }

    /// The same for all monitors, so that it is compiled once for each type of fact.
    fn add(&mut self, id: &str, sentence: &str, monitor: Box<dyn Monitor<F>>) {
        assert!(
            self.invariants.iter().all(|(known, _)| known.id != id),
            "the invariant id `{id}` is used twice"
        );
        if let Some(named) = monitor.kinds() {
            check_kinds(id, named, kinds_of::<F>().unwrap_or_default());
        }
        self.invariants.push((Invariant::new(id, sentence), monitor));
    }

    /// No fact is of this kind.
    pub fn never(&mut self, id: &str, sentence: &str, wrong: impl Fn(&F) -> bool + Clone + Send + 'static)
    where
        F: Debug,
    {
        self.always(
            id,
            sentence,
            super::temporal::fold(
                (),
                move |(), _, fact: &F| {
                    if wrong(fact) { Err(format!("{fact:?}")) } else { Ok(()) }
                },
            ),
        );
    }

    /// No key is stated twice.
    pub fn unique<K: Ord + Clone + Hash + Debug + Send + 'static>(
        &mut self,
        id: &str,
        sentence: &str,
        key: impl Fn(&F) -> Option<K> + Clone + Send + 'static,
    ) {
        self.always(id, sentence, unique(key));
    }

    /// For one key, at most one holder at a time.
    pub fn disjoint<K, W>(
        &mut self,
        id: &str,
        sentence: &str,
        edge: impl Fn(&F) -> Option<Edge<K, W>> + Clone + Send + 'static,
    ) where
        K: Ord + Clone + Hash + Debug + Send + 'static,
        W: PartialEq + Clone + Hash + Debug + Send + 'static,
    {
        self.always(id, sentence, disjoint(edge));
    }

    /// What needs a cause comes after it.
    pub fn precedes<K: Ord + Clone + Hash + Debug + Send + 'static>(
        &mut self,
        id: &str,
        sentence: &str,
        order: impl Fn(&F) -> Option<Order<K>> + Clone + Send + 'static,
    ) {
        self.always(id, sentence, precedes(order));
    }

    /// What is owed is settled within a bound of virtual time, counted from when there are no faults any more.
    pub fn leads_to<K: Ord + Clone + Hash + Debug + Send + 'static>(
        &mut self,
        id: &str,
        sentence: &str,
        within: Duration,
        step: impl Fn(&F) -> Step<K> + Clone + Send + 'static,
    ) {
        self.always(id, sentence, leads_to(within, step));
    }

    /// Each of these happens, within a bound of virtual time from when there are no faults any more.
    pub fn eventually<K: Ord + Clone + Hash + Debug + Send + 'static>(
        &mut self,
        id: &str,
        sentence: &str,
        within: Duration,
        expected: impl IntoIterator<Item = K>,
        done: impl Fn(&F) -> Option<K> + Clone + Send + 'static,
    ) {
        let step = move |fact: &F| done(fact).map_or(Step::Ignore, Step::Settle);
        self.always(id, sentence, leads_to(within, step).owing(expected));
    }

    /// A goal: some run of the campaign announces such a fact.
    pub fn sometimes(&mut self, name: &str, reached: impl Fn(&F) -> bool + Send + Sync + 'static) {
        self.add_goal(name, Arc::new(reached));
    }

    fn add_goal(&mut self, name: &str, reached: Reached<F>) {
        self.goals.push((Goal { name: name.to_owned() }, reached));
    }

    /// The invariants, in the order of their statement.
    pub fn invariants(&self) -> impl Iterator<Item = &Invariant> {
        self.invariants.iter().map(|(invariant, _)| invariant)
    }

    /// The goals, in the order of their statement.
    pub fn goals(&self) -> impl Iterator<Item = &Goal> {
        self.goals.iter().map(|(goal, _)| goal)
    }

    /// The state in which a run starts.
    pub fn checks(&self) -> Checks<F> {
        Checks {
            invariants: self.invariants.iter().map(|(invariant, _)| invariant.clone()).collect(),
            monitors: self.invariants.iter().map(|(_, monitor)| monitor.clone()).collect(),
            subscriptions: Subscriptions::new(
                self.invariants.iter().map(|(_, monitor)| &**monitor),
                kinds_of::<F>().unwrap_or_default().len(),
            ),
            goals: self.goals.iter().map(|(_, reached)| reached.clone()).collect(),
            reached: vec![false; self.goals.len()],
            open: (0..self.goals.len()).collect(),
            skipped: vec![false; self.goals.len()],
            violation: None,
            collected: None,
            audit: Audit::Off,
        }
    }
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

/// The monitors of one run, and what they found.
#[derive(Clone)]
pub struct Checks<F> {
    invariants: Arc<[Invariant]>,
    monitors: Vec<Box<dyn Monitor<F>>>,
    subscriptions: Subscriptions,
    goals: Vec<Reached<F>>,
    reached: Vec<bool>,
    /// The goals that are still looked for in this run.
    open: Vec<usize>,
    skipped: Vec<bool>,
    violation: Option<Violation>,
    collected: Option<Vec<(Moment, F)>>,
    audit: Audit,
}

impl<F: Clone + Debug + Serialize> Checks<F> {
    /// Keeps every fact from now on.
    pub fn collect(&mut self) {
        self.collected = Some(Vec::new());
    }

    /// The monitors one by one, each as at the start of a run, and without goals.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Self> {
        let kinds = self.subscriptions.kinds();
        self.invariants.iter().zip(&self.monitors).map(move |(invariant, monitor)| {
            let mut monitor = monitor.clone();
            monitor.reset();
            Self {
                invariants: [invariant.clone()].into(),
                subscriptions: Subscriptions::new(std::iter::once(&*monitor), kinds),
                monitors: vec![monitor],
                goals: Vec::new(),
                reached: Vec::new(),
                open: Vec::new(),
                skipped: Vec::new(),
                violation: None,
                collected: None,
                audit: Audit::Off,
            }
        })
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
        for monitor in &self.monitors {
            monitor.fingerprint(to);
        }
        self.violation.is_some().hash(to);
    }

    /// Whether, from now on, copies of those monitors that named other kinds are shown every fact, to see if they mind it.
    pub fn audit(&mut self, wanted: bool) {
        self.audit = if wanted { Audit::Clean } else { Audit::Off };
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
        if self.audit == Audit::Clean || !self.open.is_empty() || self.collected.is_some() {
            self.note(kind, &moment, fact);
        }
        for index in self.subscriptions.to(kind, || kind_name(fact)) {
            let index = *index as usize;
            if let Some(message) = self.monitors[index].judge(&moment, fact) {
                violated(&mut self.violation, &self.invariants[index], message.into(), &moment);
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
    }

    /// Shows a fact to copies of those monitors that are not shown it.
    #[cold]
    fn audit_one(&mut self, kind: u32, moment: &Moment, fact: &F) {
        let state = |monitor: &dyn Monitor<F>| {
            let mut to = Fingerprinter::default();
            monitor.fingerprint(&mut to);
            to.fingerprint()
        };
        let shown = self.subscriptions.to(kind, || kind_name(fact));
        for (index, monitor) in self.monitors.iter().enumerate() {
            if shown.contains(&(index as u32)) {
                continue;
            }
            let mut copy = monitor.clone();
            let before: Fingerprint = state(&*copy);
            let minds = copy.judge(moment, fact).is_some() || state(&*copy) != before;
            if minds && self.audit == Audit::Clean {
                self.audit = Audit::Found(blind(&self.invariants[index].id, kind_name(fact), fact));
            }
        }
    }

    /// Judges what is owed: everything if the world is quiet, else what is overdue.
    pub fn settle(&mut self, at: Time, event: u64, healed: Time, quiet: bool) {
        if self.violation.is_some() {
            return;
        }
        for (invariant, monitor) in self.invariants.iter().zip(&self.monitors) {
            if let Some(message) = overdue(monitor.owed(), at, healed, quiet) {
                self.violation = Some(invariant.violated(message, (at, event)));
                return;
            }
        }
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

    /// Forgets everything, for the next run.
    pub fn reset(&mut self) {
        for monitor in &mut self.monitors {
            monitor.reset();
        }
        self.reached.fill(false);
        self.open.clear();
        self.open.extend((0..self.goals.len()).filter(|goal| !self.skipped[*goal]));
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

/// Sees to it that a monitor names only kinds of facts that exist.
fn check_kinds(id: &str, named: &[&'static str], known: &[&'static str]) {
    for kind in named {
        let mend = || match nearest(kind, known.iter().copied()) {
            Some(near) => format!("; the nearest is `{near}`"),
            None if known.is_empty() => "; these facts are no enum and have no kinds".to_owned(),
            None => String::new(),
        };
        assert!(
            known.contains(kind),
            "`{id}` is for facts of the kind `{kind}`, which does not exist{}",
            mend()
        );
    }
}

/// Keeps the first violation.
#[cold]
fn violated(first: &mut Option<Violation>, invariant: &Invariant, message: String, moment: &Moment) {
    first.get_or_insert_with(|| invariant.violated(message, (moment.at, moment.event)));
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
