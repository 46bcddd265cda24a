//! The actors around an outbox without a simulator: state and exact effects.

use crate::outbox::{PublisherMessage, WriterMessage};
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Input, TimerId, WriteId};
use rehearsal_protocol::probe::Probe;

use super::*;

fn said(effects: &[Effect<Outbox>]) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

fn command(number: u32, ask: u32) -> Message {
    Message::Writer(WriterMessage::Command { command: (1, number), ask })
}

/// A writer on the bench; its publisher is `@1.1`, its client `@2.2`.
fn writer(variant: Variant) -> (Probe<Outbox>, Writer, Address) {
    let mut probe = Probe::default();
    let writer = Writer::new(7, probe.peer(), variant);
    let client = probe.peer();
    (probe, writer, client)
}

const COMMITTED: &str = "announce Committed { stream: 7, number: 1 }";
const PUBLISH: &str = "send @1.1 Publish { stream: 7, number: 1 }";
const ANSWERED: &str = "announce Answered { stream: 7, number: 1 }";

#[test]
fn a_command_is_committed_then_published_then_answered() {
    let (mut probe, mut writer, client) = writer(Variant::Reference);
    assert_eq!(said(&probe.message(&mut writer, client, command(1, 5))), ["write log/1 4 bytes", "sync 1"]);
    let synced = said(&probe.turn(&mut writer, Input::Synced(WriteId(1))));
    assert_eq!(synced, [COMMITTED, PUBLISH, ANSWERED, "send @2.2 Done { ask: 5, number: 1 }"]);
}

#[test]
fn a_command_that_comes_again_waits_for_the_same_commit() {
    let (mut probe, mut writer, client) = writer(Variant::Reference);
    probe.message(&mut writer, client, command(1, 5));
    assert!(probe.message(&mut writer, client, command(1, 6)).is_empty());
    assert_eq!(probe.turn(&mut writer, Input::Synced(WriteId(1))).len(), 6);
}

#[test]
fn a_commit_publishes_only_what_is_durable_and_the_bug_more() {
    for (variant, published) in [(Variant::Reference, 1), (Variant::PublishFirst, 2)] {
        let (mut probe, mut writer, client) = writer(variant);
        probe.message(&mut writer, client, command(1, 5));
        probe.message(&mut writer, client, command(2, 6));
        let synced = said(&probe.turn(&mut writer, Input::Synced(WriteId(1))));
        assert_eq!(synced.iter().filter(|effect| effect.contains("Publish")).count(), published);
    }
}

/// A publisher on the bench: writer `@1.1`, reducer `@2.2`, subscriber `@3.3`, which wants what comes first.
struct Play {
    probe: Probe<Outbox>,
    publisher: Publisher,
    writer: Address,
    reducer: Address,
    subscriber: Address,
}

impl Play {
    fn with(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (writer, reducer, subscriber) = (probe.peer(), probe.peer(), probe.peer());
        let mut publisher = Publisher::new(vec![writer], reducer, variant);
        assert_eq!(said(&probe.start(&mut publisher)), ["send @1.1 Restate"]);
        let mut play = Self { probe, publisher, writer, reducer, subscriber };
        play.wants(0);
        play
    }

    fn wants(&mut self, after: Number) -> Vec<String> {
        self.given(self.subscriber, Message::Publisher(PublisherMessage::Want { stream: 7, after }))
    }

    /// What the subscriber is sent.
    fn given(&mut self, from: Address, message: Message) -> Vec<String> {
        let mut said = said(&self.probe.message(&mut self.publisher, from, message));
        said.retain(|effect| effect.starts_with("send @3.3"));
        said
    }

    fn publish(&mut self, number: Number) -> Vec<String> {
        self.given(self.writer, Message::Publisher(PublisherMessage::Publish { stream: 7, number }))
    }
}

#[test]
fn an_event_goes_to_who_wants_it_and_the_next_one_waits() {
    let mut play = Play::with(Variant::Reference);
    assert_eq!(play.publish(1), ["send @3.3 Deliver { number: 1 }"]);
    assert_eq!(play.publish(2), [""; 0]);
    assert_eq!(play.wants(1), ["send @3.3 Deliver { number: 2 }"]);
}

#[test]
fn a_subscriber_whose_ring_was_full_is_told_what_it_has_missed() {
    let mut play = Play::with(Variant::Reference);
    (1..=8).for_each(|number| drop(play.publish(number)));
    assert_eq!(play.wants(1), ["send @3.3 Gap { from: 2, to: 3 }"]);
    assert_eq!(play.wants(3), ["send @3.3 Deliver { number: 4 }"]);
    let mut play = Play::with(Variant::SilentOverflow);
    (1..=8).for_each(|number| drop(play.publish(number)));
    assert_eq!(play.wants(1), ["send @3.3 Deliver { number: 4 }"]);
}

#[test]
fn a_publisher_that_began_anew_tells_what_its_rings_have_lost() {
    let mut play = Play::with(Variant::Reference);
    assert_eq!(play.publish(5), ["send @3.3 Gap { from: 1, to: 4 }"]);
    assert_eq!(play.wants(4), ["send @3.3 Deliver { number: 5 }"]);
}

#[test]
fn what_a_writer_committed_before_it_began_anew_is_published_and_the_bug_leaves_it_out() {
    for (variant, next) in
        [(Variant::Reference, "Deliver { number: 2 }"), (Variant::JumpsOver, "Gap { from: 2, to: 2 }")]
    {
        let mut play = Play::with(variant);
        play.publish(1);
        play.publish(3);
        assert_eq!(play.wants(1), [format!("send @3.3 {next}")]);
    }
}

#[test]
fn publishing_waits_for_nobody_and_the_bug_for_the_reducer() {
    for (variant, answered) in [(Variant::Reference, 1), (Variant::NestedPublication, 0)] {
        let mut play = Play::with(variant);
        play.publish(1);
        let inspected = play.probe.message(
            &mut play.publisher,
            play.reducer,
            Message::Publisher(PublisherMessage::Inspect),
        );
        assert_eq!(inspected.len(), answered, "{variant:?}");
    }
}

#[test]
fn a_late_answer_is_a_dead_letter_and_the_bug_takes_it() {
    for (variant, takes) in [(Variant::Reference, false), (Variant::LateReplyVisible, true)] {
        let mut probe = Probe::<Outbox>::default();
        let writer = probe.peer();
        let mut client = Client::new(1, writer, 3, variant);
        probe.start(&mut client);
        for _ in 0..2 {
            probe.turn(&mut client, Input::Timer(TimerId(0))); // Asks, and asks again.
        }
        let late = said(&probe.message(&mut client, writer, Message::Done { ask: 100_001, number: 1 }));
        assert_eq!(late[0].contains("Took"), takes, "{late:?}");
        assert_eq!(late[1] == "dead letter LateResult", !takes, "{late:?}");
    }
}
