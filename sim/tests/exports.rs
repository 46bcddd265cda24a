//! What the formats of a trace say about one short run.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::export::mermaid;
use rehearsal::export::perfetto;
use rehearsal::export::shiviz;
use rehearsal::fault::Profile;
use rehearsal::protocol::{Actor, Address, Context, Input, Protocol};
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::runner::Runner;
use rehearsal::{Scenario, Setup};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
enum Message {
    Ask(u32),
    Answer(u32),
}

struct Talk;

impl Protocol for Talk {
    type Message = Message;
    type Fact = String;
}

#[derive(Clone, Debug, Hash)]
struct Speaker(Option<Address>);

impl Actor<Talk> for Speaker {
    fn receive(&mut self, cx: &mut Context<'_, Talk>, input: Input<Talk>) {
        match (input, self.0) {
            (Input::Start(_), Some(other)) => cx.send(other, Message::Ask(1)),
            (Input::Message(envelope), _) => match envelope.message {
                Message::Ask(n) => cx.reply(Message::Answer(n)),
                Message::Answer(n) => cx.announce(format!("answered {n}")),
            },
            _ => {}
        }
    }
}

struct Conversation;

impl Scenario for Conversation {
    type Protocol = Talk;

    fn set_up(&self, system: &mut Setup<Talk>) {
        system.latency(Duration::from_millis(1), Duration::from_millis(2));
        let right = system.node("right").actor("speaker", Speaker(None));
        system.node("left").actor("speaker", Speaker(Some(right)));
    }

    fn properties(&self, _: &mut Properties<String>) {}
}

fn told() -> Runner<Talk> {
    let mut runner = Runner::new(&Conversation);
    let benign = rehearsal::choice::Base::Benign;
    runner.run(&RunSpec { base: benign, ..RunSpec::seeded(0, &Profile::NONE).recorded() });
    runner
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn shiviz_has_an_event_a_host_and_a_clock_for_each_event() {
    insta::assert_snapshot!(text(|out| shiviz::write(out, &told()).unwrap()));
}

#[test]
fn mermaid_draws_messages_as_arrows_and_facts_as_notes() {
    insta::assert_snapshot!(text(|out| mermaid::write(out, &told(), &[0, 1, 2, 3, 4]).unwrap()));
}

#[test]
fn perfetto_is_one_document_with_a_flow_for_each_message() {
    let document: serde_json::Value =
        serde_json::from_str(&text(|out| perfetto::write(out, &told()).unwrap())).unwrap();
    let events = document["traceEvents"].as_array().unwrap();
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
    assert_eq!((of("X"), of("s"), of("f")), (5, 2, 2));
    let named = |name: &str| events.iter().any(|event| event["args"]["name"] == name);
    assert!(named("left") && named("/left/speaker"));
}
