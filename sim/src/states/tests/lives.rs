//! Children, ends, news, disks: the ends of all runs are those that all interleavings of the world come to.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::{Actor, Address, Context, Input, NodeId, Protocol, Signal, TimerId};

use crate::check::{Moment, Properties, fold};
use crate::interleave::{Reach, Reduction, interleave};
use crate::runner::Runner;
use crate::states::{Network, StatesSpec, Unwatched, search};
use crate::{Scenario, Setup};

struct Numbers;

impl Protocol for Numbers {
    type Message = u32;
    type Fact = String;
}

/// What an actor does. All of them state what they see, in its order.
#[derive(Clone, Debug, Hash)]
enum Role {
    /// Exits when it is asked to.
    Obeys,
    /// Starts a child, works it with numbers, and ends it in some way.
    Parent(Ending),
    /// Asks to hear of the end of another.
    Watches(Address),
    /// Sends these at its start.
    Sends(Vec<(Address, u32)>),
    /// Writes what it gets, and panics at 9.
    Writes,
    /// Exits at 7.
    Exits,
    /// Interrupts and stops another at its start.
    Urges(Address),
    /// Has a timer that another message cancels.
    Hesitates,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ending {
    Kill,
    Stop,
    Exit,
    Twice,
}

#[derive(Clone, Debug, Hash)]
struct Being(Role);

impl Actor<Numbers> for Being {
    fn receive(&mut self, cx: &mut Context<'_, Numbers>, input: Input<Numbers>) {
        match &input {
            Input::Start(recovered) => {
                let mut kept: Vec<u32> = (0..20).filter_map(|n| recovered.get(&n.to_string())).collect();
                kept.sort_unstable();
                cx.announce(format!("{} with {kept:?}", recovered.incarnation));
            }
            other => cx.announce(format!("{other:?}")),
        }
        match (&self.0, input) {
            (Role::Parent(ending), Input::Start(_)) => {
                let role = if *ending == Ending::Exit { Role::Exits } else { Role::Obeys };
                let child = cx.spawn("child", Self(role));
                cx.send(child, 7);
                match ending {
                    Ending::Kill => cx.kill(child),
                    Ending::Stop => cx.stop(child),
                    Ending::Exit => cx.send(child, 8),
                    Ending::Twice => drop(cx.spawn("child", Self(Role::Exits))),
                }
            }
            (Role::Watches(who), Input::Start(_)) => cx.monitor(*who),
            (Role::Sends(all), Input::Start(_)) => all.iter().for_each(|(to, number)| cx.send(*to, *number)),
            (Role::Urges(who), Input::Start(_)) => {
                cx.interrupt(*who, None);
                cx.stop(*who);
            }
            (Role::Writes, Input::Message(envelope)) => {
                assert_ne!(envelope.message, 9, "nine is too much");
                cx.write(&envelope.message.to_string(), &envelope.message);
                cx.sync();
            }
            (Role::Exits, Input::Message(envelope)) if envelope.message == 7 => cx.exit(),
            (Role::Obeys, Input::Signal(Signal::Shutdown)) => cx.exit(),
            (Role::Hesitates, Input::Start(_)) => cx.set_timer(TimerId(1), Duration::from_secs(1)),
            (Role::Hesitates, Input::Message(_)) => cx.cancel_timer(TimerId(1)),
            _ => {}
        }
    }
}

/// Each on a node of its own.
struct Beings(Vec<Role>);

impl Scenario for Beings {
    type Protocol = Numbers;

    fn set_up(&self, system: &mut Setup<Numbers>) {
        for (n, role) in self.0.iter().enumerate() {
            assert_eq!(system.node(format!("n{n}")).actor("being", Being(role.clone())), at(n as u32));
        }
        system.panics_are_crashes();
    }

    fn properties(&self, check: &mut Properties<String>) {
        let remember = |known: &mut BTreeMap<Address, Vec<String>>, moment: Moment, fact: &String| {
            known.entry(moment.actor).or_default().push(fact.clone());
            Ok(())
        };
        check.always("L-1", "all is remembered, by who stated it", fold(BTreeMap::new(), remember));
    }
}

fn at(n: u32) -> Address {
    Address::new(NodeId(n), n)
}

/// The ends of all runs, and those of all interleavings.
fn agree(roles: Vec<Role>) -> u64 {
    let beings = Beings(roles);
    let reached =
        search(&mut Runner::new(&beings), StatesSpec { jobs: 2, ..StatesSpec::default() }, &mut Unwatched)
            .unwrap();
    assert!(reached.is_complete() && reached.violations.is_empty(), "{reached:?}");
    let all = interleave(&beings, Reduction::None, Reach { runs: 300_000, depth: 60 });
    assert!(all.complete, "{} runs, {} cut", all.runs, all.cut);
    let outcomes = all.outcomes.len() as u64;
    assert_eq!(reached.endings, outcomes, "{reached:?}");
    outcomes
}

#[test]
fn a_child_that_is_killed_had_its_first_turn_or_not_and_some_messages_or_none() {
    assert!(agree(vec![Role::Parent(Ending::Kill)]) > 1);
}

#[test]
fn a_child_that_is_stopped_ends_in_good_order() {
    assert!(agree(vec![Role::Parent(Ending::Stop), Role::Obeys]) > 1);
}

#[test]
fn a_child_that_exits_leaves_what_comes_later_to_nobody() {
    agree(vec![Role::Parent(Ending::Exit), Role::Sends(vec![(at(0), 1)])]);
}

#[test]
fn a_second_child_of_the_same_name_is_not_started() {
    agree(vec![Role::Parent(Ending::Twice), Role::Obeys]);
}

#[test]
fn who_watches_hears_of_the_end_before_or_after_what_else_comes() {
    let sends = Role::Sends(vec![(at(1), 7), (at(0), 1), (at(0), 2)]);
    assert!(agree(vec![Role::Watches(at(1)), Role::Exits, sends]) > 2);
}

#[test]
fn a_watch_on_one_that_has_ended_is_answered_at_once() {
    // The watcher is the child's brother by name only: it begins after the end.
    agree(vec![Role::Sends(vec![(at(1), 7), (at(2), 1)]), Role::Exits, Role::Watches(at(9))]);
}

#[test]
fn what_was_written_is_there_after_a_panic() {
    let sends = Role::Sends(vec![(at(0), 1), (at(0), 9), (at(0), 2)]);
    assert!(agree(vec![Role::Writes, sends]) > 3);
}

#[test]
fn signals_keep_their_order_and_messages_do_not() {
    let sends = Role::Sends(vec![(at(1), 1), (at(1), 2)]);
    assert!(agree(vec![Role::Urges(at(1)), Role::Obeys, sends]) > 3);
}

#[test]
fn a_cancelled_timer_never_fires_and_another_may() {
    assert_eq!(agree(vec![Role::Hesitates, Role::Sends(vec![(at(0), 1)])]), 2);
}

#[test]
fn messages_that_are_kept_come_again_and_again() {
    let system = Beings(vec![Role::Obeys, Role::Sends(vec![(at(0), 1)])]);
    let spec = StatesSpec { network: Network::Kept, depth: Some(9), ..StatesSpec::default() };
    let reached = search(&mut Runner::new(&system), spec, &mut Unwatched).unwrap();
    assert_eq!((reached.states, reached.depth), (10, 9), "one more each time");
}
