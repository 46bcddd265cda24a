//! Groups of a pool, and workers that come and go.

use crate::service::message::{EntranceMessage, WorkerMessage};
use rehearsal_protocol::input::{Exit, Signal};

use super::*;
use crate::service::{Fact, Group, Variant};

fn ends(probe: &mut Probe<Service>, group: &mut Group, who: Address, life: u32) -> Vec<String> {
    let exit = Signal::Exit { who, incarnation: Incarnation(life), reason: Exit::Killed };
    told(probe.turn(group, Input::Signal(exit)))
}

/// The worker and the life of it to which a request would go.
fn goes_to(probe: &mut Probe<Service>, group: &mut Group, client: Address) -> Option<(Address, Incarnation)> {
    let effects = probe.message(group, client, Message::Entrance(EntranceMessage::Request(work(1, client))));
    effects.iter().find_map(|effect| match effect {
        Effect::Announce(Fact::PassedOn { worker, life, .. }) => Some((*worker, *life)),
        _ => None,
    })
}

#[test]
fn a_worker_joins_once_however_often_it_asks_and_takes_its_turn() {
    let mut probe = Probe::default();
    let (one, other, client) = (probe.peer(), probe.peer(), probe.peer());
    let mut group = Group::default();
    assert_eq!(
        told(probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1))))),
        [
            "monitor @1.1",
            "send @1.1 Linked(Incarnation(1))",
            "announce Joined { worker: @1.1, life: Incarnation(1) }"
        ]
    );
    let again =
        told(probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1)))));
    assert_eq!(again, ["send @1.1 Linked(Incarnation(1))"]);
    probe.message(&mut group, other, Message::Entrance(EntranceMessage::Join(Incarnation(1))));
    let turns = [one, other, one].map(|worker| Some((worker, Incarnation(1))));
    assert_eq!(turns.map(|_| goes_to(&mut probe, &mut group, client)), turns);
}

#[test]
fn a_worker_in_its_next_life_takes_the_place_of_the_last() {
    let mut probe = Probe::default();
    let (one, client) = (probe.peer(), probe.peer());
    let mut group = Group::default();
    for life in [1, 2] {
        probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(life))));
    }
    assert_eq!(ends(&mut probe, &mut group, one, 1).len(), 1, "the end of the first is no news");
    assert_eq!(goes_to(&mut probe, &mut group, client), Some((one, Incarnation(2))));
}

#[test]
fn a_join_that_comes_after_the_end_of_its_life_puts_no_dead_worker_back() {
    for (variant, member) in [(Variant::Reference, false), (Variant::JoinsAfterEnd, true)] {
        let mut probe = Probe::default();
        let (one, client) = (probe.peer(), probe.peer());
        let mut group = Group::new(variant);
        probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1))));
        ends(&mut probe, &mut group, one, 1);
        let late =
            told(probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1)))));
        assert_eq!(late[0], "announce JoinedTooLate { worker: @1.1, life: Incarnation(1) }");
        assert_eq!(late.contains(&"dead letter LateResult".to_owned()), !member);
        assert_eq!(goes_to(&mut probe, &mut group, client).is_some(), member, "{variant:?}");
    }
}

#[test]
fn a_worker_that_leaves_and_ends_has_left_once_in_either_order() {
    let left = "announce Left { worker: @1.1, life: Incarnation(1) }".to_owned();
    for leaves_first in [true, false] {
        let mut probe = Probe::default();
        let one = probe.peer();
        let mut group = Group::default();
        probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1))));
        let mut effects = Vec::new();
        for leaves in [leaves_first, !leaves_first] {
            effects.extend(if leaves {
                told(probe.message(
                    &mut group,
                    one,
                    Message::Entrance(EntranceMessage::Leave(Incarnation(1))),
                ))
            } else {
                ends(&mut probe, &mut group, one, 1)
            });
        }
        assert_eq!(effects.iter().filter(|effect| **effect == left).count(), 1, "{effects:?}");
        let again =
            told(probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1)))));
        assert_eq!(again.last().map(String::as_str), Some("dead letter LateResult"));
    }
}

#[test]
fn what_a_life_says_when_the_next_has_joined_is_no_news() {
    for (variant, news) in [(Variant::Reference, false), (Variant::LeavesTwice, true)] {
        let mut probe = Probe::default();
        let (one, client) = (probe.peer(), probe.peer());
        let mut group = Group::new(variant);
        probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(1))));
        ends(&mut probe, &mut group, one, 1);
        probe.message(&mut group, one, Message::Entrance(EntranceMessage::Join(Incarnation(2))));
        let late =
            told(probe.message(&mut group, one, Message::Entrance(EntranceMessage::Leave(Incarnation(1)))));
        assert_eq!(late[0].starts_with("announce Left"), news, "{variant:?}: {late:?}");
        assert_eq!(goes_to(&mut probe, &mut group, client), Some((one, Incarnation(2))), "{variant:?}");
    }
}

#[test]
fn a_worker_of_a_pool_asks_until_it_is_a_member_and_leaves_before_it_stops() {
    let mut probe = Probe::default();
    let group = probe.peer();
    let mut worker = Stage::of_group(0, group);
    let asks = ["send @1.1 Join(Incarnation(1))", "set Timer(2) 300ms"];
    assert_eq!(told(probe.start(&mut worker))[1..], asks);
    assert_eq!(told(probe.turn(&mut worker, Input::Timer(TimerId(2)))), asks);
    let linked =
        told(probe.message(&mut worker, group, Message::Worker(WorkerMessage::Linked(Incarnation(1)))));
    assert_eq!(linked, ["cancel Timer(2)"]);
    let stops = told(probe.turn(&mut worker, Input::Signal(Signal::Shutdown)));
    assert_eq!(stops, ["send @1.1 Leave(Incarnation(1))", "exit Shutdown"]);
}
