//! The monitors behind the numbers, and the only place of the search where they judge.
//!
//! Each monitor's states are numbered by themselves, and what it says to a fact in one of them is asked once. What all monitors together
//! remember is a list of those numbers, and has one number itself.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::numbering::Numbering;
use super::tables::Judged;
use crate::check::{Checks, Moment, Violation};
use crate::erased::Fact;
use crate::fingerprint::Fingerprinter;
use rehearsal_protocol::{Address, Time};

/// All monitors of a scenario.
pub(super) struct Judges {
    monitors: Vec<Judge>,
    numbers: Numbering,
    /// What all of them remember, by its number.
    all: Vec<Box<[u32]>>,
    violations: Vec<Violation>,
}

/// The states of one monitor.
struct Judge {
    numbers: Numbering,
    states: Vec<Checks<Fact>>,
    /// By state and fact.
    said: BTreeMap<(u32, u32), Judged>,
}

impl Judges {
    /// The monitors of a scenario. What they remember at first has the number 0.
    pub(super) fn of(checks: &Checks<Fact>) -> Self {
        let mut judges = Self {
            monitors: Vec::new(),
            numbers: Numbering::default(),
            all: Vec::new(),
            violations: Vec::new(),
        };
        for checks in checks.one_by_one() {
            let mut judge =
                Judge { numbers: Numbering::default(), states: Vec::new(), said: BTreeMap::new() };
            assert_eq!(judge.number(checks), 0);
            judges.monitors.push(judge);
        }
        let first = vec![0; judges.monitors.len()];
        assert_eq!(judges.number(first.into()), 0);
        judges
    }

    /// A violation by its number.
    pub(super) fn violation(&self, number: u32) -> &Violation {
        &self.violations[number as usize]
    }

    /// Keeps a violation that the monitors did not find.
    pub(super) fn keep(&mut self, violation: Violation) -> u32 {
        self.violations.push(violation);
        self.violations.len() as u32 - 1
    }

    /// What the monitors say to facts that are announced in one turn, in their order.
    pub(super) fn judge<'a>(
        &mut self,
        judges: u32,
        facts: impl Iterator<Item = (u32, &'a (Address, Fact))>,
    ) -> Judged {
        let mut all = self.all[judges as usize].clone();
        for (number, (who, fact)) in facts {
            for (judge, state) in self.monitors.iter_mut().zip(&mut all) {
                match judge.judge(*state, (number, *who, fact), &mut self.violations) {
                    Judged::Content(next) => *state = next,
                    violated @ Judged::Violated(_) => return violated,
                }
            }
        }
        Judged::Content(self.number(all))
    }

    /// The violation, if something is owed when nothing moves any more.
    pub(super) fn settle(&mut self, judges: u32) -> Option<u32> {
        let states = self.all[judges as usize].iter();
        let violation = self.monitors.iter().zip(states).find_map(|(judge, state)| {
            let mut checks = judge.states[*state as usize].clone();
            checks.settle(Time::ZERO, 0, Time::ZERO, true);
            checks.violation().cloned()
        })?;
        Some(self.keep(violation))
    }

    /// How many states the monitors have together.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn number(&mut self, all: Box<[u32]>) -> u32 {
        let mut to = Fingerprinter::default();
        all.hash(&mut to);
        let (number, new) = self.numbers.of(to.fingerprint());
        if new {
            self.all.push(all);
        }
        number
    }
}

impl Judge {
    fn judge(
        &mut self,
        state: u32,
        (number, who, fact): (u32, Address, &Fact),
        violations: &mut Vec<Violation>,
    ) -> Judged {
        if let Some(said) = self.said.get(&(state, number)) {
            return *said;
        }
        let mut checks = self.states[state as usize].clone();
        let moment = Moment { at: Time::ZERO, event: 0, actor: who, healed: Some(Time::ZERO) };
        checks.observe(moment, fact);
        let said = match checks.violation() {
            Some(violation) => {
                violations.push(violation.clone());
                Judged::Violated(violations.len() as u32 - 1)
            }
            None => Judged::Content(self.number(checks)),
        };
        self.said.insert((state, number), said);
        said
    }

    fn number(&mut self, checks: Checks<Fact>) -> u32 {
        let mut to = Fingerprinter::default();
        checks.feed(&mut to);
        let (number, new) = self.numbers.of(to.fingerprint());
        if new {
            self.states.push(checks);
        }
        number
    }
}
