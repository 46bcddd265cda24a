//! Scenarios by name, with their variants: what a command line works on.

pub mod settings;

use crate::check::{Goal, Invariant, Properties};
use crate::fault::Profile;
use crate::gauge::{Gauge, Gauged};
use crate::measure::{Measures, Metric};
use crate::policy::{BadPolicy, Policy};
use crate::quiet::quietly;
use crate::run::{AnyRunner, Outcome, RunSpec};
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::stage::{self, Fact, Judge, Staged};
use crate::world::rules::RULES;
use rehearsal_protocol::planted::Planted;
pub use rehearsal_protocol::planted::SEVERAL;
pub use settings::{BadSetting, Setting, Settings};

/// A scenario by name.
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it rehearses, in words.
    pub sentence: &'static str,
    /// Planted bugs.
    pub variants: &'static [Variant],
    /// Whether `fuzz` without a name takes it; benches and canaries are left out.
    pub in_campaign: bool,
    /// The profile of faults if none is named: [`Profile::CHAOS`], unless that says nothing about this scenario.
    pub faults: &'static Profile,
    /// The whole numbers that can be set: its size.
    pub settings: &'static [Setting],
    /// Builds it of this size, with the variant of that name or as it should be.
    pub build: fn(variant: Option<&str>, settings: &Settings) -> Box<dyn Rehearsal>,
}

/// A planted bug: a check that none trips is not a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is wrong in it, in words.
    pub sentence: &'static str,
    /// The invariant that it trips, or [`SEVERAL`].
    pub trips: &'static str,
}

impl Variant {
    /// Whether a violation of this invariant is what it is there to bring about.
    pub fn is_seen_in(&self, invariant: &str) -> bool {
        self.trips == invariant || self.trips == SEVERAL
    }
}

/// A protocol's table of planted bugs in the words of the registry: what an entry has as its `variants`.
pub const fn planted<V: Copy, const N: usize>(table: &[Planted<V>; N]) -> [Variant; N] {
    let mut variants = [Variant { name: "", sentence: "", trips: "" }; N];
    let mut n = 0;
    while n < N {
        let Planted { name, sentence, trips, .. } = table[n];
        variants[n] = Variant { name, sentence, trips };
        n += 1;
    }
    variants
}

/// How many scenarios some registries have together: the length of what [`joined`] makes of them.
pub const fn count(registries: &[&[&'static Entry]]) -> usize {
    let (mut count, mut n) = (0, 0);
    while n < registries.len() {
        count += registries[n].len();
        n += 1;
    }
    count
}

/// Several registries as one, in their order:
///
/// ```
/// # use rehearsal::registry::{Entry, Settings, count, joined};
/// # static LOCK: Entry = Entry {
/// #     name: "lock", sentence: "", variants: &[], in_campaign: true, faults: &rehearsal::Profile::CHAOS, settings: &[],
/// #     build: |_, _| unimplemented!(),
/// # };
/// static LOCKS: &[&Entry] = &[&LOCK];
/// static QUEUES: &[&Entry] = &[];
///
/// static FAMILIES: &[&[&Entry]] = &[LOCKS, QUEUES];
/// static SCENARIOS: &[&Entry] = &joined::<{ count(FAMILIES) }>(FAMILIES);
/// ```
///
/// # Panics
///
/// At compile time, if they do not have `N` scenarios, or have none at all.
pub const fn joined<const N: usize>(registries: &[&[&'static Entry]]) -> [&'static Entry; N] {
    assert!(count(registries) == N, "the registries have more or fewer scenarios");
    let mut entries = [first(registries); N];
    let (mut at, mut n) = (0, 0);
    while n < registries.len() {
        let mut m = 0;
        while m < registries[n].len() {
            entries[at] = registries[n][m];
            at += 1;
            m += 1;
        }
        n += 1;
    }
    entries
}

const fn first(registries: &[&[&'static Entry]]) -> &'static Entry {
    match registries {
        [[first, ..], ..] => first,
        [_, rest @ ..] => first(rest),
        [] => panic!("the registries have no scenario"),
    }
}

/// A [`Scenario`] of any protocol.
pub trait Rehearsal: Send + Sync {
    /// A runner of its own, for one thread.
    fn runner(&self) -> Box<dyn AnyRunner>;

    /// Its invariants, and after them those that hold in every scenario.
    fn invariants(&self) -> Vec<Invariant>;

    /// Its goals.
    fn goals(&self) -> Vec<Goal>;

    /// The names of design alternatives that can be compared.
    fn policies(&self) -> &'static [&'static str];

    /// It under a policy.
    ///
    /// # Errors
    ///
    /// If it has no such policy, or cannot read it.
    fn under(&self, policy: &Policy) -> Result<Box<dyn Rehearsal>, BadPolicy>;

    /// What is measured when policies are compared.
    fn metrics(&self) -> Vec<Metric>;

    /// A runner that measures, for one thread.
    fn gauge(&self) -> Box<dyn Gauge>;
}

impl dyn Rehearsal + '_ {
    /// It as a host takes it: for the other stages.
    pub fn staged(&self) -> Staged {
        Staged::of(self.runner().erased(), self.goals())
    }

    /// The judge of its facts, wherever they were announced.
    pub fn judge(&self) -> Judge {
        self.staged().judge
    }

    /// One run in the world, with what was announced in it.
    pub fn run_for_facts(&self, spec: &RunSpec) -> (Outcome, Vec<Fact>) {
        quietly(|| {
            let mut runner = self.runner();
            runner.collect_facts();
            let outcome = runner.run(spec);
            let facts = stage::facts_of(runner.as_ref());
            (outcome, facts)
        })
    }
}

/// Puts a scenario behind the seam that the command line and the campaign work on.
pub fn rehearsal(scenario: impl Scenario) -> Box<dyn Rehearsal> {
    Box::new(Behind(scenario))
}

struct Behind<S>(S);

impl<S: Scenario> Rehearsal for Behind<S> {
    fn policies(&self) -> &'static [&'static str] {
        self.0.policies()
    }

    fn under(&self, policy: &Policy) -> Result<Box<dyn Rehearsal>, BadPolicy> {
        match policy {
            Policy::Named(name) => {
                let found = self.0.under(name).map(rehearsal);
                found.ok_or_else(|| BadPolicy::unknown(name, self.0.policies()))
            }
            Policy::Data(table) => {
                let name = policy.name().to_owned();
                self.0.under_data(table).map(rehearsal).map_err(|why| BadPolicy::Data { name, why })
            }
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let mut measures = Measures::default();
        self.0.measures(&mut measures);
        measures.metrics().to_vec()
    }

    fn gauge(&self) -> Box<dyn Gauge> {
        Box::new(Gauged::of(&self.0))
    }

    fn runner(&self) -> Box<dyn AnyRunner> {
        Box::new(Runner::new(&self.0))
    }

    fn invariants(&self) -> Vec<Invariant> {
        let mut properties = Properties::default();
        self.0.properties(&mut properties);
        let rules = RULES.iter();
        let rules =
            rules.map(|rule| Invariant { id: rule.id.to_owned(), sentence: rule.sentence.to_owned() });
        properties.invariants().cloned().chain(rules).collect()
    }

    fn goals(&self) -> Vec<Goal> {
        let mut properties = Properties::default();
        self.0.properties(&mut properties);
        properties.goals().cloned().collect()
    }
}

impl Entry {
    /// Builds it of its usual size, with the variant of that name or as it should be.
    pub fn built(&self, variant: Option<&str>) -> Box<dyn Rehearsal> {
        (self.build)(variant, &Settings::defaults(self.settings))
    }

    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}
