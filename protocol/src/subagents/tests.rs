//! Router and agent without a simulator: state and exact effects.

use crate::address::{Address, Incarnation};
use crate::context::Effect;
use crate::input::{Exit, Input, Signal, TimerId};
use crate::probe::Probe;
use crate::session::catalog::AgentName;

use super::router::Nested;
use super::*;

fn said(effects: &[Effect<Subagents>]) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

const CALL: Call = Call { run: 1, number: 1 };
const TOP: Way = Way(1);
const CHILD: Way = Way(0x11);

/// A router on the bench: its agent `@1.1`, the runner `@2.2`.
struct Play {
    probe: Probe<Subagents>,
    router: Router,
    runner: Address,
}

impl Play {
    fn of(name: AgentName, variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (agent, runner) = (probe.peer(), probe.peer());
        let router = Router::new(agent, runner, TOP, name, Nested::Never, variant);
        Self { probe, router, runner }
    }

    /// A router whose child runs.
    fn spawned(variant: Variant) -> Self {
        let mut play = Self::of(AgentName::Cowork, variant);
        play.hears(Message::Spawn { call: CALL, to: AgentName::Explore });
        play
    }

    fn hears(&mut self, message: Message) -> Vec<String> {
        said(&self.probe.message(&mut self.router, self.runner, message))
    }

    fn deadline(&mut self) -> Vec<String> {
        said(&self.probe.turn(&mut self.router, Input::Timer(TimerId(CHILD.0))))
    }

    fn ends(&mut self, outcome: Outcome) -> Vec<String> {
        self.hears(Message::ChildEnded { way: CHILD, outcome })
    }
}

fn completed(outcome: Outcome) -> [String; 2] {
    [
        format!("announce {:?}", Fact::SubagentCompleted { way: CHILD, outcome }),
        format!("send @1.1 {:?}", Message::Completed { call: CALL, outcome }),
    ]
}

#[test]
fn a_child_is_started_and_its_end_reported_once() {
    let mut play = Play::of(AgentName::Cowork, Variant::Reference);
    let spawned = play.hears(Message::Spawn { call: CALL, to: AgentName::Explore });
    let expected = [
        "announce SubagentSpawned { way: Way(17), agent: Explore, by: Cowork }",
        "send @2.2 Run { way: Way(17), agent: Explore }",
        "set Timer(17) 900ms",
    ];
    assert_eq!(spawned, expected);
    assert_eq!(play.ends(Outcome::Done)[1..], completed(Outcome::Done));
    assert_eq!(play.hears(Message::ChildGone(CHILD)), [""; 0]);
    assert_eq!(play.ends(Outcome::Done), ["dead letter LateChild"]);
}

#[test]
fn an_agent_that_may_not_be_delegated_to_is_refused() {
    for to in [AgentName::Deep, AgentName::Title] {
        let mut play = Play::of(AgentName::Cowork, Variant::Reference);
        assert!(play.hears(Message::Spawn { call: CALL, to })[1].contains("outcome: Refused"));
    }
    let mut play = Play::of(AgentName::Architect, Variant::Reference);
    assert!(
        play.hears(Message::Spawn { call: CALL, to: AgentName::Explore })[1].contains("outcome: Refused")
    );
}

#[test]
fn a_child_that_takes_too_long_is_cancelled_and_its_end_completes_the_call() {
    let mut play = Play::spawned(Variant::Reference);
    assert_eq!(play.deadline(), ["send @2.2 CancelChild(Way(17))"]);
    assert_eq!(play.ends(Outcome::Cancelled)[1..], completed(Outcome::Cancelled));
}

#[test]
fn the_bug_completes_it_twice() {
    let mut play = Play::spawned(Variant::BothEmit);
    assert_eq!(play.deadline()[..2], completed(Outcome::Failed));
    assert_eq!(play.ends(Outcome::Cancelled)[1..], completed(Outcome::Cancelled));
}

#[test]
fn the_zombie_is_completed_and_not_cancelled() {
    let mut play = Play::spawned(Variant::ZombieOnTimeout);
    assert_eq!(play.deadline(), completed(Outcome::Failed));
}

#[test]
fn a_child_that_dies_without_a_report_has_failed() {
    let mut play = Play::spawned(Variant::Reference);
    assert_eq!(play.hears(Message::ChildGone(CHILD))[1..], completed(Outcome::Failed));
    let mut play = Play::spawned(Variant::ExitUnseen);
    assert_eq!(play.hears(Message::ChildGone(CHILD)), [""; 0]);
}

#[test]
fn an_agent_hears_that_all_has_ended_when_the_last_child_has() {
    let mut play = Play::spawned(Variant::Reference);
    assert_eq!(play.hears(Message::CancelAll), ["send @2.2 CancelChild(Way(17))"]);
    assert_eq!(play.ends(Outcome::Cancelled).last().unwrap(), "send @1.1 AllEnded");
    assert_eq!(play.hears(Message::CancelAll), ["send @1.1 AllEnded"]);
}

#[test]
fn the_runner_tells_the_router_when_a_child_is_gone() {
    let mut probe = Probe::<Subagents>::default();
    let router = probe.peer();
    let mut runner = Runner::new(Nested::Never, Variant::Reference);
    let started = probe.message(&mut runner, router, Message::Run { way: CHILD, agent: AgentName::Explore });
    let Some(Effect::Spawn { child, .. }) = started.first() else { panic!("{started:?}") };
    let exit = Signal::Exit { who: *child, incarnation: Incarnation(1), reason: Exit::Normal };
    assert_eq!(said(&probe.turn(&mut runner, Input::Signal(exit))), ["send @1.1 ChildGone(Way(17))"]);
}

/// An agent at the top that waits for a child: person `@2.2`, its router `@0.3`.
fn delegating(variant: Variant) -> (Probe<Subagents>, Agent, Address) {
    let mut probe = Probe::default();
    let (runner, person) = (probe.peer(), probe.peer());
    let mut agent = Agent::new(TOP, AgentName::Cowork, Boss::Person, runner, Nested::Never, variant);
    probe.message(&mut agent, person, Message::Ask);
    probe.script([10]);
    let delegates = said(&probe.turn(&mut agent, Input::Timer(TimerId(1))));
    assert_eq!(delegates[1], "send @0.3 Spawn { call: Call { run: 1, number: 1 }, to: Explore }");
    (probe, agent, person)
}

#[test]
fn an_interrupted_run_ends_when_all_below_it_has_ended() {
    let (mut probe, mut agent, person) = delegating(Variant::Reference);
    let interrupted = said(&probe.message(&mut agent, person, Message::Interrupt));
    assert_eq!(interrupted[1..], ["send @0.3 CancelAll", "set Timer(2) 300ms"]);
    let late =
        probe.message(&mut agent, person, Message::Completed { call: CALL, outcome: Outcome::Cancelled });
    assert_eq!(said(&late), ["announce LateChild(Way(1))", "dead letter LateChild"]);
    let ended = said(&probe.message(&mut agent, person, Message::AllEnded));
    assert_eq!(ended[1], "announce RunEnded { way: Way(1), run: 1, cause: Interrupted }");
    assert_eq!(ended[2], "send @2.2 Answered");
}

#[test]
fn the_bug_goes_on_from_the_interrupt_as_from_an_error() {
    let (mut probe, mut agent, person) = delegating(Variant::InterruptAsError);
    probe.message(&mut agent, person, Message::Interrupt);
    let goes_on =
        probe.message(&mut agent, person, Message::Completed { call: CALL, outcome: Outcome::Cancelled });
    assert!(said(&goes_on).iter().any(|effect| effect.contains("ModelCalled")));
}

#[test]
fn a_result_of_a_child_is_taken_and_the_model_goes_on() {
    let (mut probe, mut agent, person) = delegating(Variant::Reference);
    let goes_on =
        probe.message(&mut agent, person, Message::Completed { call: CALL, outcome: Outcome::Done });
    assert!(said(&goes_on)[0].contains("ModelCalled") && said(&goes_on)[2].contains("ResultTaken"));
}
