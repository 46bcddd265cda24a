//! Which groups of monitors are shown which kinds of facts.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use super::monitor::{Moment, Monitor, Owed};

/// A monitor that is shown only facts of these kinds: variants of the fact's enum, by their names. It costs nothing at any other fact.
///
/// Naming too few blinds the monitor. Every campaign therefore looks, in its first runs, whether any monitor would mind a fact that it is
/// not shown, and ends with its name if one does.
///
/// ```
/// use rehearsal::check::{Monitor, fold, on};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, Hash, Serialize, Deserialize)]
/// enum Fact {
///     Granted { token: u64 },
///     Refused,
/// }
///
/// fn tokens_never_go_back() -> impl Monitor<Fact> {
///     on(["Granted"], fold(0, |highest: &mut u64, _moment, fact: &Fact| match fact {
///         Fact::Granted { token } if token < highest => Err(format!("token {token} after token {highest}")),
///         Fact::Granted { token } => { *highest = *token; Ok(()) }
///         Fact::Refused => Ok(()),
///     }))
/// }
/// # tokens_never_go_back();
/// ```
pub fn on<M, const N: usize>(kinds: [&'static str; N], monitor: M) -> On<M, N> {
    On { kinds, monitor }
}

/// See [`on`].
#[derive(Clone, Debug)]
pub struct On<M, const N: usize> {
    kinds: [&'static str; N],
    monitor: M,
}

/// What the monitor remembers; the kinds are the same in every state.
impl<M: Hash, const N: usize> Hash for On<M, N> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.monitor.hash(to);
    }
}

impl<F, M: Monitor<F>, const N: usize> Monitor<F> for On<M, N> {
    #[expect(clippy::inline_always, reason = "see `fused`")]
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &F) -> Result<(), String> {
        self.monitor.observe(moment, fact)
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(&self.kinds)
    }

    fn owed(&self) -> Vec<Owed> {
        self.monitor.owed()
    }

    fn reset(&mut self) {
        self.monitor.reset();
    }
}

/// For each kind of fact, the groups of monitors that are shown it. Filled as kinds turn up, for what a kind is called is known from a fact of that
/// kind; and shared by all copies of a run's checks.
#[derive(Clone)]
pub(super) struct Subscriptions {
    /// For each group, the kinds that it named.
    named: Arc<[Option<Vec<&'static str>>]>,
    /// For each kind by its index, the numbers of the groups.
    shown: Arc<[OnceLock<Box<[u32]>>]>,
}

/// Kinds beyond share one place, and every group is shown them; so do facts that are no enum.
const MOST_KINDS: usize = 256;

impl Subscriptions {
    /// Subscriptions to facts of so many kinds, of groups that have named some; to all kinds if a group has named none.
    pub(super) fn new(kinds: usize, named: Vec<Option<Vec<&'static str>>>) -> Self {
        Self { named: named.into(), shown: (0..=kinds.min(MOST_KINDS)).map(|_| OnceLock::new()).collect() }
    }

    /// How many kinds of facts there are that share no place.
    pub(super) fn kinds(&self) -> usize {
        self.shown.len() - 1
    }

    /// The numbers of the groups that are shown facts of a kind, by its place among the kinds and, when it turns up, its name.
    #[inline]
    pub(super) fn to(&self, kind: u32, name: impl FnOnce() -> &'static str) -> &[u32] {
        let beyond = self.shown.len() - 1;
        let place = (kind as usize).min(beyond);
        match self.shown[place].get() {
            Some(shown) => shown,
            None => self.fill(place, name()),
        }
    }

    /// A kind turns up for the first time.
    #[cold]
    fn fill(&self, place: usize, name: &str) -> &[u32] {
        self.shown[place].get_or_init(|| self.of(name, place + 1 == self.shown.len()))
    }

    fn of(&self, name: &str, all: bool) -> Box<[u32]> {
        let shown = |named: &Option<Vec<&str>>| all || is_shown(named.as_deref(), name);
        (0..).zip(self.named.iter()).filter(|(_, named)| shown(named)).map(|(number, _)| number).collect()
    }
}

/// Whether a group that named these kinds is shown facts of this kind.
pub(super) fn is_shown(named: Option<&[&str]>, name: &str) -> bool {
    named.is_none_or(|kinds| kinds.contains(&name))
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::{Actor, Address, Context, Input, NodeId, Protocol, Time};
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::check::{Checks, Properties, fold};
    use crate::{Scenario, Setup};

    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    enum Fact {
        Granted(u32),
        Released(u32),
        Refused,
    }

    fn one_holder() -> impl Monitor<Fact> {
        fold(None, |holder: &mut Option<u32>, _, fact: &Fact| match fact {
            Fact::Granted(to) => match holder.replace(*to) {
                Some(first) => Err(format!("{to} is granted what {first} holds")),
                None => Ok(()),
            },
            Fact::Released(_) => {
                *holder = None;
                Ok(())
            }
            Fact::Refused => Ok(()),
        })
    }

    fn checks(monitor: impl Monitor<Fact>) -> Checks<Fact> {
        let mut properties = Properties::default();
        properties.always("LK-1", "one holds it at a time", monitor);
        properties.checks()
    }

    fn show(checks: &mut Checks<Fact>, facts: &[Fact]) {
        let actor = Address::new(NodeId(0), 0);
        for (event, fact) in (0..).zip(facts) {
            checks.observe(Moment { at: Time::ZERO, event, actor, healed: None }, fact);
        }
    }

    const FACTS: [Fact; 4] = [Fact::Granted(1), Fact::Refused, Fact::Released(1), Fact::Granted(2)];

    #[test]
    fn a_monitor_sees_the_kinds_that_it_names() {
        let mut whole = checks(on(["Granted", "Released"], one_holder()));
        whole.audit(true);
        show(&mut whole, &FACTS);
        assert_eq!((whole.violation(), whole.overlooked()), (None, None));
        let mut blind = checks(on(["Granted"], one_holder()));
        show(&mut blind, &FACTS);
        assert!(blind.violation().is_some(), "it has not seen the release");
    }

    #[test]
    fn an_audit_tells_what_a_monitor_should_have_seen() {
        let mut blind = checks(on(["Granted"], one_holder()));
        blind.audit(true);
        show(&mut blind, &FACTS);
        let text = "the monitor of `LK-1` is not shown facts of the kind `Released` and would mind Released(1); name `Released` in its `on`";
        assert_eq!(blind.overlooked(), Some(text));
    }

    #[test]
    #[should_panic(
        expected = "`LK-1` is for facts of the kind `Grantd`, which does not exist; the nearest is `Granted`"
    )]
    fn a_kind_that_does_not_exist_is_refused() {
        checks(on(["Grantd"], one_holder()));
    }

    struct Locks;

    impl Protocol for Locks {
        type Message = ();
        type Fact = Fact;
    }

    /// Grants to one and then to another, with a release between.
    #[derive(Clone, Debug, Hash)]
    struct Lock;

    impl Actor<Locks> for Lock {
        fn receive(&mut self, cx: &mut Context<'_, Locks>, _: Input<Locks>) {
            FACTS.into_iter().for_each(|fact| cx.announce(fact));
        }
    }

    struct Blind;

    impl Scenario for Blind {
        type Protocol = Locks;

        fn set_up(&self, system: &mut Setup<Locks>) {
            system.node("only").actor("lock", Lock);
        }

        fn properties(&self, check: &mut Properties<Fact>) {
            check.always("LK-1", "one holds it at a time", on(["Granted"], one_holder()));
        }
    }

    #[test]
    fn a_campaign_breaks_off_at_a_blind_monitor() {
        let told = crate::check(Blind).seeds(10).verdict().expect_err("its monitor is blind");
        assert!(told.starts_with("the campaign broke off: the monitor of `LK-1` is not shown"), "{told}");
    }
}
