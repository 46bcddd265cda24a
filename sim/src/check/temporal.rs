//! The usual shapes of an invariant.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::time::Duration;

use rehearsal_protocol::Time;

use super::monitor::{Moment, Monitor, Owed};
use super::sorted::{SortedMap, SortedSet};

/// A monitor with a state of its own: the way to write one that has no ready shape.
///
/// ```
/// use rehearsal::check::{Monitor, fold};
/// fn tokens_never_go_back() -> impl Monitor<u64> {
///     fold(0, |highest: &mut u64, _moment, token: &u64| {
///         if token < highest { return Err(format!("token {token} after token {highest}")); }
///         *highest = *token;
///         Ok(())
///     })
/// }
/// ```
pub fn fold<F, S, J>(start: S, judge: J) -> Fold<F, S, J>
where
    S: Clone + Hash + Send + 'static,
    J: Fn(&mut S, Moment, &F) -> Result<(), String> + Clone + Send + 'static,
{
    Fold { state: start.clone(), start, judge, facts: PhantomData }
}

/// See [`fold`].
pub struct Fold<F, S, J> {
    start: S,
    state: S,
    judge: J,
    facts: PhantomData<fn(&F)>,
}

impl<F, S: Clone, J: Clone> Clone for Fold<F, S, J> {
    fn clone(&self) -> Self {
        let (start, state, judge) = (self.start.clone(), self.state.clone(), self.judge.clone());
        Self { start, state, judge, facts: PhantomData }
    }
}

/// What it remembers; its judgement is the same in every state.
impl<F, S: Hash, J> Hash for Fold<F, S, J> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.state.hash(to);
    }
}

impl<F, S, J> Monitor<F> for Fold<F, S, J>
where
    F: 'static,
    S: Clone + Hash + Send + 'static,
    J: Fn(&mut S, Moment, &F) -> Result<(), String> + Clone + Send + 'static,
{
    #[expect(clippy::inline_always, reason = "see `fused`")]
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &F) -> Result<(), String> {
        (self.judge)(&mut self.state, *moment, fact)
    }

    fn reset(&mut self) {
        self.state.clone_from(&self.start);
    }
}

/// No key is stated twice.
pub fn unique<F: 'static, K: Ord + Clone + Hash + Debug + Send + 'static>(
    key: impl Fn(&F) -> Option<K> + Clone + Send + 'static,
) -> impl Monitor<F> {
    fold(SortedMap::new(), move |seen: &mut SortedMap<K, u64>, moment, fact| {
        let Some(key) = key(fact) else { return Ok(()) };
        match seen.insert(key.clone(), moment.event) {
            None => Ok(()),
            Some(event) => Err(format!("{key:?} a second time, first in event {event}")),
        }
    })
}

/// The beginning or the end of a time in which `W` holds `K`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge<K, W> {
    /// From here on `W` holds `K`. Beginning again what one holds already is no conflict.
    Begin(K, W),
    /// From here on `W` does not hold `K`.
    End(K, W),
    /// From here on `W` holds nothing.
    EndAll(W),
}

/// For one key, at most one holder at a time.
pub fn disjoint<F, K, W>(edge: impl Fn(&F) -> Option<Edge<K, W>> + Clone + Send + 'static) -> impl Monitor<F>
where
    F: 'static,
    K: Ord + Clone + Hash + Debug + Send + 'static,
    W: PartialEq + Clone + Hash + Debug + Send + 'static,
{
    fold(SortedMap::new(), move |held: &mut SortedMap<K, (W, Time)>, moment, fact| {
        match edge(fact) {
            None => {}
            Some(Edge::Begin(key, who)) => match held.get(&key) {
                Some((holder, since)) if *holder != who => {
                    return Err(format!(
                        "{who:?} begins to hold {key:?}, which {holder:?} holds since {since}"
                    ));
                }
                Some(_) => {}
                None => {
                    held.insert(key, (who, moment.at));
                }
            },
            Some(Edge::End(key, who)) => held.retain(|held, (holder, _)| *held != key || *holder != who),
            Some(Edge::EndAll(who)) => held.retain(|_, (holder, _)| *holder != who),
        }
        Ok(())
    })
}

/// A cause, or what needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order<K> {
    /// From here on `K` has happened.
    Cause(K),
    /// This needs `K` to have happened.
    Needs(K),
}

/// What needs a cause comes after it.
pub fn precedes<F: 'static, K: Ord + Clone + Hash + Debug + Send + 'static>(
    order: impl Fn(&F) -> Option<Order<K>> + Clone + Send + 'static,
) -> impl Monitor<F> {
    fold(SortedSet::new(), move |happened: &mut SortedSet<K>, _, fact| match order(fact) {
        Some(Order::Needs(key)) if !happened.contains(&key) => {
            Err(format!("needs {key:?}, which has not happened"))
        }
        Some(Order::Cause(key)) => {
            happened.insert(key);
            Ok(())
        }
        Some(Order::Needs(_)) | None => Ok(()),
    })
}

/// What a fact means for a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<K> {
    /// Nothing.
    Ignore,
    /// From here on `K` is owed; owing it already is no second promise.
    Owe(K),
    /// `K` is done. It need not have been owed.
    Settle(K),
}

/// What is owed is settled within a bound of virtual time, counted from when there are no faults any more.
pub fn leads_to<F, K, J>(within: Duration, step: J) -> LeadsTo<F, K, J>
where
    K: Ord + Clone + Hash + Debug + Send + 'static,
    J: Fn(&F) -> Step<K> + Clone + Send + 'static,
{
    LeadsTo { within, step, start: SortedMap::new(), open: SortedMap::new(), facts: PhantomData }
}

/// See [`leads_to`].
pub struct LeadsTo<F, K, J> {
    within: Duration,
    step: J,
    start: SortedMap<K, Time>,
    open: SortedMap<K, Time>,
    facts: PhantomData<fn(&F)>,
}

impl<F, K: Ord + Clone, J> LeadsTo<F, K, J> {
    /// What is owed from the start of a run.
    #[must_use]
    pub fn owing(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.start = keys.into_iter().map(|key| (key, Time::ZERO)).collect();
        self.open.clone_from(&self.start);
        self
    }
}

impl<F, K: Clone, J: Clone> Clone for LeadsTo<F, K, J> {
    fn clone(&self) -> Self {
        Self {
            within: self.within,
            step: self.step.clone(),
            start: self.start.clone(),
            open: self.open.clone(),
            facts: PhantomData,
        }
    }
}

/// What is owed; the rest is the same in every state.
impl<F, K: Hash, J> Hash for LeadsTo<F, K, J> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.open.hash(to);
    }
}

impl<F, K, J> Monitor<F> for LeadsTo<F, K, J>
where
    F: 'static,
    K: Ord + Clone + Hash + Debug + Send + 'static,
    J: Fn(&F) -> Step<K> + Clone + Send + 'static,
{
    #[expect(clippy::inline_always, reason = "see `fused`")]
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &F) -> Result<(), String> {
        match (self.step)(fact) {
            Step::Ignore => Ok(()),
            Step::Owe(key) => {
                self.open.get_or_insert(key, moment.at);
                Ok(())
            }
            Step::Settle(key) => {
                let (Some(since), Some(healed)) = (self.open.remove(&key), moment.healed) else {
                    return Ok(());
                };
                let due = since.max(healed) + self.within;
                if moment.at <= due {
                    return Ok(());
                }
                Err(format!("{key:?}, owed since {since}, came at {}, due at {due}", moment.at))
            }
        }
    }

    fn owed(&self) -> Vec<Owed> {
        let owe =
            |(key, since): (&K, &Time)| Owed { since: *since, within: self.within, what: format!("{key:?}") };
        self.open.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        self.open.clone_from(&self.start);
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::{Address, NodeId};

    use super::*;

    fn at(seconds: u64, healed: Option<u64>) -> Moment {
        let time = |s: u64| Time::ZERO + Duration::from_secs(s);
        let actor = Address::new(NodeId(0), 0);
        Moment { at: time(seconds), event: seconds, actor, healed: healed.map(time) }
    }

    #[test]
    fn a_key_stated_twice_is_told_with_its_first_event() {
        let mut monitor = unique(|fact: &u32| (*fact > 10).then_some(*fact));
        assert_eq!(monitor.observe(&at(1, None), &11), Ok(()));
        assert_eq!(monitor.observe(&at(2, None), &5), Ok(()));
        assert_eq!(monitor.observe(&at(3, None), &5), Ok(()));
        assert_eq!(monitor.observe(&at(4, None), &11), Err("11 a second time, first in event 1".to_owned()));
        monitor.reset();
        assert_eq!(monitor.observe(&at(5, None), &11), Ok(()));
    }

    #[test]
    fn a_second_holder_is_a_conflict_and_the_same_one_is_not() {
        let mut monitor = disjoint(|(who, begins): &(char, bool)| {
            Some(if *begins { Edge::Begin("lock", *who) } else { Edge::End("lock", *who) })
        });
        assert!(monitor.observe(&at(1, None), &('a', true)).is_ok());
        assert!(monitor.observe(&at(2, None), &('a', true)).is_ok());
        assert!(monitor.observe(&at(3, None), &('b', false)).is_ok());
        assert!(monitor.observe(&at(4, None), &('b', true)).unwrap_err().contains("since 1.000s"));
    }

    #[test]
    fn an_effect_before_its_cause_is_told() {
        let mut monitor =
            precedes(|fact: &i32| Some(if *fact > 0 { Order::Cause(*fact) } else { Order::Needs(-fact) }));
        assert!(monitor.observe(&at(1, None), &-3).is_err());
        assert!(monitor.observe(&at(2, None), &3).is_ok());
        assert!(monitor.observe(&at(3, None), &-3).is_ok());
    }

    #[test]
    fn a_promise_has_its_time_counted_from_healing() {
        let step = |fact: &i32| if *fact > 0 { Step::Owe(*fact) } else { Step::Settle(-fact) };
        let mut monitor = leads_to(Duration::from_secs(5), step);
        assert!(monitor.observe(&at(1, None), &7).is_ok());
        assert!(monitor.observe(&at(20, None), &-7).is_ok(), "no deadline while faults go on");
        assert!(monitor.observe(&at(21, None), &8).is_ok());
        assert!(monitor.observe(&at(34, Some(30)), &-8).is_ok());
        assert!(monitor.observe(&at(35, Some(30)), &9).is_ok());
        assert_eq!(monitor.owed().len(), 1);
        assert!(monitor.observe(&at(41, Some(30)), &-9).unwrap_err().contains("due at 40.000s"));
    }
}
