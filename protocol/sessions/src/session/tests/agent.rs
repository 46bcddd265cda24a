//! The agent of one step: attempts, waits, and what it passes on (A.2, C.3).

use crate::session::message::{ProviderMessage, Seconds, StreamMessage};
use std::time::Duration;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::probe::Probe;

use super::play::{facts, lines, run, says};
use crate::session::*;

const STREAM: StreamId =
    StreamId { run: RunId { key: super::play::KEY, number: 1 }, step: 1, attempt: 1, life: 1 };

/// An agent between a session `@1.1` and a provider `@2.2`.
struct Bench {
    probe: Probe<Session>,
    agent: AgentActor,
    provider: Address,
}

impl Bench {
    /// An agent whose first attempt streams.
    fn streaming(agent: AgentName, variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (session, provider) = (probe.peer(), probe.peer());
        let pin = ModelTable::default().pin(agent);
        let mut agent = AgentActor::new(session, provider, (STREAM, pin), &Config::default(), variant);
        let first = lines(&probe.start(&mut agent));
        assert!(says(&first, "send @2.2 Generate { stream: s1:b1/1.1@1.1 }"));
        Self { probe, agent, provider }
    }

    fn tell(&mut self, message: Message) -> Vec<String> {
        lines(&self.probe.message(&mut self.agent, self.provider, message))
    }

    fn chunk(&mut self, attempt: u16, seq: u16) -> Vec<String> {
        self.tell(Message::Stream(StreamMessage::Chunk { stream: StreamId { attempt, ..STREAM }, seq }))
    }

    fn ended(&mut self, attempt: u16, end: StreamEnd) -> Vec<String> {
        self.tell(Message::Stream(StreamMessage::StreamEnded { stream: StreamId { attempt, ..STREAM }, end }))
    }

    fn refused(&mut self, attempt: u16, seconds: Option<u32>) -> Vec<String> {
        let retry_after = seconds.map(Seconds);
        self.ended(attempt, StreamEnd::Refused { error: ProviderError::RateLimited, retry_after })
    }

    /// The session wants the step to end.
    fn cancelled(&mut self) -> Vec<String> {
        self.tell(Message::Provider(ProviderMessage::CloseStream { stream: STREAM }))
    }

    fn backoff_over(&mut self) -> Vec<String> {
        lines(&self.probe.turn(&mut self.agent, Input::Timer(TimerId(2))))
    }

    fn silence(&mut self, after: Duration) -> Vec<String> {
        self.probe.advance(after);
        lines(&self.probe.turn(&mut self.agent, Input::Timer(TimerId(1))))
    }
}

fn cowork() -> Bench {
    Bench::streaming(AgentName::Cowork, Variant::Reference)
}

#[test]
fn an_agent_asks_the_provider_in_its_first_turn() {
    let mut probe = Probe::default();
    let (session, provider) = (probe.peer(), probe.peer());
    let pin = ModelTable::default().pin(AgentName::Deep);
    let mut agent = AgentActor::new(session, provider, (STREAM, pin), &Config::default(), Variant::Reference);
    assert_eq!(
        lines(&probe.start(&mut agent)),
        [
            "announce Attempted { stream: s1:b1/1.1@1.1, pin: ModelPin { agent: Deep, model: m1, version: 1 } }",
            "send @2.2 Generate { stream: s1:b1/1.1@1.1 }",
            "set Timer(1) 2s",
        ]
    );
}

#[test]
fn text_is_passed_on_in_order_and_once() {
    let mut bench = cowork();
    assert!(bench.chunk(1, 1).is_empty(), "it overtakes another");
    assert_eq!(
        bench.chunk(1, 0),
        [
            "send @1.1 Chunk { stream: s1:b1/1.1@1.1, seq: 0 }",
            "send @1.1 Chunk { stream: s1:b1/1.1@1.1, seq: 1 }"
        ]
    );
    assert_eq!(bench.chunk(1, 1), ["dead letter Dropped"]);
}

#[test]
fn the_end_is_reported_after_all_text_and_the_agent_ends_with_it() {
    let mut bench = cowork();
    assert!(bench.ended(1, StreamEnd::Done { chunks: 1, calls: Calls::default() }).is_empty());
    let last = bench.chunk(1, 0);
    assert!(says(&last[1..], "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Done { chunks: 1"));
    assert!(says(&last, "exit"));
    assert_eq!(bench.chunk(1, 2), ["dead letter LateResult"]);
}

#[test]
fn a_refusal_before_the_first_text_is_tried_again_after_a_wait() {
    let mut bench = cowork();
    assert_eq!(
        bench.refused(1, None),
        [
            "announce AttemptFailed { stream: s1:b1/1.1@1.1, error: RateLimited, retry_after: None }",
            "cancel Timer(1)",
            "set Timer(2) 2s"
        ]
    );
    assert!(says(&bench.backoff_over(), "send @2.2 Generate { stream: s1:b1/1.1@1.2 }"));
}

#[test]
fn waits_grow_and_what_the_provider_asks_for_is_kept_up_to_the_cap() {
    let mut bench = Bench::streaming(AgentName::Deep, Variant::Reference);
    for (attempt, asked, waits) in
        [(1, None, "2s"), (2, None, "4s"), (3, Some(20), "20s"), (4, Some(90), "60s")]
    {
        assert!(says(&bench.refused(attempt, asked), &format!("set Timer(2) {waits}")), "attempt {attempt}");
        bench.backoff_over();
    }
}

#[test]
fn after_the_last_attempt_of_its_mode_the_step_fails() {
    for (agent, attempts) in [(AgentName::Cowork, 3), (AgentName::Deep, 5)] {
        let mut bench = Bench::streaming(agent, Variant::Reference);
        for attempt in 1..attempts {
            bench.refused(attempt, None);
            bench.backoff_over();
        }
        let last = bench.refused(attempts, None);
        let end = format!("send @1.1 StreamEnded {{ stream: s1:b1/1.1@1.{attempts}, end: Failed }}");
        assert!(says(&last, &end), "{agent:?}: {last:?}");
        assert!(says(&last, "exit"));
    }
}

#[test]
fn a_failure_after_the_first_text_is_not_tried_again() {
    let mut bench = cowork();
    bench.chunk(1, 0);
    assert!(says(&bench.refused(1, None), "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Failed }"));
}

#[test]
fn what_will_not_go_better_is_not_tried_again() {
    for error in [ProviderError::Invalid, ProviderError::Silent, ProviderError::Unknown] {
        let last = cowork().ended(1, StreamEnd::Refused { error, retry_after: None });
        assert!(says(&last, "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Failed }"), "{error:?}");
    }
    assert!(says(&cowork().ended(1, StreamEnd::Failed), "send @1.1 StreamEnded"), "nobody says what it was");
}

#[test]
fn what_comes_late_of_an_earlier_attempt_is_dropped() {
    let mut bench = cowork();
    bench.refused(1, None);
    assert_eq!(bench.chunk(1, 0), ["dead letter LateResult"], "while it waits");
    bench.backoff_over();
    assert_eq!(bench.chunk(1, 0), ["dead letter LateResult"], "while the next one streams");
    assert_eq!(bench.refused(1, None), ["dead letter LateResult"]);
}

#[test]
fn a_cancel_ends_the_wait_for_the_next_attempt() {
    let mut bench = cowork();
    bench.refused(1, Some(20));
    let cancelled = bench.cancelled();
    assert_eq!(facts(&cancelled), [format!("CancelHeard {{ run: {} }}", run(1))]);
    assert!(says(&cancelled, "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Closed }"));
    assert!(bench.backoff_over().is_empty(), "the timer finds nothing to do");
}

#[test]
fn a_cancel_stops_the_stream_and_what_still_comes_is_passed_on() {
    let mut bench = cowork();
    assert!(says(&bench.cancelled(), "send @2.2 CloseStream { stream: s1:b1/1.1@1.1 }"));
    assert!(says(&bench.chunk(1, 0), "send @1.1 Chunk"));
    assert!(says(
        &bench.ended(1, StreamEnd::Closed),
        "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Closed }"
    ));
}

#[test]
fn a_refusal_of_a_stream_that_is_being_stopped_is_its_end() {
    let mut bench = cowork();
    bench.cancelled();
    assert!(says(&bench.refused(1, None), "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Closed }"));
}

#[test]
fn a_cancel_of_another_stream_is_nothing_to_it() {
    let other = StreamId { step: 2, ..STREAM };
    assert_eq!(
        cowork().tell(Message::Provider(ProviderMessage::CloseStream { stream: other })),
        ["dead letter Malformed"]
    );
}

#[test]
fn a_silent_attempt_is_stopped_and_fails_the_step() {
    let mut bench = cowork();
    bench.probe.advance(Duration::from_millis(500));
    bench.chunk(1, 0);
    assert_eq!(
        bench.silence(Duration::from_millis(1_500)),
        ["set Timer(1) 500ms"],
        "it was heard in between"
    );
    let silent = bench.silence(Duration::from_secs(2));
    assert_eq!(silent[0], "send @2.2 CloseStream { stream: s1:b1/1.1@1.1 }");
    assert!(says(&silent, "send @1.1 StreamEnded { stream: s1:b1/1.1@1.1, end: Failed }"));
}

#[test]
fn an_agent_that_nobody_listens_to_any_more_stops_its_stream() {
    let mut bench = cowork();
    let dismissed = lines(&bench.probe.turn(&mut bench.agent, Input::Signal(Signal::Shutdown)));
    assert_eq!(dismissed[0], "send @2.2 CloseStream { stream: s1:b1/1.1@1.1 }");
    assert!(says(&dismissed, "exit"));
}
