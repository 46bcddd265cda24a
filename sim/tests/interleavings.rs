//! All interleavings of small systems: the reduction finds the same outcomes as brute force, in far fewer runs.

use proptest::prelude::*;
use rehearsal::Profile;
use rehearsal::check::Properties;
use rehearsal::choice::Base;
use rehearsal::interleave::{Interleaved, Reach, Reduction, interleave};
use rehearsal::protocol::{Actor, Address, Context, Input, NodeId, Protocol, TimerId};
use rehearsal::run::{AnyRunner, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::world::asynchronous::Orders;
use rehearsal::{Scenario, Setup};

struct Numbers;

impl Protocol for Numbers {
    type Message = u32;
    type Fact = u32;
}

/// What an actor of a small system does.
#[derive(Clone, Debug, Hash)]
enum Role {
    /// Sends these at its start.
    Sends(Vec<(Address, u32)>),
    /// Remembers what it gets, in its order.
    Remembers(Vec<u32>),
    /// Adds what it gets, so that the order does not matter.
    Adds(u32),
    /// Passes on what it gets.
    Passes(Address),
    /// Takes what comes first, and tells the loser.
    Referee { winner: Option<u32> },
    /// Two-phase commit: asks all, and decides when all have answered or its timer runs out.
    Coordinator { participants: Vec<Address>, yes: u32, decided: Option<bool> },
    /// Votes yes, and remembers the decision.
    Participant { decision: Option<u32> },
}

const VOTE: u32 = 1;
const YES: u32 = 2;
const COMMIT: u32 = 3;
const ABORT: u32 = 4;

impl Actor<Numbers> for Role {
    fn receive(&mut self, cx: &mut Context<'_, Numbers>, input: Input<Numbers>) {
        match (self, input) {
            (Self::Sends(all), Input::Start(_)) => all.iter().for_each(|(to, number)| cx.send(*to, *number)),
            (Self::Remembers(got), Input::Message(envelope)) => got.push(envelope.message),
            (Self::Adds(sum), Input::Message(envelope)) => *sum += envelope.message,
            (Self::Passes(to), Input::Message(envelope)) => cx.send(*to, envelope.message),
            (Self::Referee { winner }, Input::Message(envelope)) => match winner {
                None => *winner = Some(envelope.message),
                Some(first) => cx.announce(*first * 100 + envelope.message),
            },
            (Self::Coordinator { participants, .. }, Input::Start(_)) => {
                participants.iter().for_each(|to| cx.send(*to, VOTE));
                cx.set_timer(TimerId(0), std::time::Duration::from_millis(100));
            }
            (Self::Coordinator { participants, yes, decided }, Input::Message(_)) => {
                *yes += 1;
                if *yes as usize == participants.len() && decided.is_none() {
                    *decided = Some(true);
                    participants.iter().for_each(|to| cx.send(*to, COMMIT));
                }
            }
            (Self::Coordinator { participants, decided, .. }, Input::Timer(_)) if decided.is_none() => {
                *decided = Some(false);
                participants.iter().for_each(|to| cx.send(*to, ABORT));
            }
            (Self::Participant { decision }, Input::Message(envelope)) => match envelope.message {
                VOTE => cx.reply(YES),
                other => *decision = Some(other),
            },
            _ => {}
        }
    }
}

/// Each actor on a node of its own, so that messages keep no order.
struct Program(Vec<Role>);

impl Scenario for Program {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        for (n, role) in self.0.iter().enumerate() {
            assert_eq!(system.node(format!("n{n}")).actor("actor", role.clone()), at(n as u32));
        }
    }

    fn properties(&self, _: &mut Properties<u32>) {}
}

/// A program in which eight must not come before another number, nor behind one.
struct Judged(Program);

impl Scenario for Judged {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<u32>) {
        check.never("FIRST-1", "eight does not win", |fact| *fact / 100 == 8);
        check.never("FIRST-2", "eight does not lose", |fact| *fact % 100 == 8);
    }
}

fn at(n: u32) -> Address {
    Address::new(NodeId(n), n)
}

fn up_to(runs: u64) -> Reach {
    Reach { runs, depth: 100 }
}

/// Both ways, with the same outcomes.
fn both(program: &Program) -> (Interleaved, Interleaved) {
    let all = interleave(program, Reduction::None, up_to(5_000_000));
    let reduced = interleave(program, Reduction::Actors, up_to(5_000_000));
    assert!(all.complete && reduced.complete);
    assert_eq!(all.outcomes, reduced.outcomes, "{} runs and {} runs", all.runs, reduced.runs);
    println!("{} runs, {} with the reduction, {} outcomes", all.runs, reduced.runs, all.outcomes.len());
    (all, reduced)
}

#[test]
fn messages_to_different_actors_commute_so_one_run_is_enough() {
    let sends = Role::Sends((1..=5).map(|n| (at(n), n)).collect());
    let program = Program([vec![sends], vec![Role::Remembers(Vec::new()); 5]].concat());
    let (all, reduced) = both(&program);
    assert_eq!((all.runs, reduced.runs, all.outcomes.len()), (120, 1, 1));
}

#[test]
fn messages_to_one_actor_come_in_every_order() {
    let senders = (1..=4).map(|n| Role::Sends(vec![(at(0), n)]));
    let program = Program(std::iter::once(Role::Remembers(Vec::new())).chain(senders).collect());
    let (all, reduced) = both(&program);
    assert_eq!((all.runs, reduced.runs, all.outcomes.len()), (24, 24, 24));
}

#[test]
fn a_race_that_only_one_actor_sees_is_found_behind_relays() {
    let program = Program(vec![
        Role::Referee { winner: None },
        Role::Passes(at(0)),
        Role::Passes(at(0)),
        Role::Sends(vec![(at(1), 7), (at(2), 8)]),
        Role::Adds(0),
        Role::Sends(vec![(at(4), 1), (at(4), 2)]),
    ]);
    let (all, reduced) = both(&program);
    assert_eq!(all.outcomes.len(), 2);
    assert!(reduced.runs * 10 <= all.runs, "{} and {}", all.runs, reduced.runs);
}

#[test]
fn an_order_that_breaks_an_invariant_is_a_run_that_can_be_made_again() {
    let program = Judged(Program(vec![
        Role::Referee { winner: None },
        Role::Passes(at(0)),
        Role::Passes(at(0)),
        Role::Sends(vec![(at(1), 7), (at(2), 8)]),
    ]));
    for reduction in [Reduction::None, Reduction::Actors] {
        let found = interleave(&program, reduction, up_to(1_000));
        assert_eq!(found.violations.keys().collect::<Vec<_>>(), ["FIRST-1", "FIRST-2"]);
        for (invariant, disorder) in &found.violations {
            let spec = disorder.spec();
            let outcome = Runner::new(&program).run(&spec);
            let Verdict::Violation(violation) = outcome.verdict else { panic!("{invariant} held") };
            assert_eq!((&violation.invariant, &violation.message), (invariant, &disorder.message));
        }
        let inverted = &found.violations["FIRST-1"];
        assert!(!inverted.deviations.is_empty(), "in the order of time, seven wins");
    }
}

#[test]
fn the_dull_order_is_that_of_time() {
    let program = Program(vec![
        Role::Referee { winner: None },
        Role::Sends(vec![(at(0), 7)]),
        Role::Sends(vec![(at(0), 8)]),
    ]);
    let spec = RunSpec { base: Base::Benign, ..RunSpec::seeded(0, &Profile::NONE) };
    let timed = Runner::new(&program).run(&spec);
    let any = Runner::new(&program).run(&RunSpec { orders: Orders::Any, ..spec });
    assert_eq!(timed.trace_hash, any.trace_hash);
}

#[test]
fn orders_of_independent_races_multiply_and_no_more() {
    let program = Program(vec![
        Role::Remembers(Vec::new()),
        Role::Remembers(Vec::new()),
        Role::Remembers(Vec::new()),
        Role::Sends(vec![(at(0), 1), (at(1), 1), (at(2), 1)]),
        Role::Sends(vec![(at(0), 2), (at(1), 2), (at(2), 2)]),
    ]);
    let (all, reduced) = both(&program);
    assert_eq!((all.runs, all.outcomes.len()), (720, 8));
    assert!(reduced.runs * 10 <= all.runs, "{} and {}", all.runs, reduced.runs);
}

#[test]
fn a_timer_may_come_before_between_and_after_the_votes_of_a_commit() {
    let participants = vec![at(1), at(2)];
    let program = Program(vec![
        Role::Coordinator { participants, yes: 0, decided: None },
        Role::Participant { decision: None },
        Role::Participant { decision: None },
    ]);
    let (all, reduced) = both(&program);
    assert_eq!(all.outcomes.len(), 2, "committed or aborted, and nobody differs");
    assert!(reduced.runs * 3 <= all.runs, "{} and {}", all.runs, reduced.runs);
}

#[test]
fn the_largest_program_takes_far_fewer_runs() {
    let program = Program(vec![
        Role::Remembers(Vec::new()),
        Role::Remembers(Vec::new()),
        Role::Passes(at(0)),
        Role::Passes(at(1)),
        Role::Sends(vec![(at(2), 1), (at(3), 1), (at(0), 5)]),
        Role::Sends(vec![(at(2), 2), (at(3), 2)]),
    ]);
    let (all, reduced) = both(&program);
    assert!(reduced.runs * 10 <= all.runs, "{} and {}", all.runs, reduced.runs);
}

#[test]
fn a_budget_ends_the_search_and_says_so() {
    let senders = (1..=4).map(|n| Role::Sends(vec![(at(0), n)]));
    let program = Program(std::iter::once(Role::Remembers(Vec::new())).chain(senders).collect());
    let cut = interleave(&program, Reduction::Actors, up_to(5));
    assert_eq!((cut.runs, cut.complete), (5, false));
}

#[test]
fn a_run_without_an_end_is_cut_off_and_counted() {
    let program = Program(vec![Role::Passes(at(1)), Role::Passes(at(0)), Role::Sends(vec![(at(0), 1)])]);
    let cut = interleave(&program, Reduction::Actors, Reach { runs: 10, depth: 20 });
    assert_eq!((cut.runs, cut.cut, cut.complete), (0, 1, false));
}

/// Actors pass on only to those before them, so every program ends.
fn programs() -> impl Strategy<Value = Vec<Role>> {
    let passive = (0u32..3).prop_flat_map(|_| {
        prop_oneof![
            Just(Role::Remembers(Vec::new())),
            Just(Role::Adds(0)),
            Just(Role::Referee { winner: None }),
            Just(Role::Passes(at(0))),
        ]
    });
    let sends = prop::collection::vec((0u32..4, 1u32..4), 1..4);
    let senders = prop::collection::vec(sends, 1..3);
    (prop::collection::vec(passive, 3), senders).prop_map(|(passive, senders)| {
        let relay = Role::Passes(at(1));
        let first = std::iter::once(Role::Remembers(Vec::new()));
        let senders =
            senders.into_iter().map(|all| Role::Sends(all.into_iter().map(|(to, n)| (at(to), n)).collect()));
        let mut roles: Vec<Role> = first.chain(passive).chain(senders).collect();
        roles[3] = relay;
        roles
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn the_reduction_loses_no_outcome_of_any_small_program(roles in programs()) {
        let program = Program(roles);
        let all = interleave(&program, Reduction::None, up_to(60_000));
        prop_assume!(all.complete);
        let reduced = interleave(&program, Reduction::Actors, up_to(60_000));
        prop_assert_eq!(&all.outcomes, &reduced.outcomes);
        prop_assert!(reduced.runs <= all.runs);
    }
}
