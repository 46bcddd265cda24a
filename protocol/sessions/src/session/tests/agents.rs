//! Sessions with agents: who answers, pins, switches, and what is said when somebody asks (A.2, A.6, E).

use crate::session::message::{Command, StreamMessage};
use std::time::Duration;

use rehearsal_protocol::address::{Address, Incarnation, NodeId};
use rehearsal_protocol::input::{Exit, Input, Signal};

use super::play::{KEY, Play, command, facts, run, says};
use crate::session::*;

const STREAM: StreamId = StreamId { run: RunId { key: KEY, number: 1 }, step: 1, attempt: 1, life: 1 };

fn with_agents(variant: Variant) -> Play {
    Play::of(Config { listener: Listener::Agent, ..Config::default() }, variant)
}

/// A session whose first run has its first step at an agent.
fn streaming(variant: Variant) -> Play {
    let mut play = with_agents(variant);
    play.say(1);
    play.synced();
    play.synced();
    assert_eq!(play.session.phase(), PhaseName::Stream);
    play
}

/// The agent of the first step: the child after the tools.
const AGENT: Address = Address::new(NodeId(0), 6);

fn switch(play: &mut Play, number: u32, agent: AgentName) -> Vec<String> {
    let switch = SwitchAgent { key: KEY, command: command(number), agent, reply_to: play.client };
    play.tell(Message::Command(Command::SwitchAgent(switch)))
}

fn get_state(play: &mut Play) -> Vec<String> {
    let get = GetState { key: KEY, question: command(9), reply_to: play.client };
    play.tell(Message::Command(Command::GetState(get)))
}

fn agent_exits(play: &mut Play, reason: Exit) -> Vec<String> {
    play.turn(Input::Signal(Signal::Exit { who: AGENT, incarnation: Incarnation(1), reason }))
}

#[test]
fn a_step_is_resolved_and_has_an_agent_of_its_own() {
    let mut play = with_agents(Variant::Reference);
    play.say(1);
    play.synced();
    let told = play.synced();
    let resolved =
        "StepResolved { run: s1:b1/1, step: 1, pin: ModelPin { agent: Cowork, model: m1, version: 1 } }";
    assert_eq!(facts(&told)[3], resolved);
    assert!(says(&told, "spawn @0.6 AgentActor { session: @0.0, provider: @2.2, stream: s1:b1/1.1@1.1"));
    assert!(!says(&told, "send @2.2"), "the provider is the agent's business");
}

#[test]
fn a_switch_during_a_stream_is_for_the_next_run() {
    let mut play = streaming(Variant::Reference);
    switch(&mut play, 2, AgentName::Deep);
    play.settled();
    play.chunk(0);
    let done = play.done(1, [None; 3]);
    assert!(says(&done, "announce StepSaid { run: s1:b1/1, step: 1, pin: ModelPin { agent: Cowork"));
    play.settled();
    play.say(3);
    let told = play.settled();
    assert!(says(&told, "announce StepResolved { run: s1:b1/2, step: 1, pin: ModelPin { agent: Deep"));
}

#[test]
fn a_switch_during_tools_is_not_for_the_next_step() {
    let mut play = streaming(Variant::Reference);
    play.chunk(0);
    play.done(1, [Some(Class::Serial), None, None]);
    play.settled();
    switch(&mut play, 2, AgentName::Deep);
    play.settled();
    play.result(0, Outcome::Succeeded(0));
    let told = play.settled();
    assert!(says(&told, "announce StepResolved { run: s1:b1/1, step: 2, pin: ModelPin { agent: Cowork"));
}

#[test]
fn a_switch_is_answered_when_it_is_durable() {
    let mut play = with_agents(Variant::Reference);
    assert!(!says(&switch(&mut play, 1, AgentName::Deep), "send"));
    assert_eq!(play.settled(), ["send @4.4 Answer { command: c1#1, reply: Accepted }"]);
    assert_eq!(
        switch(&mut play, 1, AgentName::Deep),
        ["send @4.4 Answer { command: c1#1, reply: Accepted }"]
    );
}

#[test]
fn a_switch_outlasts_a_crash() {
    let mut play = with_agents(Variant::Reference);
    switch(&mut play, 1, AgentName::Deep);
    play.settled();
    play.crashed();
    assert!(says(
        &get_state(&mut play),
        "send @4.4 State(State { question: c1#9, phase: Idle, run: None, agent: Deep"
    ));
}

#[test]
fn people_may_not_run_an_agent_of_the_system() {
    let mut play = with_agents(Variant::Reference);
    let told = switch(&mut play, 1, AgentName::Title);
    assert!(says(&told, "send @4.4 Answer { command: c1#1, reply: InvalidRequest }"));
    let told = play.work(2, Kind::MessageTo(AgentName::Explore), 2);
    assert!(says(&told, "send @4.4 Answer { command: c1#2, reply: InvalidRequest }"));
}

#[test]
fn the_mode_of_a_message_is_for_its_run_alone() {
    let mut play = with_agents(Variant::Reference);
    play.work(1, Kind::MessageTo(AgentName::Deep), 1);
    assert!(says(
        &play.settled(),
        "announce StepResolved { run: s1:b1/1, step: 1, pin: ModelPin { agent: Deep"
    ));
    play.done(0, [None; 3]);
    play.settled();
    play.say(2);
    assert!(says(
        &play.settled(),
        "announce StepResolved { run: s1:b1/2, step: 1, pin: ModelPin { agent: Cowork"
    ));
}

#[test]
fn a_run_that_a_crash_cuts_goes_on_with_its_own_agent() {
    let mut play = with_agents(Variant::Reference);
    play.work(1, Kind::MessageTo(AgentName::Deep), 1);
    play.settled();
    let recovered = play.crashed();
    assert!(says(&recovered, "announce StepResolved { run: s1:b1/1, step: 1, pin: ModelPin { agent: Deep"));
}

#[test]
fn a_rotation_counts_from_the_next_step_on() {
    let mut play = streaming(Variant::Reference);
    let models = ModelTable::default().rotated(AgentName::Cowork, ModelId(7));
    assert!(play.tell(Message::Models(models)).is_empty(), "the agent of the step hears nothing of it");
    play.chunk(0);
    let done = play.done(1, [Some(Class::Serial), None, None]);
    assert!(says(
        &done,
        "announce StepSaid { run: s1:b1/1, step: 1, pin: ModelPin { agent: Cowork, model: m1"
    ));
    play.settled();
    play.result(0, Outcome::Succeeded(0));
    let next = play.settled();
    assert!(says(
        &next,
        "announce StepResolved { run: s1:b1/1, step: 2, pin: ModelPin { agent: Cowork, model: m7, version: 2"
    ));
}

#[test]
fn an_interrupt_goes_to_the_agent_of_the_step() {
    let mut play = streaming(Variant::Reference);
    assert!(says(&play.press(5), "send @0.6 CloseStream { stream: s1:b1/1.1@1.1 }"));
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    assert!(says(&play.settled(), "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
}

#[test]
fn an_agent_that_does_not_stop_in_the_grace_is_dismissed() {
    let mut play = streaming(Variant::Reference);
    play.press(5);
    play.settled();
    assert!(says(&play.grace_over(), "stop @0.6"));
}

#[test]
fn an_agent_that_crashes_fails_its_run_and_what_waits_goes_on() {
    let mut play = streaming(Variant::Reference);
    play.say(2);
    play.settled();
    play.chunk(0);
    agent_exits(&mut play, Exit::Killed);
    let told = play.settled();
    assert!(says(&told, "announce ErrorOccurred { run: s1:b1/1 }"));
    assert!(says(
        &told,
        "announce RowStored { key: s1:b1, run: s1:b1/1, step: 1, role: Assistant { chunks: 1, extent: Partial } }"
    ));
    assert!(says(&told, "announce InFlight { run: s1:b1/2, command: c1#2"));
}

#[test]
fn an_agent_that_crashes_while_it_is_stopped_ends_the_interrupted_run() {
    let mut play = streaming(Variant::Reference);
    play.press(5);
    play.settled();
    agent_exits(&mut play, Exit::Killed);
    assert!(says(&play.settled(), "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
}

#[test]
fn an_agent_that_has_reported_may_go() {
    let mut play = streaming(Variant::Reference);
    assert!(agent_exits(&mut play, Exit::Normal).is_empty(), "its report is on its way");
    assert_eq!(play.session.phase(), PhaseName::Stream);
}

#[test]
fn the_state_is_told_at_once_whatever_runs() {
    let mut play = streaming(Variant::Reference);
    play.say(2);
    play.settled();
    let told = get_state(&mut play);
    assert_eq!(facts(&told), ["StateTold { key: s1:b1, question: c1#9, phase: Stream, last_error: None }"]);
    assert!(says(
        &told,
        "send @4.4 State(State { question: c1#9, phase: Stream, run: Some(s1:b1/1), agent: Cowork, waiting: 1,"
    ));
}

#[test]
fn the_last_error_is_told_until_a_run_ends_well() {
    let mut play = streaming(Variant::Reference);
    play.stream_ended(StreamEnd::Failed);
    play.settled();
    assert_eq!(
        facts(&get_state(&mut play)),
        ["StateTold { key: s1:b1, question: c1#9, phase: Idle, last_error: Some(1) }"]
    );
    play.crashed();
    assert!(says(
        &get_state(&mut play),
        "announce StateTold { key: s1:b1, question: c1#9, phase: Idle, last_error: Some(1) }"
    ));
    play.say(2);
    play.settled();
    play.tell(Message::Stream(StreamMessage::StreamEnded {
        stream: StreamId { run: run(2), ..STREAM },
        end: StreamEnd::Done { chunks: 0, calls: Calls::default() },
    }));
    play.settled();
    assert!(says(
        &get_state(&mut play),
        "announce StateTold { key: s1:b1, question: c1#9, phase: Idle, last_error: None }"
    ));
}

#[test]
fn a_run_inside_the_mailbox_loop_holds_up_who_asks() {
    let mut play = streaming(Variant::InlineRun);
    assert!(says(&get_state(&mut play), "announce StateTold"));
    play.chunk(0);
    play.done(1, [Some(Class::Parallel), None, None]);
    play.settled();
    assert!(get_state(&mut play).is_empty());
    play.result(0, Outcome::Succeeded(0));
    assert!(says(&play.settled(), "announce StateTold"));
}

fn get_metrics(play: &mut Play) -> Vec<String> {
    let get = GetState { key: KEY, question: command(9), reply_to: play.client };
    play.tell(Message::Command(Command::GetMetrics(get)))
}

/// A session whose first run has answered after one step with a call; the first step took three attempts, all of it a quarter of a second.
fn answered(variant: Variant) -> Play {
    let mut play = streaming(variant);
    play.pass(Duration::from_millis(250));
    play.chunk(0);
    let stream = StreamId { run: run(1), step: 1, attempt: 3, life: 1 };
    let end = StreamEnd::Done { chunks: 1, calls: Calls([Some(Class::Parallel), None, None]) };
    play.tell(Message::Stream(StreamMessage::StreamEnded { stream, end }));
    play.settled();
    play.result(0, Outcome::Succeeded(0));
    play.settled();
    play
}

#[test]
fn what_a_session_has_done_is_told_when_it_is_durable_and_outlasts_a_crash() {
    let mut play = answered(Variant::Reference);
    let so_far = "MetricsTold { key: s1:b1, metrics: Metrics { turns: 0, tokens: 1, calls: 1, retries: 2, busy: 250ms } }";
    assert_eq!(facts(&get_metrics(&mut play)), [so_far]);
    play.press(5);
    assert_eq!(facts(&get_metrics(&mut play)), [so_far]);
    play.crashed();
    assert_eq!(facts(&get_metrics(&mut play)), [so_far]);
    play.press(6);
    play.settled();
    play.stream_ended(StreamEnd::Closed);
    play.settled();
    let after = facts(&get_metrics(&mut play)).join("");
    assert!(after.contains("turns: 1, tokens: 1, calls: 1, retries: 2"), "{after}");
}

#[test]
fn the_bug_says_that_nothing_was_tried_again() {
    let told = get_metrics(&mut answered(Variant::ConstantMetrics));
    assert!(facts(&told)[0].contains("calls: 1, retries: 0"), "{told:?}");
}
