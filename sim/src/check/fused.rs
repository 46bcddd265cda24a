//! Invariants that are judged together: one piece of code for each kind of fact.
//!
//! By itself, a monitor is behind a pointer of its own, and each that is shown a fact asks again what fact it is. Where tens of them judge every
//! run, that is half of what they cost, and the code of all of them passes through the caches of a core for every few facts. Fused, they are
//! compiled into one function for each kind of fact, which knows its kind: what none of them minds is not in it.

#![expect(
    clippy::inline_always,
    reason = "by itself a compiler copies large functions once, not once for each kind"
)]

use std::hash::Hasher;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::group::{Broken, Group, One, broken};
use super::kind::{kind_name, kind_of, kinds_of};
use super::monitor::{Moment, Monitor, Owed};
use super::properties::{Invariant, check_kinds};

/// Invariants that are judged together, as they are stated one after the other: see [`Properties::fused`](super::Properties::fused).
#[derive(Debug)]
pub struct Fused<F, M> {
    pub(super) invariants: Vec<Invariant>,
    pub(super) monitors: M,
    facts: PhantomData<fn(&F)>,
}

impl<F> Fused<F, ()> {
    pub(super) fn new() -> Self {
        Self { invariants: Vec::new(), monitors: (), facts: PhantomData }
    }
}

impl<F: DeserializeOwned, M: Monitors<F>> Fused<F, M> {
    /// An invariant judged by any monitor, as by [`Properties::always`](super::Properties::always).
    ///
    /// # Panics
    ///
    /// If the monitor names a kind of fact that does not exist.
    #[must_use]
    pub fn always<N: Monitor<F>>(mut self, id: &str, sentence: &str, monitor: N) -> Fused<F, (M, N)> {
        if let Some(named) = monitor.kinds() {
            check_kinds(id, named, kinds_of::<F>().unwrap_or_default());
        }
        self.invariants.push(Invariant::new(id, sentence));
        Fused { invariants: self.invariants, monitors: (self.monitors, monitor), facts: PhantomData }
    }
}

/// The monitors of [`Fused`] invariants: none, or others and one more.
pub trait Monitors<F>: Clone + Send + 'static {
    /// How many they are.
    #[doc(hidden)]
    const LEN: u32;

    /// Shows a fact to those that have a bit in `to`, by their numbers. All of them see it, and what the first says that is not content is kept.
    #[doc(hidden)]
    fn judge(&mut self, to: u64, moment: &Moment, fact: &F) -> Option<Box<Broken>>;

    /// Each as a group of its own.
    #[doc(hidden)]
    fn apart(&self) -> Vec<Box<dyn Group<F>>>;

    #[doc(hidden)]
    fn owed(&self, to: &mut dyn FnMut(Vec<Owed>));

    #[doc(hidden)]
    fn fingerprint(&self, hasher: &mut dyn Hasher);

    #[doc(hidden)]
    fn reset(&mut self);
}

impl<F> Monitors<F> for () {
    const LEN: u32 = 0;

    #[inline(always)]
    fn judge(&mut self, _: u64, _: &Moment, _: &F) -> Option<Box<Broken>> {
        None
    }

    fn apart(&self) -> Vec<Box<dyn Group<F>>> {
        Vec::new()
    }

    fn owed(&self, _: &mut dyn FnMut(Vec<Owed>)) {}

    fn fingerprint(&self, _: &mut dyn Hasher) {}

    fn reset(&mut self) {}
}

impl<F: Serialize + 'static, M: Monitors<F>, N: Monitor<F>> Monitors<F> for (M, N) {
    const LEN: u32 = M::LEN + 1;

    // Without branches that end it, so that no monitor is less likely to be asked than another, which is how compilers find what is cold.
    #[inline(always)]
    fn judge(&mut self, to: u64, moment: &Moment, fact: &F) -> Option<Box<Broken>> {
        let (others, monitor) = self;
        let first = others.judge(to, moment, fact);
        if !has(to, M::LEN) {
            return first;
        }
        match monitor.observe(moment, fact) {
            Ok(()) => first,
            Err(message) => broken(first, M::LEN, message),
        }
    }

    fn apart(&self) -> Vec<Box<dyn Group<F>>> {
        let mut apart = self.0.apart();
        apart.push(Box::new(One(self.1.clone())));
        apart
    }

    fn owed(&self, to: &mut dyn FnMut(Vec<Owed>)) {
        self.0.owed(to);
        to(self.1.owed());
    }

    fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        self.0.fingerprint(hasher);
        self.1.hash(&mut hasher);
    }

    fn reset(&mut self) {
        self.0.reset();
        self.1.reset();
    }
}

/// So many kinds of facts have code of their own, and what is beyond them shares one piece of code. A word has a bit for each of so many
/// monitors, and those beyond are shown everything.
const MANY: u32 = u64::BITS;

#[inline(always)]
fn has(bits: u64, number: u32) -> bool {
    number >= MANY || (bits >> number) & 1 == 1
}

/// Judges a fact by those monitors that have a bit.
type Judge<F, M> = fn(&mut M, u64, &Moment, &F) -> Option<Box<Broken>>;

/// Judges facts of the kind `KIND`, which the compiler knows from here on.
fn judge_kind<F: Serialize, M: Monitors<F>, const KIND: u32>(
    monitors: &mut M,
    to: u64,
    moment: &Moment,
    fact: &F,
) -> Option<Box<Broken>> {
    if kind_of(fact) != KIND {
        return judge_any(monitors, to, moment, fact);
    }
    monitors.judge(to, moment, fact)
}

/// Judges facts of any kind.
#[cold]
fn judge_any<F, M: Monitors<F>>(monitors: &mut M, to: u64, moment: &Moment, fact: &F) -> Option<Box<Broken>> {
    monitors.judge(to, moment, fact)
}

/// Fused monitors as a group.
pub(super) struct FusedGroup<F, M> {
    monitors: M,
    /// For each kind, a bit for each monitor that is shown it. Filled as kinds turn up, for what a kind is called is known from a fact of that kind.
    shown: Arc<[OnceLock<u64>; MANY as usize]>,
    facts: PhantomData<fn(&F)>,
}

macro_rules! by_kind {
    ($($kind:literal)*) => {
        [$(judge_kind::<F, M, $kind>),*]
    };
}

impl<F: Serialize, M: Monitors<F>> FusedGroup<F, M> {
    /// What judges facts of a kind, by its place among the kinds. With debug assertions the kinds share one piece of code: such builds are made
    /// often and measured never, and the compiler is done much sooner.
    const JUDGES: [Judge<F, M>; MANY as usize] = if cfg!(any(test, not(debug_assertions))) {
        by_kind!(
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43
            44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
        )
    } else {
        [judge_any; MANY as usize]
    };

    pub(super) fn new(monitors: M) -> Self {
        Self { monitors, shown: Arc::new([const { OnceLock::new() }; MANY as usize]), facts: PhantomData }
    }

    /// A bit for each monitor that is shown facts of this kind, which turns up for the first time.
    #[cold]
    fn fill(&self, kind: u32, fact: &F) -> u64 {
        let name = kind_name(fact);
        let monitors = self.monitors.apart();
        let shown = (0..MANY).zip(&monitors).filter(|(_, monitor)| {
            let kinds = monitor.kinds();
            kinds.is_none_or(|kinds| kinds.contains(&name))
        });
        *self.shown[kind as usize].get_or_init(|| shown.map(|(number, _)| 1 << number).sum())
    }
}

impl<F: Serialize + 'static, M: Monitors<F>> Group<F> for FusedGroup<F, M> {
    fn len(&self) -> u32 {
        M::LEN
    }

    #[inline]
    fn judge(&mut self, kind: u32, moment: &Moment, fact: &F) -> Option<Box<Broken>> {
        let Some(judge) = Self::JUDGES.get(kind as usize) else {
            return judge_any(&mut self.monitors, u64::MAX, moment, fact);
        };
        let to = match self.shown[kind as usize].get() {
            Some(to) => *to,
            None => self.fill(kind, fact),
        };
        judge(&mut self.monitors, to, moment, fact)
    }

    fn kinds(&self) -> Option<Vec<&'static str>> {
        let each: Option<Vec<_>> = self.monitors.apart().iter().map(|monitor| monitor.kinds()).collect();
        each.map(|kinds| kinds.concat())
    }

    fn owed(&self, to: &mut dyn FnMut(Vec<Owed>)) {
        self.monitors.owed(to);
    }

    fn fingerprint(&self, hasher: &mut dyn Hasher) {
        self.monitors.fingerprint(hasher);
    }

    fn several(&self) -> Option<Vec<Box<dyn Group<F>>>> {
        Some(self.monitors.apart())
    }

    fn copy(&self) -> Box<dyn Group<F>> {
        Box::new(Self { monitors: self.monitors.clone(), shown: self.shown.clone(), facts: PhantomData })
    }

    fn reset(&mut self) {
        self.monitors.reset();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rehearsal_protocol::{Address, NodeId, Time};
    use serde::Deserialize;

    use super::super::{Checks, Properties, Step, Violation, fold, leads_to, on, unique};
    use super::*;
    use crate::fingerprint::{Fingerprint, Fingerprinter};

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    enum Fact {
        Asked(u8),
        Granted(u8),
        Released(u8),
        Refused,
    }

    #[derive(Clone, Default, Hash)]
    struct Held(Option<u8>);

    impl Monitor<Fact> for Held {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            match fact {
                Fact::Granted(to) => match self.0.replace(*to) {
                    Some(first) => Err(format!("{to} is granted what {first} holds")),
                    None => Ok(()),
                },
                Fact::Released(_) => {
                    self.0 = None;
                    Ok(())
                }
                Fact::Asked(_) | Fact::Refused => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0 = None;
        }
    }

    fn asked_once() -> impl Monitor<Fact> {
        on(["Asked"], unique(|fact: &Fact| if let Fact::Asked(who) = fact { Some(*who) } else { None }))
    }

    fn few_are_refused() -> impl Monitor<Fact> {
        on(
            ["Refused"],
            fold(0, |refused: &mut u8, _, _: &Fact| {
                *refused += 1;
                if *refused < 5 { Ok(()) } else { Err(format!("{refused} are refused")) }
            }),
        )
    }

    fn asked_is_granted() -> impl Monitor<Fact> {
        leads_to(std::time::Duration::from_secs(3), |fact: &Fact| match fact {
            Fact::Asked(who) => Step::Owe(*who),
            Fact::Granted(who) => Step::Settle(*who),
            Fact::Released(_) | Fact::Refused => Step::Ignore,
        })
    }

    fn apart() -> Properties<Fact> {
        let mut check = Properties::default();
        check.always("A", "nobody asks twice", asked_once());
        check.always("B", "one holds it", Held::default());
        check.always("C", "few are refused", few_are_refused());
        check.always("D", "who asks gets it", asked_is_granted());
        check
    }

    fn together() -> Properties<Fact> {
        let mut check = Properties::default();
        check.always("A", "nobody asks twice", asked_once());
        check.fused(|all| {
            all.always("B", "one holds it", Held::default())
                .always("C", "few are refused", few_are_refused())
                .always("D", "who asks gets it", asked_is_granted())
        });
        check
    }

    fn all_together() -> Properties<Fact> {
        let mut check = Properties::default();
        check.fused(|all| {
            all.always("A", "nobody asks twice", asked_once())
                .always("B", "one holds it", Held::default())
                .always("C", "few are refused", few_are_refused())
                .always("D", "who asks gets it", asked_is_granted())
        });
        check
    }

    fn at(seconds: u64) -> Time {
        Time::ZERO + std::time::Duration::from_secs(seconds)
    }

    fn show<F: Clone + std::fmt::Debug + Serialize>(checks: &mut Checks<F>, facts: &[F]) {
        let actor = Address::new(NodeId(0), 0);
        for (event, fact) in (0..).zip(facts) {
            let healed = (event > 4).then(|| at(4));
            checks.observe(Moment { at: at(event), event, actor, healed }, fact);
        }
    }

    fn state(checks: &Checks<Fact>) -> Fingerprint {
        let mut to = Fingerprinter::default();
        checks.feed(&mut to);
        to.fingerprint()
    }

    /// What each monitor says by itself.
    fn each(checks: &Checks<Fact>, facts: &[Fact]) -> Vec<Option<Violation>> {
        let alone = checks.one_by_one().map(|mut one| {
            show(&mut one, facts);
            one.violation().cloned()
        });
        alone.collect()
    }

    fn fact() -> impl Strategy<Value = Fact> {
        prop_oneof![
            (0..9_u8).prop_map(Fact::Asked),
            (0..3_u8).prop_map(Fact::Granted),
            (0..3_u8).prop_map(Fact::Released),
            Just(Fact::Refused),
        ]
    }

    proptest! {
        #[test]
        fn together_they_say_the_same_as_apart(
            runs in prop::collection::vec((prop::collection::vec(fact(), 0..12), any::<bool>()), 1..4),
        ) {
            let mut apart = apart().checks();
            let mut fused = [together().checks(), all_together().checks()];
            for (facts, quiet) in runs {
                apart.reset();
                show(&mut apart, &facts);
                let (before, one_by_one) = (apart.violation().cloned(), each(&apart, &facts));
                let known = state(&apart);
                apart.settle(at(20), 20, at(4), quiet);
                for together in &mut fused {
                    together.reset();
                    show(together, &facts);
                    prop_assert_eq!(together.violation(), before.as_ref());
                    prop_assert_eq!(state(together), known);
                    prop_assert_eq!(state(&together.clone()), known);
                    prop_assert_eq!(&each(together, &facts), &one_by_one);
                    together.settle(at(20), 20, at(4), quiet);
                    prop_assert_eq!(together.violation(), apart.violation());
                }
            }
        }
    }

    #[test]
    fn an_audit_finds_who_is_blind_among_them() {
        let mut check = Properties::default();
        check.fused(|all| {
            all.always("A", "nobody asks twice", asked_once()).always(
                "B",
                "one holds it",
                on(["Granted"], Held::default()),
            )
        });
        let mut checks = check.checks();
        checks.audit(true);
        show(&mut checks, &[Fact::Granted(1), Fact::Released(1)]);
        let told = checks.overlooked().expect("its monitor is not shown releases");
        assert!(told.contains("`B`") && told.contains("`Released`"), "{told}");
    }

    #[test]
    #[should_panic(expected = "the invariant id `B` is used twice")]
    fn an_id_is_used_once() {
        let mut check = apart();
        check.fused(|all| all.always("B", "one holds it", Held::default()));
    }

    #[test]
    #[should_panic(
        expected = "`B` is for facts of the kind `Grantd`, which does not exist; the nearest is `Granted`"
    )]
    fn a_kind_that_does_not_exist_is_refused() {
        Properties::default().fused(|all| all.always("B", "one holds it", on(["Grantd"], Held::default())));
    }

    /// Counts what it is shown, and is never content.
    fn counts() -> impl Monitor<u64> {
        fold(0, |shown: &mut u64, _, fact: &u64| {
            *shown += 1;
            Err(format!("{fact} is number {shown}"))
        })
    }

    #[test]
    fn facts_without_kinds_are_shown_to_all_and_the_first_complaint_is_kept() {
        let mut check = Properties::default();
        check.fused(|all| {
            all.always("A", "none", fold(0, |_, _, _: &u64| Ok(()))).always("B", "none", counts())
        });
        let mut checks = check.checks();
        show(&mut checks, &[7, 8]);
        let Violation { invariant, message, .. } = checks.violation().expect("it is never content").clone();
        assert_eq!((invariant.as_str(), message.as_str()), ("B", "7 is number 1"));
    }

    /// What a variant is called is no matter of its place among the names that are read.
    #[derive(Clone, Debug, Serialize, Deserialize)]
    enum Renamed {
        #[serde(alias = "Asked", alias = "Begged")]
        Wanted,
        #[serde(rename = "given")]
        Granted,
    }

    #[test]
    fn a_kind_goes_by_the_name_that_is_written() {
        let counts = || {
            fold(0, |given: &mut u32, _, _: &Renamed| {
                *given += 1;
                if *given < 2 { Ok(()) } else { Err("a second time".to_owned()) }
            })
        };
        let mut apart = Properties::default();
        apart.always("A", "it is given once", on(["given"], counts()));
        let mut fused = Properties::default();
        fused.fused(|all| {
            all.always("A", "it is given once", on(["given"], counts())).always("B", "none", counts())
        });
        for (check, second) in [(apart, None), (fused, Some("B"))] {
            let mut checks = check.checks();
            show(&mut checks, &[Renamed::Wanted, Renamed::Wanted]);
            assert_eq!(checks.violation().map(|violation| &*violation.invariant), second);
            checks.reset();
            show(&mut checks, &[Renamed::Granted, Renamed::Granted]);
            assert_eq!(checks.violation().map(|violation| &*violation.invariant), Some("A"));
        }
    }

    macro_rules! many {
        ($($name:ident)*) => {
            /// More kinds than have code of their own.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
            enum Many {
                $($name),*
            }

            /// More invariants than a word has bits: the one of each kind never sees a second fact of that kind.
            fn one_for_each() -> Properties<Many> {
                let mut check = Properties::default();
                check.fused(|all| all$(.always(
                    stringify!($name),
                    "once",
                    on([stringify!($name)], unique(|fact: &Many| (*fact == Many::$name).then_some(()))),
                ))*);
                check
            }
        };
    }

    many!(
        K0 K1 K2 K3 K4 K5 K6 K7 K8 K9 K10 K11 K12 K13 K14 K15 K16 K17 K18 K19 K20 K21 K22 K23 K24 K25 K26 K27 K28 K29 K30 K31 K32 K33 K34 K35
        K36 K37 K38 K39 K40 K41 K42 K43 K44 K45 K46 K47 K48 K49 K50 K51 K52 K53 K54 K55 K56 K57 K58 K59 K60 K61 K62 K63 K64 K65
    );

    #[test]
    fn kinds_and_monitors_beyond_a_word_are_judged_like_others() {
        for fact in [Many::K0, Many::K1, Many::K62, Many::K63, Many::K64, Many::K65] {
            let mut checks = one_for_each().checks();
            show(&mut checks, &[Many::K0, Many::K1, Many::K62, Many::K63, Many::K64, Many::K65]);
            assert_eq!(checks.violation(), None, "{fact:?} once");
            show(&mut checks, &[fact]);
            let violation = checks.violation().expect("it is the second");
            assert_eq!(violation.invariant, format!("{fact:?}"));
        }
    }
}
