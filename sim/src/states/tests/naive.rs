//! The same by a search that keeps whole states in a set, and knows no numbers, no tables and no actors: only the rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::program::{PHASES, Program, Rule, programs, rule};
use crate::runner::Runner;
use crate::states::{Network, StatesSpec, Unwatched, search};

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Whole {
    /// By actor: its phase, and which timers are armed.
    actors: Vec<(u8, BTreeSet<u8>)>,
    /// (from, to, message) and how many copies.
    loose: BTreeMap<(u32, u32, u8), u32>,
    channels: BTreeMap<(u32, u32), Vec<u8>>,
    last_fact: u8,
}

#[derive(Default, Debug, PartialEq, Eq)]
struct Counts {
    generated: u64,
    states: u64,
    ends: u64,
    wrong: BTreeMap<&'static str, u32>,
}

struct Naive<'a> {
    program: &'a Program,
    network: Network,
    depth: u32,
    counts: Counts,
}

#[derive(Clone, Copy)]
enum From {
    Nothing,
    Loose(u32),
    Channel(u32),
}

/// An invariant is broken.
struct Wrong;

impl Naive<'_> {
    fn search(mut self, depth: u32) -> Counts {
        let actors = vec![(0, BTreeSet::new()); self.program.actors.len()];
        let mut first = vec![Whole { actors, ..Whole::default() }];
        for slot in 0..self.program.actors.len() as u32 {
            first =
                first.iter().flat_map(|whole| self.steps(whole, slot, 0, From::Nothing)).flatten().collect();
        }
        self.counts.generated = first.len() as u64;
        let mut seen: BTreeSet<Whole> = first.into_iter().collect();
        let mut layer: Vec<Whole> = seen.iter().cloned().collect();
        for at in 0..depth {
            self.depth = at + 1;
            let mut next = Vec::new();
            for whole in &layer {
                let steps = self.all_steps(whole);
                self.counts.generated += steps.len() as u64;
                let others = steps.into_iter().filter(|step| step.as_ref() != Some(whole));
                let others: Vec<_> = others.collect();
                self.counts.ends += u64::from(others.is_empty());
                next.extend(others.into_iter().flatten().filter(|step| seen.insert(step.clone())));
            }
            layer = next;
        }
        self.counts.states = seen.len() as u64;
        self.counts
    }

    /// What each step leads to; nothing if it is wrong.
    fn all_steps(&mut self, whole: &Whole) -> Vec<Option<Whole>> {
        let mut all = Vec::new();
        for (slot, (_, armed)) in (0..).zip(&whole.actors) {
            for timer in armed {
                all.extend(self.steps(whole, slot, 4 + *timer as usize, From::Nothing));
            }
        }
        for (from, to, message) in whole.loose.keys() {
            all.extend(self.steps(whole, *to, 1 + *message as usize, From::Loose(*from)));
        }
        for ((from, to), queue) in &whole.channels {
            all.extend(self.steps(whole, *to, 1 + queue[0] as usize, From::Channel(*from)));
        }
        all
    }

    fn steps(&mut self, whole: &Whole, slot: u32, input: usize, from: From) -> Vec<Option<Whole>> {
        let mut before = whole.clone();
        if let (From::Nothing, 4..) = (from, input) {
            before.actors[slot as usize].1.remove(&(input as u8 - 4));
        }
        let rule = rule(&self.program.actors[slot as usize].1, whole.actors[slot as usize].0, input).clone();
        let entries = if rule.has_menu { 2 } else { 1 };
        (0..entries)
            .filter_map(|entry| self.follow(whole, &before, slot, input, from, &rule, entry))
            .map(Result::ok)
            .collect()
    }

    #[expect(clippy::too_many_arguments, reason = "naive")]
    fn follow(
        &mut self,
        whole: &Whole,
        before: &Whole,
        slot: u32,
        input: usize,
        from: From,
        rule: &Rule,
        entry: u8,
    ) -> Option<Result<Whole, Wrong>> {
        let mut next = before.clone();
        let actor = &mut next.actors[slot as usize];
        actor.0 = (rule.next + entry) % PHASES as u8;
        actor.1.extend(rule.arms);
        actor.1.retain(|timer| rule.cancels != Some(*timer));
        let idle = rule.dead && rule.sends.is_empty() && next.actors == whole.actors;
        match from {
            From::Nothing => {}
            From::Loose(_) if idle && self.network == Network::Kept => return None,
            From::Loose(_) if self.network == Network::Kept => {}
            From::Loose(from) => {
                let key = (from, slot, input as u8 - 1);
                *next.loose.get_mut(&key).unwrap() -= 1;
                next.loose.retain(|_, copies| *copies > 0);
            }
            From::Channel(from) => {
                next.channels.get_mut(&(from, slot)).unwrap().remove(0);
                next.channels.retain(|_, queue| !queue.is_empty());
            }
        }
        for (to, message) in &rule.sends {
            let together = self.program.actors[slot as usize].0 == self.program.actors[*to as usize].0;
            if together || self.network == Network::InOrder {
                next.channels.entry((slot, *to)).or_default().push(*message);
            } else {
                let copies = next.loose.entry((slot, *to, *message)).or_default();
                *copies = if self.network == Network::Kept { 1 } else { *copies + 1 };
            }
        }
        let Some(fact) = rule.states else { return Some(Ok(next)) };
        let wrong = match (next.last_fact, fact) {
            (2, 3) => Some("P-1"),
            (_, 4) => Some("P-2"),
            _ => None,
        };
        next.last_fact = fact;
        if let Some(wrong) = wrong {
            self.counts.wrong.entry(wrong).or_insert(self.depth);
            return Some(Err(Wrong));
        }
        Some(Ok(next))
    }
}

fn compare(program: &Program, network: Network, depth: u32) {
    let naive = Naive { program, network, depth: 0, counts: Counts::default() }.search(depth);
    for jobs in [1, 2] {
        let spec = StatesSpec { network, jobs, depth: Some(depth), ..StatesSpec::default() };
        let reached = search(&mut Runner::new(program), spec, &mut Unwatched).unwrap();
        let wrong = reached.violations.iter().map(|wrong| {
            let known = ["P-1", "P-2"].into_iter().find(|id| *id == wrong.violation.invariant);
            (known.unwrap(), wrong.steps.len() as u32)
        });
        let counts = Counts {
            generated: reached.generated,
            states: reached.states,
            ends: reached.ends,
            wrong: wrong.collect(),
        };
        assert_eq!(counts, naive, "{jobs} workers, {network}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_naive_search_finds_the_same(program in programs(), depth in 1u32..7) {
        for network in Network::ALL {
            // A violation in a first turn leaves no beginning, and the naive search counts none either.
            compare(&program, network, depth);
        }
    }
}
