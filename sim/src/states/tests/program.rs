//! Small random systems: what an actor does is a table.

use std::time::Duration;

use proptest::prelude::*;
use rehearsal_protocol::{Actor, Address, Context, DeadLetter, Input, NodeId, Protocol, TimerId};

use crate::check::{Properties, fold};
use crate::{Scenario, Setup};

pub(super) struct Numbers;

impl Protocol for Numbers {
    type Message = u8;
    type Fact = u8;
}

pub(super) const PHASES: usize = 3;
/// A start, three messages, two timers.
pub(super) const INPUTS: usize = 6;

/// What an actor does with one input in one phase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    /// The next phase; with a menu, the entries are this one and the one after it.
    pub(super) next: u8,
    pub(super) has_menu: bool,
    pub(super) sends: Vec<(u32, u8)>,
    pub(super) arms: Option<u8>,
    pub(super) cancels: Option<u8>,
    pub(super) states: Option<u8>,
    pub(super) dead: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Player {
    pub(super) phase: u8,
    pub(super) rules: Vec<Rule>,
    pub(super) all: Vec<Address>,
}

/// A system of such actors.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// For each actor its node and its rules, by phase and input.
    pub(super) actors: Vec<(u32, Vec<Rule>)>,
}

pub(super) fn rule(rules: &[Rule], phase: u8, input: usize) -> &Rule {
    &rules[phase as usize * INPUTS + input]
}

impl Actor<Numbers> for Player {
    fn receive(&mut self, cx: &mut Context<'_, Numbers>, input: Input<Numbers>) {
        let input = match input {
            Input::Start(_) => 0,
            Input::Message(envelope) => 1 + envelope.message as usize,
            Input::Timer(TimerId(id)) => 4 + id as usize,
            Input::Signal(_) | Input::Synced(_) => unreachable!("nobody asks for these"),
        };
        let Rule { next, has_menu, sends, arms, cancels, states, dead } =
            rule(&self.rules, self.phase, input).clone();
        let more = if has_menu { cx.choose(2) as u8 } else { 0 };
        self.phase = (next + more) % PHASES as u8;
        sends.into_iter().for_each(|(to, message)| cx.send(self.all[to as usize], message));
        if let Some(timer) = arms {
            cx.set_timer(TimerId(u64::from(timer)), Duration::from_millis(u64::from(timer) + 1));
        }
        if let Some(timer) = cancels {
            cx.cancel_timer(TimerId(u64::from(timer)));
        }
        if let Some(fact) = states {
            cx.announce(fact);
        }
        if dead {
            cx.dead_letter(DeadLetter::Dropped);
        }
    }
}

impl Program {
    fn addresses(&self) -> Vec<Address> {
        (0..).zip(&self.actors).map(|(slot, (node, _))| Address::new(NodeId(*node), slot)).collect()
    }
}

impl Scenario for Program {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        (0..3).for_each(|node| assert_eq!(system.node(format!("n{node}")).id(), NodeId(node)));
        for (n, (node, rules)) in self.actors.iter().enumerate() {
            let player = Player { phase: 0, rules: rules.clone(), all: self.addresses() };
            system.node(format!("n{node}")).actor(format!("player-{n}"), player);
        }
    }

    fn properties(&self, check: &mut Properties<u8>) {
        check.always(
            "P-1",
            "three does not follow two",
            fold(0, |last: &mut u8, _, fact: &u8| {
                let wrong = (*last, *fact) == (2, 3);
                *last = *fact;
                if wrong { Err("three follows two".to_owned()) } else { Ok(()) }
            }),
        );
        check.never("P-2", "nobody says four", |fact| *fact == 4);
    }
}

pub(super) fn programs() -> impl Strategy<Value = Program> {
    let timer = || prop_oneof![3 => Just(None), 1 => (0u8..2).prop_map(Some)];
    let rules = (
        0u8..PHASES as u8,
        prop::bool::weighted(0.15),
        prop_oneof![2 => Just(Vec::new()), 2 => prop::collection::vec((0u32..3, 0u8..3), 1..3)],
        timer(),
        timer(),
        prop_oneof![3 => Just(None), 2 => (1u8..5).prop_map(Some)],
        prop::bool::weighted(0.2),
    );
    let rules = rules.prop_map(|(next, has_menu, sends, arms, cancels, states, dead)| Rule {
        next,
        has_menu,
        sends,
        arms,
        cancels,
        states,
        dead,
    });
    let actor = (0u32..3, prop::collection::vec(rules, PHASES * INPUTS));
    prop::collection::vec(actor, 3).prop_map(|mut actors| {
        actors.iter_mut().for_each(|(_, rules)| {
            rules.iter_mut().for_each(|rule| rule.dead &= rule.states.is_none());
        });
        Program { actors }
    })
}
