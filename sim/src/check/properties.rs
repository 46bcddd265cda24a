//! The invariants and goals of a scenario, each with its name and sentence.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use rehearsal_protocol::Time;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::checks::{Checks, copies};
use super::fused::{Fused, FusedGroup, Monitors};
use super::group::{Group, One};
use super::kind::kinds_of;
use super::monitor::{Monitor, Violation};
use super::temporal::{Edge, Order, Step, disjoint, leads_to, precedes, unique};
use crate::nearest::nearest;

/// What must hold in every run of a scenario, and what must happen in some.
pub struct Properties<F> {
    stated: Stated,
    /// The monitors of the invariants, in the same order.
    groups: Vec<Box<dyn Group<F>>>,
    /// What reaches the goals, in the same order.
    reached: Vec<Reached<F>>,
}

/// What is stated without regard to the type of facts.
#[derive(Default)]
struct Stated {
    invariants: Vec<Invariant>,
    goals: Vec<Goal>,
}

impl Stated {
    fn add(&mut self, invariants: Vec<Invariant>) {
        for invariant in invariants {
            let id = &invariant.id;
            assert!(
                self.invariants.iter().all(|known| known.id != *id),
                "the invariant id `{id}` is used twice"
            );
            self.invariants.push(invariant);
        }
    }
}

pub(crate) type Reached<F> = Arc<dyn Fn(&F) -> bool + Send + Sync>;

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
    pub(super) fn violated(&self, message: String, (at, event): (Time, u64)) -> Violation {
        let Self { id, sentence } = self.clone();
        Violation { invariant: id, sentence, message, at, event }
    }
}

impl<F> Default for Properties<F> {
    fn default() -> Self {
        Self { stated: Stated::default(), groups: Vec::new(), reached: Vec::new() }
    }
}

impl<F: Serialize + DeserializeOwned + 'static> Properties<F> {
    /// An invariant judged by any monitor.
    ///
    /// # Panics
    ///
    /// If the id is taken: a violation must name one invariant. If the monitor names a kind of fact that does not exist.
    pub fn always(&mut self, id: &str, sentence: &str, monitor: impl Monitor<F>) {
        self.add_one(id, sentence, Box::new(One(monitor)));
    }

    /// The same for all monitors, so that it is compiled once for each type of fact.
    fn add_one(&mut self, id: &str, sentence: &str, monitor: Box<dyn Group<F>>) {
        if let Some(named) = monitor.kinds() {
            check_kinds(id, &named, kinds_of::<F>().unwrap_or_default());
        }
        self.add(vec![Invariant::new(id, sentence)], monitor);
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
        self.add(invariants, Box::new(FusedGroup::new(monitors)));
    }

    fn add(&mut self, invariants: Vec<Invariant>, group: Box<dyn Group<F>>) {
        self.stated.add(invariants);
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
        self.stated.goals.push(Goal { name: name.to_owned() });
        self.reached.push(reached);
    }

    /// The invariants, in the order of their statement.
    pub fn invariants(&self) -> impl Iterator<Item = &Invariant> {
        self.stated.invariants.iter()
    }

    /// The goals, in the order of their statement.
    pub fn goals(&self) -> impl Iterator<Item = &Goal> {
        self.stated.goals.iter()
    }

    /// The state in which a run starts.
    pub fn checks(&self) -> Checks<F> {
        let kinds = kinds_of::<F>().unwrap_or_default().len();
        let mut goals = Vec::with_capacity(self.reached.len());
        for reached in &self.reached {
            goals.push(reached.clone());
        }
        Checks::new(kinds, self.stated.invariants.clone().into(), copies(&self.groups), goals)
    }
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
