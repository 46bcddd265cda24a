//! Stages that load what they need, and the store that hands it out.

use crate::service::message::WorkerMessage;
use rehearsal_protocol::input::{Exit, Signal};

use super::*;
use crate::service::Store;
use crate::service::message::LoadId;

const LINK: Message = Message::Worker(WorkerMessage::Linked(Incarnation(1)));

fn load(number: u32) -> LoadId {
    LoadId { life: Incarnation(1), number }
}

/// A stage at the second place that is linked and has begun to load, with the one before it, its store and a client.
fn loading(probe: &mut Probe<Service>) -> (Stage, Address, Address, Address) {
    let (before, store, client) = (probe.peer(), probe.peer(), probe.peer());
    let mut stage = Stage::new(1, before, None).loading_from(Some(store));
    let begun = told(probe.start(&mut stage));
    assert_eq!(begun[2], "announce Loading { place: 1, again: false }");
    assert!(begun[4].starts_with("send @2.2 Load"), "{begun:?}");
    probe.message(&mut stage, before, LINK);
    (stage, before, store, client)
}

#[test]
fn requests_wait_in_a_stage_until_it_has_loaded_what_it_needs() {
    let mut probe = Probe::default();
    let (mut stage, before, store, client) = loading(&mut probe);
    let job = Message::Worker(WorkerMessage::Job { work: work(1, client), by: Incarnation(1) });
    assert_eq!(told(probe.message(&mut stage, before, job)), [""; 0]);
    let begins = ["cancel Timer(3)", "announce Loaded { place: 1 }", "set Timer(1) 2ms"];
    assert_eq!(
        told(probe.message(&mut stage, store, Message::Worker(WorkerMessage::Loaded(load(1))))),
        begins
    );
}

#[test]
fn a_stage_asks_again_for_what_a_store_has_lost_and_takes_it_once() {
    let mut probe = Probe::default();
    let (mut stage, _, store, _) = loading(&mut probe);
    let again = told(probe.turn(&mut stage, Input::Timer(TimerId(3))));
    assert!(again[0].starts_with("send @2.2 Load") && again[1] == "set Timer(3) 3s", "{again:?}");
    probe.message(&mut stage, store, Message::Worker(WorkerMessage::Loaded(load(1))));
    assert_eq!(
        told(probe.message(&mut stage, store, Message::Worker(WorkerMessage::Loaded(load(1))))),
        ["dead letter LateResult"]
    );
}

#[test]
fn a_stage_loads_anew_when_the_one_before_it_is_another_one() {
    let mut probe = Probe::default();
    let (mut stage, before, store, client) = loading(&mut probe);
    probe.message(&mut stage, store, Message::Worker(WorkerMessage::Loaded(load(1))));
    let job =
        |number, by| Message::Worker(WorkerMessage::Job { work: work(number, client), by: Incarnation(by) });
    probe.message(&mut stage, before, job(1, 1));
    probe.message(&mut stage, before, job(2, 2));
    let anew = told(probe.turn(&mut stage, Input::Timer(TimerId(2))));
    assert_eq!(anew[2..4], ["announce Loading { place: 1, again: true }", "cancel Timer(1)"]);
    assert_eq!(
        told(probe.message(&mut stage, store, Message::Worker(WorkerMessage::Loaded(load(1))))),
        ["dead letter LateResult"]
    );
    let done = told(probe.message(&mut stage, store, Message::Worker(WorkerMessage::Loaded(load(2)))));
    assert_eq!(done[2], "set Timer(1) 2ms", "what waited is worked on");
}

#[test]
fn a_store_is_as_slow_for_everybody_as_it_was_drawn() {
    let mut probe = Probe::default();
    let (one, other) = (probe.peer(), probe.peer());
    let mut store = Store::default();
    probe.script([3]);
    let begun = told(probe.start(&mut store));
    assert!(begun[0].starts_with("announce StoreBegan { pace: 1"), "once doubled: {begun:?}");
    let pace = told(probe.message(&mut store, one, Message::Load(load(1))))[0].clone();
    assert_eq!(
        told(probe.message(&mut store, other, Message::Load(load(1))))[0],
        pace.replace("Timer(1)", "Timer(2)")
    );
    let loaded = told(probe.turn(&mut store, Input::Timer(TimerId(1))));
    assert!(loaded[0].starts_with("send @1.1 Loaded"), "{loaded:?}");
    assert_eq!(told(probe.turn(&mut store, Input::Timer(TimerId(1)))), [""; 0], "once");
}

#[test]
fn the_first_stage_tells_each_life_of_the_door_that_it_is_open() {
    let mut probe = Probe::default();
    let door = probe.peer();
    let mut stage = Stage::new(0, door, None);
    let opens = ["send @1.1 Open", "monitor @1.1"];
    assert_eq!(told(probe.start(&mut stage))[..2], opens);
    let ended = Signal::Exit { who: door, incarnation: Incarnation(1), reason: Exit::Killed };
    assert_eq!(told(probe.turn(&mut stage, Input::Signal(ended))), ["set Timer(4) 40ms"]);
    assert_eq!(told(probe.turn(&mut stage, Input::Timer(TimerId(4)))), opens);
}

#[test]
fn a_stage_whose_predecessor_does_not_come_back_ends() {
    let mut probe = Probe::default();
    let before = probe.peer();
    let mut stage = Stage::new(1, before, None);
    probe.start(&mut stage);
    let again = (0..100)
        .find(|_| told(probe.turn(&mut stage, Input::Timer(TimerId(2))))[0].starts_with("exit Failed"));
    assert_eq!(again, Some(74), "three seconds");
}
