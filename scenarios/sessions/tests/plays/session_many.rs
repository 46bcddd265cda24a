//! Plays between keys.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::run::Verdict;
use rehearsal::{Play, Scenario, Setup};
use rehearsal_protocol::{Actor, Address, Context, Input, TimerId};
use rehearsal_sessions::session::{
    Cause, Command, CommandId, Config, Fact, Gateway, Interrupt, Key, Kind, Message, Provider, RunId,
    Sandbox, Session, Stop, Variant, Work, Workload,
};

/// Somebody who says something to each of three keys, and presses stop for one of them.
#[derive(Clone, Debug, Hash)]
struct Caller {
    gateway: Address,
    /// The key, and after how long.
    presses: Option<(Key, Duration)>,
}

const PRESS: TimerId = TimerId(1);

impl Actor<Session> for Caller {
    fn receive(&mut self, cx: &mut Context<'_, Session>, input: Input<Session>) {
        let reply_to = cx.me();
        let command = |number| CommandId { client: 1, life: 1, number };
        match input {
            Input::Start(_) => {
                for (key, number) in keys().into_iter().zip(1..) {
                    let (command, kind) = (command(number), Kind::Message);
                    cx.announce(Fact::Said { key, command, kind });
                    cx.send(
                        self.gateway,
                        Message::Command(Command::Work(Work {
                            key,
                            command,
                            kind,
                            content: number,
                            reply_to,
                        })),
                    );
                }
                if let Some((_, after)) = self.presses {
                    cx.set_timer(PRESS, after);
                }
            }
            Input::Timer(_) => {
                let Some((key, _)) = self.presses else { return };
                let (command, stop) = (command(9), Stop::Interrupt);
                cx.announce(Fact::Pressed { key, command });
                let interrupt = Interrupt { key, command, stop, expected: None, reply_to };
                cx.send(self.gateway, Message::Command(Command::Interrupt(interrupt)));
            }
            Input::Message(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Two branches of one session, and another session.
fn keys() -> [Key; 3] {
    [0, 1, 2].map(Workload::key)
}

struct Three {
    presses: Option<(Key, Duration)>,
}

impl Scenario for Three {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        let provider = system.node("provider").actor("provider", Provider::default());
        let sandbox = system.node("sandbox").actor("sandbox", Sandbox::default());
        let gateway = Gateway::new(provider, sandbox, Config::default(), Variant::Reference);
        let gateway = system.node("runtime").actor("gateway", gateway);
        system.node("caller").actor("caller", Caller { gateway, presses: self.presses });
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        rehearsal_scenarios_sessions::session::invariants::state_many(check);
    }
}

/// How runs ended, in the order of their ends.
fn ends(play: Play<Session>) -> Vec<(RunId, Cause)> {
    let played = play.run();
    assert_eq!(played.outcome.verdict, Verdict::Pass);
    let end = |fact: &Fact| match fact {
        Fact::RunEnded { run, cause, .. } => Some((*run, *cause)),
        _ => None,
    };
    played.facts.iter().filter_map(|(_, _, fact)| end(fact)).collect()
}

fn first_run(key: Key) -> RunId {
    RunId { key, number: 1 }
}

/// The menus of the provider for a stream: its pace, its chunks, its ending.
const MENUS: u32 = 3;
const SLOW: u32 = 6;
const SILENT: u32 = 15;

#[test]
fn two_sessions_proceed_while_one_is_blocked() {
    let [blocked, branch, other] = keys();
    let play = Play::of(&Three { presses: None }).choose("/provider/provider", 2, SILENT);
    assert_eq!(
        ends(play),
        [
            (first_run(branch), Cause::Done),
            (first_run(other), Cause::Done),
            (first_run(blocked), Cause::Failed),
        ]
    );
}

#[test]
fn an_interrupt_touches_only_its_own_session_and_branch() {
    let [pressed, branch, other] = keys();
    let play = Play::of(&Three { presses: Some((pressed, Duration::from_millis(200))) });
    let play = (0..3).fold(play, |play, stream| play.choose("/provider/provider", stream * MENUS, SLOW));
    assert_eq!(
        ends(play),
        [
            (first_run(pressed), Cause::Interrupted),
            (first_run(branch), Cause::Done),
            (first_run(other), Cause::Done),
        ]
    );
}
