//! Finding and opening keys.

use crate::session::message::{Command, GatewayMessage};
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, WriteId};
use rehearsal_protocol::mailbox::{Bounds, Overflow};
use rehearsal_protocol::probe::Probe;

use super::play::{KEY, command, lines, says};
use crate::session::*;

/// Another branch of the session of [`KEY`].
const BRANCH: Key = Key { session: 1, branch: 2 };

struct Door {
    probe: Probe<Session>,
    gateway: Gateway,
    client: Address,
}

impl Door {
    fn new() -> Self {
        Self::with(Variant::Reference)
    }

    fn with(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (provider, sandbox, client) = (probe.peer(), probe.peer(), probe.peer());
        let backlog = Bounds { control: 1, result: 1, work: 2, overflow: Overflow::Reject };
        let config = Config { backlog, ..Config::default() };
        Self { probe, gateway: Gateway::new(provider, sandbox, config, variant), client }
    }

    /// Two branches of one session are open, and the first is busy: `@0.4` and `@0.5`.
    fn of_branches(variant: Variant) -> Self {
        let mut door = Self::with(variant);
        door.say(1);
        door.synced(1);
        door.say_to(BRANCH, 2);
        door.synced(2);
        let session = Address::new(door.probe.me().node(), 4);
        door.tell(session, Message::Gateway(GatewayMessage::Busy(KEY)));
        door
    }

    fn say(&mut self, number: u32) -> Vec<String> {
        self.say_to(KEY, number)
    }

    fn say_to(&mut self, key: Key, number: u32) -> Vec<String> {
        let kind = Kind::Message;
        let work = Work { key, command: command(number), kind, content: 0, reply_to: self.client };
        self.tell(self.client, Message::Command(Command::Work(work)))
    }

    fn press(&mut self, number: u32) -> Vec<String> {
        self.press_for(KEY, number)
    }

    fn press_for(&mut self, key: Key, number: u32) -> Vec<String> {
        let (stop, expected, reply_to) = (Stop::Interrupt, None, self.client);
        let interrupt = Interrupt { key, command: command(number), stop, expected, reply_to };
        self.tell(self.client, Message::Command(Command::Interrupt(interrupt)))
    }

    fn tell(&mut self, from: Address, message: Message) -> Vec<String> {
        lines(&self.probe.message(&mut self.gateway, from, message))
    }

    fn synced(&mut self, write: u64) -> Vec<String> {
        lines(&self.probe.turn(&mut self.gateway, Input::Synced(WriteId(write))))
    }
}

#[test]
fn two_first_messages_open_one_session() {
    let mut door = Door::new();
    assert!(says(&door.say(1), "sync 1"));
    assert!(!says(&door.say(2), "sync"));
    let opened = door.synced(1);
    assert_eq!(opened.iter().filter(|line| line.starts_with("spawn")).count(), 1);
    assert_eq!(opened.iter().filter(|line| line.starts_with("send @0.4 Work")).count(), 2);
}

#[test]
fn what_has_waited_is_passed_on_by_lanes() {
    let mut door = Door::new();
    door.say(1);
    door.press(2);
    let opened = door.synced(1);
    assert_eq!(opened[1], "announce Dispatched { key: s1:b1, lane: Control, above: 0 }");
    assert_eq!(opened[3], "announce Dispatched { key: s1:b1, lane: Work, above: 0 }");
}

#[test]
fn too_much_for_a_key_that_is_being_opened_is_refused_and_told() {
    let mut door = Door::new();
    door.say(1);
    door.say(2);
    assert_eq!(
        door.say(3),
        [
            "announce Received { key: s1:b1, command: c1#3 }",
            "announce Refused { key: s1:b1, command: c1#3, why: Unavailable }",
            "send @3.3 Answer { command: c1#3, reply: Unavailable }",
        ]
    );
}

#[test]
fn an_open_key_gets_its_commands_at_once() {
    let mut door = Door::new();
    door.say(1);
    door.synced(1);
    let passed = door.say(2);
    assert!(passed[1].starts_with("send @0.4 Work"), "{passed:?}");
}

#[test]
fn the_gateway_counts_the_keys_that_are_busy() {
    let mut door = Door::new();
    door.say(1);
    door.synced(1);
    let session = Address::new(door.probe.me().node(), 4);
    assert_eq!(
        door.tell(session, Message::Gateway(GatewayMessage::Busy(KEY))),
        ["announce KeysBusy { count: 1 }"]
    );
    assert_eq!(
        door.tell(session, Message::Gateway(GatewayMessage::Rested(KEY))),
        ["announce KeysBusy { count: 0 }"]
    );
}

#[test]
fn what_is_meant_for_a_branch_goes_to_that_whichever_other_is_busy() {
    let mut door = Door::of_branches(Variant::Reference);
    assert!(says(&door.say_to(BRANCH, 3), "send @0.5 Work"));
    assert!(says(&door.press_for(BRANCH, 4), "send @0.5 Interrupt"));
}

#[test]
fn the_bugs_mix_the_branches_of_a_session_up() {
    let mut door = Door::of_branches(Variant::SessionSingleFlight);
    assert!(says(&door.say_to(BRANCH, 3), "send @0.4 Work"));
    let mut door = Door::of_branches(Variant::SessionSteer);
    assert!(says(&door.press_for(BRANCH, 4), "send @0.4 Interrupt"));
}

#[test]
fn a_permit_of_a_session_keeps_work_of_a_branch_back_until_the_other_rests() {
    let mut door = Door::of_branches(Variant::SessionPermit);
    assert!(!says(&door.say_to(BRANCH, 3), "send"));
    let session = Address::new(door.probe.me().node(), 4);
    assert!(says(&door.tell(session, Message::Gateway(GatewayMessage::Rested(KEY))), "send @0.5 Work"));
}
