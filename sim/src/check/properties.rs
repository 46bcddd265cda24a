//! The invariants and goals of a scenario, each with its name and sentence.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::Time;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fused::{Fused, FusedGroup, Monitors};
use super::group::{Group, One};
use super::kind::{kind_name, kind_of, kinds_of};
use super::monitor::{Moment, Monitor, Owed, Violation};
use super::subscription::Subscriptions;
use super::temporal::{Edge, Order, Step, disjoint, leads_to, precedes, unique};
use crate::registry::nearest;
use crate::world::fingerprint::{Fingerprint, Fingerprinter};

/// What must hold in every run of a scenario, and what must happen in some.
pub struct Properties<F> {
    invariants: Vec<Invariant>,
    /// Their monitors, in the same order.
    groups: Vec<Box<dyn Group<F>>>,
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
    pub(super) fn new(id: &str, sentence: &str) -> Self {
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
        Self { invariants: Vec::new(), groups: Vec::new(), goals: Vec::new() }
    }
}

impl<F: Serialize + DeserializeOwned + 'static> Properties<F> {
    /// An invariant judged by any monitor.
    ///
    /// # Panics
    ///
    /// If the id is taken: a violation must name one invariant. If the monitor names a kind of fact that does not exist.
    pub fn always(&mut self, id: &str, sentence: &str, monitor: impl Monitor<F>) {
        if let Some(named) = monitor.kinds() {
            check_kinds(id, named, kinds_of::<F>().unwrap_or_default());
        }
        self.add(vec![Invariant::new(id, sentence)], Box::new(One(monitor)));
    }

    /// Invariants that are judged together, each by a monitor of its own: the same judgements in the same order as if each were stated by itself, in
    /// less time where facts and monitors are many. It takes the compiler longer, for it makes one piece of code for each kind of fact.
    ///
    /// What gains most is a monitor of which `observe` is `#[inline(always)]`, as here: then only what it does with one kind of fact is in the code
    /// for that kind. What is a closure, as for [`fold`](super::fold), is often called as a function.
    ///
    /// ```
    /// use rehearsal::check::{Moment, Monitor, Properties, fold, on};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Debug, Hash, Serialize, Deserialize)]
    /// enum Fact {
    ///     Granted { token: u64 },
    ///     Written { token: u64 },
    /// }
    ///
    /// /// Which token was granted last.
    /// #[derive(Clone, Default, Hash)]
    /// struct Granted(u64);
    ///
    /// impl Monitor<Fact> for Granted {
    ///     #[inline(always)]
    ///     fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
    ///         match fact {
    ///             Fact::Granted { token } => { self.0 = *token; Ok(()) }
    ///             Fact::Written { token } if *token > self.0 => Err(format!("token {token} is used and was never granted")),
    ///             Fact::Written { .. } => Ok(()),
    ///         }
    ///     }
    ///
    ///     fn reset(&mut self) {
    ///         self.0 = 0;
    ///     }
    /// }
    ///
    /// fn tokens_never_go_back() -> impl Monitor<Fact> {
    ///     on(["Granted"], fold(0, |highest: &mut u64, _, fact: &Fact| match fact {
    ///         Fact::Granted { token } if token < highest => Err(format!("token {token} after token {highest}")),
    ///         Fact::Granted { token } => { *highest = *token; Ok(()) }
    ///         Fact::Written { .. } => Ok(()),
    ///     }))
    /// }
    ///
    /// # let mut check = Properties::default();
    /// check.fused(|all| {
    ///     all.always("LK-1", "tokens grow", tokens_never_go_back())
    ///         .always("LK-2", "who writes holds the lock", Granted::default())
    /// });
    /// # assert_eq!(check.invariants().count(), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// As [`always`](Self::always).
    pub fn fused<M: Monitors<F>>(&mut self, state: impl FnOnce(Fused<F, ()>) -> Fused<F, M>) {
        let Fused { invariants, monitors, .. } = state(Fused::new());
        self.add(invariants, Box::new(FusedGroup::new(monitors, kinds_of::<F>().unwrap_or_default())));
    }

    /// The same for all monitors, so that it is compiled once for each type of fact.
    fn add(&mut self, invariants: Vec<Invariant>, group: Box<dyn Group<F>>) {
        for invariant in invariants {
            let id = &invariant.id;
            assert!(
                self.invariants.iter().all(|known| known.id != *id),
                "the invariant id `{id}` is used twice"
            );
            self.invariants.push(invariant);
        }
        self.groups.push(group);
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
        self.invariants.iter()
    }

    /// The goals, in the order of their statement.
    pub fn goals(&self) -> impl Iterator<Item = &Goal> {
        self.goals.iter().map(|(goal, _)| goal)
    }

    /// The state in which a run starts.
    pub fn checks(&self) -> Checks<F> {
        let kinds = kinds_of::<F>().unwrap_or_default();
        Checks {
            invariants: self.invariants.clone().into(),
            groups: self.groups.clone(),
            subscriptions: Subscriptions::new(kinds, self.groups.iter().map(|group| group.kinds())),
            goals: self.goals.iter().map(|(_, reached)| reached.clone()).collect(),
            reached: vec![false; self.goals.len()],
            open: (0..self.goals.len()).collect(),
            skipped: vec![false; self.goals.len()],
            violation: None,
            collected: None,
            audit: Audit::Off,
            notes: true,
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
}

impl<F: Clone + Debug + Serialize> Checks<F> {
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
            Self {
                invariants: [invariant.clone()].into(),
                subscriptions: Subscriptions::new(kinds, std::iter::once(monitor.kinds())),
                groups: vec![monitor],
                goals: Vec::new(),
                reached: Vec::new(),
                open: Vec::new(),
                skipped: Vec::new(),
                violation: None,
                collected: None,
                audit: Audit::Off,
                notes: false,
            }
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
        for index in self.subscriptions.to(kind) {
            if let Some(broken) = self.groups[*index as usize].judge(kind, &moment, fact) {
                let number = first_of(&self.groups, *index) + broken.number;
                let invariant = &self.invariants[number as usize];
                violated(&mut self.violation, invariant, broken.message, &moment);
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

/// Sees to it that a monitor names only kinds of facts that exist.
pub(super) fn check_kinds(id: &str, named: &[&'static str], known: &[&'static str]) {
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

/// The number of the first invariant that a group judges.
#[cold]
fn first_of<F>(groups: &[Box<dyn Group<F>>], group: u32) -> u32 {
    groups[..group as usize].iter().map(|group| group.len()).sum()
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
