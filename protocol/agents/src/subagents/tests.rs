//! Router, runner, agent and keeper without a simulator: state and exact effects.

use crate::subagents::{AgentMessage, RouterMessage, RunnerMessage};
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Exit, Input, Recovered, Signal, TimerId};
use rehearsal_protocol::probe::Probe;
use rehearsal_sessions::session::catalog::AgentName;

use super::router::{deadline, rest};
use super::*;

/// What is done beside keeping records.
fn said(effects: &[Effect<Subagents>]) -> Vec<String> {
    let is_record = |effect: &&Effect<Subagents>| matches!(effect, Effect::Write { .. } | Effect::Sync(_));
    effects.iter().filter(|effect| !is_record(effect)).map(|effect| format!("{effect:?}")).collect()
}

/// What a turn has put on the disk, on top of what was there.
fn kept(disk: &mut Recovered, effects: &[Effect<Subagents>]) {
    for effect in effects {
        if let Effect::Write { key, value } = effect {
            disk.kept.insert(key.to_string(), value.to_vec());
        }
    }
}

const CALL: Call = Call { run: 1, number: 1 };
const TOP: Way = Way(1);
const CHILD: Way = Way(0x11);
const SECOND: Way = Way(0x12);
const TWICE: Config = Config { max_attempts: 2, ..ONCE };
const ONCE: Config = Config {
    max_attempts: 1,
    first_retry: std::time::Duration::from_millis(250),
    timeout: Some(std::time::Duration::from_millis(900)),
    grace: std::time::Duration::from_millis(300),
    depth: 3,
    nested: Nested::Never,
};

/// A router on the bench: its agent `@1.1`, the runner `@2.2`.
struct Play {
    probe: Probe<Subagents>,
    router: Router,
    runner: Address,
    agent: Address,
    disk: Recovered,
}

impl Play {
    fn of(name: AgentName, config: Config, variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (agent, runner) = (probe.peer(), probe.peer());
        let router = Router::new(agent, runner, TOP, name, config, variant);
        Self { probe, router, runner, agent, disk: Recovered::default() }
    }

    /// A router whose child runs.
    fn spawned(config: Config, variant: Variant) -> Self {
        let mut play = Self::of(AgentName::Cowork, config, variant);
        play.hears(Message::Router(RouterMessage::Spawn { call: CALL, to: AgentName::Explore }));
        play
    }

    fn turn(&mut self, input: Input<Subagents>) -> Vec<String> {
        let effects = self.probe.turn(&mut self.router, input);
        kept(&mut self.disk, &effects);
        said(&effects)
    }

    fn hears(&mut self, message: Message) -> Vec<String> {
        let effects = self.probe.message(&mut self.router, self.runner, message);
        kept(&mut self.disk, &effects);
        said(&effects)
    }

    fn too_long(&mut self) -> Vec<String> {
        self.turn(Input::Timer(deadline(CALL)))
    }

    fn rested(&mut self) -> Vec<String> {
        self.turn(Input::Timer(rest(CALL)))
    }

    fn ends(&mut self, outcome: Outcome) -> Vec<String> {
        self.hears(Message::ChildEnded { way: CHILD, outcome })
    }

    /// The next life of a router that has crashed.
    fn starts_again(&mut self, variant: Variant) -> Vec<String> {
        self.router = Router::new(self.agent, self.runner, TOP, AgentName::Cowork, ONCE, variant);
        let disk = self.disk.clone();
        self.turn(Input::Start(disk))
    }
}

/// The end of the child, in the order in which it is told.
fn completed(outcome: Outcome) -> [String; 5] {
    [
        "send @2.2 Seen(Way(17))".to_owned(),
        format!("announce {:?}", Fact::SubagentCompleted { way: CHILD, outcome }),
        format!("cancel {}", deadline(CALL)),
        format!("cancel {}", rest(CALL)),
        format!("send @1.1 {:?}", Message::Agent(AgentMessage::Completed { call: CALL, outcome })),
    ]
}

#[test]
fn a_child_is_started_and_its_end_reported_once() {
    let mut play = Play::of(AgentName::Cowork, ONCE, Variant::Reference);
    let spawned = play.hears(Message::Router(RouterMessage::Spawn { call: CALL, to: AgentName::Explore }));
    let expected = [
        "announce SubagentSpawned { way: Way(17), agent: Explore, by: Cowork, call: Call { run: 1, number: 1 }, attempt: 1 }",
        "send @2.2 Run { way: Way(17), agent: Explore }",
        "set Timer(4294967298) 900ms",
    ];
    assert_eq!(spawned, expected);
    assert_eq!(play.ends(Outcome::Done), completed(Outcome::Done));
    assert_eq!(play.ends(Outcome::Done), ["send @2.2 Seen(Way(17))", "dead letter LateChild"]);
}

#[test]
fn without_a_timeout_no_deadline_is_set() {
    let mut play = Play::of(AgentName::Cowork, Config { timeout: None, ..ONCE }, Variant::Reference);
    assert_eq!(
        play.hears(Message::Router(RouterMessage::Spawn { call: CALL, to: AgentName::Explore })).len(),
        2
    );
}

#[test]
fn an_agent_that_may_not_be_delegated_to_is_refused() {
    for (by, to) in [
        (AgentName::Cowork, AgentName::Deep),
        (AgentName::Cowork, AgentName::Title),
        (AgentName::Architect, AgentName::Explore),
    ] {
        let mut play = Play::of(by, ONCE, Variant::Reference);
        let refused = play.hears(Message::Router(RouterMessage::Spawn { call: CALL, to }));
        assert!(refused[1].contains("outcome: Refused"), "{by:?} to {to:?}: {refused:?}");
    }
}

#[test]
fn a_child_that_takes_too_long_is_cancelled_and_its_end_completes_the_call() {
    let mut play = Play::spawned(TWICE, Variant::Reference);
    assert_eq!(play.too_long(), ["send @2.2 CancelChild(Way(17))"]);
    assert_eq!(play.ends(Outcome::Cancelled), completed(Outcome::Cancelled));
}

#[test]
fn the_bug_completes_it_twice() {
    let mut play = Play::spawned(ONCE, Variant::BothEmit);
    let too_long = play.too_long();
    assert_eq!(too_long[0], completed(Outcome::Failed)[1]);
    assert_eq!(too_long[1], completed(Outcome::Failed)[4]);
    assert_eq!(play.ends(Outcome::Cancelled), completed(Outcome::Cancelled));
}

#[test]
fn the_zombie_is_completed_and_not_cancelled() {
    let mut play = Play::spawned(ONCE, Variant::ZombieOnTimeout);
    assert_eq!(play.too_long(), completed(Outcome::Failed)[1..]);
}

#[test]
fn a_call_whose_child_fails_rests_and_is_tried_again_by_another_child() {
    let mut play = Play::spawned(TWICE, Variant::Reference);
    let failed = play.ends(Outcome::Failed);
    assert_eq!(
        failed[1..],
        [completed(Outcome::Failed)[1].clone(), "set Timer(4294967299) 250ms".to_owned()]
    );
    let again = play.rested();
    assert!(again[0].contains("Way(18)") && again[0].contains("attempt: 2"), "{again:?}");
    assert_eq!(again[1], "send @2.2 Run { way: Way(18), agent: Explore }");
    let failed = play.hears(Message::ChildEnded { way: SECOND, outcome: Outcome::Failed });
    assert_eq!(failed.last().unwrap(), &completed(Outcome::Failed)[4]);
}

#[test]
fn a_call_that_rests_is_over_at_once_when_it_is_cancelled_or_takes_too_long() {
    let mut play = Play::spawned(TWICE, Variant::Reference);
    play.ends(Outcome::Failed);
    let cancelled = play.hears(Message::Router(RouterMessage::CancelAll));
    assert_eq!(cancelled[2..], [&completed(Outcome::Cancelled)[4], "send @1.1 AllEnded"]);
    assert_eq!(play.rested(), [""; 0]);
    let mut play = Play::spawned(TWICE, Variant::Reference);
    play.ends(Outcome::Failed);
    assert_eq!(play.too_long(), completed(Outcome::Failed)[2..]);
}

#[test]
fn the_bug_tries_again_what_was_cancelled() {
    let mut play = Play::spawned(TWICE, Variant::RetriesCancelled);
    play.hears(Message::Router(RouterMessage::CancelAll));
    assert_eq!(play.ends(Outcome::Cancelled).last().unwrap(), "set Timer(4294967299) 250ms");
}

#[test]
fn an_agent_hears_that_all_has_ended_when_the_last_child_has() {
    let mut play = Play::spawned(ONCE, Variant::Reference);
    assert_eq!(play.hears(Message::Router(RouterMessage::CancelAll)), ["send @2.2 CancelChild(Way(17))"]);
    assert_eq!(play.ends(Outcome::Cancelled).last().unwrap(), "send @1.1 AllEnded");
    assert_eq!(play.hears(Message::Router(RouterMessage::CancelAll)), ["send @1.1 AllEnded"]);
}

#[test]
fn after_a_crash_a_router_asks_for_its_child_and_the_bug_waits_for_it() {
    let mut play = Play::spawned(ONCE, Variant::Reference);
    let expected = ["set Timer(4294967298) 900ms", "send @2.2 Attach(Way(17))"];
    assert_eq!(play.starts_again(Variant::Reference), expected);
    assert_eq!(
        play.hears(Message::Router(RouterMessage::Spawn { call: CALL, to: AgentName::Explore })),
        [""; 0]
    );
    assert_eq!(play.ends(Outcome::Done), completed(Outcome::Done));
    let mut play = Play::spawned(ONCE, Variant::Reference);
    assert_eq!(play.starts_again(Variant::ReplyToTheOldLife), expected[..1]);
}

#[test]
fn after_a_crash_a_call_that_is_over_is_not_made_again() {
    let mut play = Play::spawned(ONCE, Variant::Reference);
    play.ends(Outcome::Done);
    assert_eq!(play.starts_again(Variant::Reference), [""; 0]);
    let again = play.hears(Message::Router(RouterMessage::Spawn { call: CALL, to: AgentName::Explore }));
    assert_eq!(again, completed(Outcome::Done)[4..]);
}

/// A runner whose child runs: its router `@1.1`, the child `@0.2`.
fn running(variant: Variant) -> (Probe<Subagents>, Runner, Address, Address) {
    let mut probe = Probe::<Subagents>::default();
    let router = probe.peer();
    let mut runner = Runner::new(ONCE, variant);
    let started = probe.message(
        &mut runner,
        router,
        Message::Runner(RunnerMessage::Run { way: CHILD, agent: AgentName::Explore }),
    );
    let Some(Effect::Spawn { child, .. }) = started.first() else { panic!("{started:?}") };
    (probe, runner, router, *child)
}

fn died(who: Address) -> Input<Subagents> {
    Input::Signal(Signal::Exit { who, incarnation: Incarnation(1), reason: Exit::Normal })
}

#[test]
fn a_child_that_dies_without_a_report_has_failed() {
    let (mut probe, mut runner, _, child) = running(Variant::Reference);
    let failed = "send @1.1 ChildEnded { way: Way(17), outcome: Failed }";
    assert_eq!(said(&probe.turn(&mut runner, died(child))), [failed]);
    let (mut probe, mut runner, _, child) = running(Variant::ExitUnseen);
    assert_eq!(said(&probe.turn(&mut runner, died(child))), [""; 0]);
}

#[test]
fn what_a_child_came_to_is_kept_until_its_router_has_seen_it() {
    let (mut probe, mut runner, router, child) = running(Variant::Reference);
    let mut hears = |from, message| said(&probe.message(&mut runner, from, message));
    assert_eq!(hears(router, Message::Runner(RunnerMessage::Attach(CHILD))), [""; 0]);
    let (way, outcome) = (CHILD, Outcome::Done);
    let done = "send @1.1 ChildEnded { way: Way(17), outcome: Done }";
    assert_eq!(hears(child, Message::ChildEnded { way, outcome }), [done, "stop @0.2"]);
    assert_eq!(hears(router, Message::Runner(RunnerMessage::Attach(CHILD))), [done]);
    assert_eq!(hears(router, Message::Runner(RunnerMessage::CancelChild(CHILD))), [""; 0]);
    hears(router, Message::Runner(RunnerMessage::Seen(CHILD)));
    assert_eq!(
        hears(router, Message::Runner(RunnerMessage::CancelChild(CHILD))),
        ["dead letter Undeliverable"]
    );
}

/// A session at the top that waits for a child: runner `@1.1`, person `@2.2`, its router `@0.3`.
struct Delegating {
    probe: Probe<Subagents>,
    agent: Agent,
    runner: Address,
    person: Address,
    disk: Recovered,
}

impl Delegating {
    fn with(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (runner, person) = (probe.peer(), probe.peer());
        let agent = Agent::new(TOP, AgentName::Cowork, Boss::Person(person), runner, ONCE, variant);
        let mut play = Self { probe, agent, runner, person, disk: Recovered::default() };
        play.hears(Message::Agent(AgentMessage::Ask));
        play.probe.script([10, 7]);
        let delegates = play.turn(Input::Timer(TimerId(1)));
        let expected =
            ["send @0.3 Spawn { call: Call { run: 1, number: 1 }, to: Explore }", "set Timer(3) 10ms"];
        assert_eq!(delegates[1..], expected);
        play
    }

    fn turn(&mut self, input: Input<Subagents>) -> Vec<String> {
        let effects = self.probe.turn(&mut self.agent, input);
        kept(&mut self.disk, &effects);
        said(&effects)
    }

    fn hears(&mut self, message: Message) -> Vec<String> {
        let effects = self.probe.message(&mut self.agent, self.person, message);
        kept(&mut self.disk, &effects);
        said(&effects)
    }

    /// What the next life does first.
    fn starts_again(&mut self) -> Vec<String> {
        assert_eq!(self.turn(Input::Timer(TimerId(3))), ["exit Failed(\"crashed\")"]);
        let boss = Boss::Person(self.person);
        self.agent = Agent::new(TOP, AgentName::Cowork, boss, self.runner, ONCE, Variant::Reference);
        let disk = self.disk.clone();
        self.turn(Input::Start(disk))
    }
}

#[test]
fn an_interrupted_run_ends_when_all_below_it_has_ended() {
    let mut play = Delegating::with(Variant::Reference);
    assert_eq!(
        play.hears(Message::Agent(AgentMessage::Interrupt))[1..],
        ["send @0.3 CancelAll", "set Timer(2) 300ms"]
    );
    let late =
        play.hears(Message::Agent(AgentMessage::Completed { call: CALL, outcome: Outcome::Cancelled }));
    assert_eq!(late, ["announce LateChild(Way(1))", "dead letter LateChild"]);
    let ended = play.hears(Message::Agent(AgentMessage::AllEnded));
    assert_eq!(ended[2], "announce RunEnded { way: Way(1), run: 1, cause: Interrupted }");
    assert_eq!(ended[3], "send @2.2 Answered");
}

#[test]
fn the_bug_goes_on_from_the_interrupt_as_from_an_error() {
    let mut play = Delegating::with(Variant::InterruptAsError);
    play.hears(Message::Agent(AgentMessage::Interrupt));
    let goes_on =
        play.hears(Message::Agent(AgentMessage::Completed { call: CALL, outcome: Outcome::Cancelled }));
    assert!(goes_on.iter().any(|effect| effect.contains("ModelCalled")));
}

#[test]
fn a_result_of_a_child_is_taken_and_the_model_goes_on() {
    let mut play = Delegating::with(Variant::Reference);
    let goes_on = play.hears(Message::Agent(AgentMessage::Completed { call: CALL, outcome: Outcome::Done }));
    assert!(goes_on[1].contains("ModelCalled") && goes_on[3].contains("ResultTaken"), "{goes_on:?}");
}

#[test]
fn a_session_that_crashes_goes_on_with_its_call() {
    let mut play = Delegating::with(Variant::Reference);
    let again = play.starts_again();
    assert_eq!(again[0], "announce Restarted { way: Way(1), run: 1 }");
    assert_eq!(again[2], "send @0.3 Spawn { call: Call { run: 1, number: 1 }, to: Explore }");
    let goes_on = play.hears(Message::Agent(AgentMessage::Completed { call: CALL, outcome: Outcome::Done }));
    assert!(goes_on.iter().any(|effect| effect.contains("ResultTaken")), "{goes_on:?}");
}

#[test]
fn a_session_that_crashes_while_it_winds_up_winds_up_again() {
    let mut play = Delegating::with(Variant::Reference);
    play.hears(Message::Agent(AgentMessage::Interrupt));
    let again = play.starts_again();
    assert_eq!(again[3..], ["send @0.3 CancelAll", "set Timer(2) 300ms"]);
}

#[test]
fn what_a_person_says_while_the_session_is_down_waits() {
    let mut probe = Probe::<Subagents>::default();
    let (runner, person) = (probe.peer(), probe.peer());
    let boss = Boss::Person(person);
    let mut keeper = Keeper::new(Agent::new(TOP, AgentName::Cowork, boss, runner, ONCE, Variant::Reference));
    let Some(Effect::Spawn { child: who, .. }) = probe.start(&mut keeper).pop() else { panic!("no session") };
    assert_eq!(
        said(&probe.message(&mut keeper, person, Message::Agent(AgentMessage::Ask))),
        ["send @0.3 Ask"]
    );
    let crash = Signal::Exit { who, incarnation: Incarnation(1), reason: Exit::Failed("crashed".to_owned()) };
    assert_eq!(said(&probe.turn(&mut keeper, Input::Signal(crash))), ["set Timer(1) 10ms"]);
    assert_eq!(said(&probe.message(&mut keeper, person, Message::Agent(AgentMessage::Interrupt))), [""; 0]);
    let up = said(&probe.turn(&mut keeper, Input::Timer(TimerId(1))));
    assert_eq!(up[1], "send @0.3 Interrupt");
}

/// An agent of that name and depth that has just been started.
fn begun(way: Way, name: AgentName, variant: Variant) -> (Probe<Subagents>, Agent) {
    let mut probe = Probe::default();
    let runner = probe.peer();
    let mut agent = Agent::new(way, name, Boss::Runner, runner, ONCE, variant);
    probe.start(&mut agent);
    (probe, agent)
}

#[test]
fn a_tool_that_was_not_offered_is_not_started_and_the_bug_starts_it() {
    for (variant, starts) in [(Variant::Reference, false), (Variant::CheckedWhenOffered, true)] {
        let (mut probe, mut agent) = begun(CHILD, AgentName::Explore, variant);
        probe.script([13]);
        let decided = said(&probe.turn(&mut agent, Input::Timer(TimerId(1))));
        assert_eq!(decided[0].contains("ToolStarted"), starts, "{decided:?}");
    }
}

#[test]
fn a_model_is_offered_what_its_agent_may_use_and_the_bug_offers_more() {
    let way = CHILD.child(1);
    for (variant, tools) in
        [(Variant::Reference, AgentName::Explore), (Variant::OffersOfTheTop, AgentName::Cowork)]
    {
        let mut probe = Probe::<Subagents>::default();
        let runner = probe.peer();
        let mut agent = Agent::new(way, AgentName::Explore, Boss::Runner, runner, ONCE, variant);
        let called = Fact::ModelCalled { way, run: 1, agent: AgentName::Explore, offered: tools.tools() };
        assert_eq!(said(&probe.start(&mut agent))[1], format!("announce {called:?}"));
    }
}
