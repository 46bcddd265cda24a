//! The simulated person: sends messages, interjects, interrupts, presses twice, and does not give up on an answer.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::id::{CommandId, Key, RunId};
use super::message::{Command, Interrupt, Kind, Message, Reply, Stop, Terminate, Work};
use super::{Cx, Session};

/// Time to give the next command.
const THINK: TimerId = TimerId(1);
/// Time to repeat what has not been answered.
const RETRY: TimerId = TimerId(2);
/// How long an answer may take before the command is sent again.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long after one another clients start.
const STAGGER: Duration = Duration::from_millis(20);
/// How many expected runs a client guesses among.
const GUESSES: u32 = 3;

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Workload {
    /// How often it gives a command, a burst or a double press counting once.
    pub rounds: u32,
    /// How many keys it works on: from the front of the table of [`Workload::key`].
    pub keys: u32,
}

impl Workload {
    /// The keys of a workload. The first two are branches of one session (F2, variant d, mixes them up).
    pub fn key(index: u32) -> Key {
        match index {
            0 => Key { session: 1, branch: 1 },
            1 => Key { session: 1, branch: 2 },
            other => Key { session: other, branch: 1 },
        }
    }
}

/// A client. What it does next is chosen from menus whose first entry is the dull one.
///
/// It repeats an unanswered command with the same [`CommandId`] until it is answered. A client that crashed begins anew:
/// its new life mints new ids, and nobody waits for the old ones.
#[derive(Clone, Debug, Hash)]
pub struct Client {
    number: u16,
    gateway: Address,
    workload: Workload,
    rounds: u32,
    minted: u32,
    open: Vec<Message>,
}

impl Client {
    /// Client `number`, counted from 1, of the runtime behind `gateway`.
    pub fn new(number: u16, gateway: Address, workload: Workload) -> Self {
        Self { number, gateway, workload, rounds: 0, minted: 0, open: Vec::new() }
    }

    /// Gives the next command, and thinks about the one after it.
    fn act(&mut self, cx: &mut Cx<'_>) {
        let key = self.choose_key(cx);
        if self.rounds == self.workload.rounds {
            return self.terminate(cx, key);
        }
        self.rounds += 1;
        match cx.choose(12) {
            0..=3 => self.say(cx, key, Kind::Message),
            4 => self.say(cx, key, Kind::Interjection),
            5 => (0..2).for_each(|_| self.say(cx, key, Kind::Interjection)),
            6 | 7 => (0..3).for_each(|_| self.say(cx, key, Kind::Message)),
            8 => self.press(cx, key, Stop::Interrupt),
            9 => (0..2).for_each(|_| self.press(cx, key, Stop::Interrupt)),
            10 => self.press(cx, key, Stop::Cancel),
            _ => {
                self.say(cx, key, Kind::Message);
                self.press(cx, key, Stop::Cancel);
            }
        }
        self.think(cx);
    }

    /// Thinks about the next command, if there is one; a client may end with terminating a key.
    fn think(&self, cx: &mut Cx<'_>) {
        if self.rounds < self.workload.rounds || cx.choose(6) == 5 {
            let pause = choose_pause(cx);
            cx.set_timer(THINK, pause);
        }
    }

    fn say(&mut self, cx: &mut Cx<'_>, key: Key, kind: Kind) {
        let command = self.mint(cx.incarnation());
        cx.announce(Fact::Said { key, command, kind });
        let work = Work { key, command, kind, content: command.number, reply_to: cx.me() };
        self.send(cx, Message::Command(Command::Work(work)));
    }

    fn press(&mut self, cx: &mut Cx<'_>, key: Key, stop: Stop) {
        let command = self.mint(cx.incarnation());
        let expected = match cx.choose(3) {
            0 | 1 => None,
            _ => Some(RunId { key, number: 1 + cx.choose(GUESSES) }),
        };
        cx.announce(Fact::Pressed { key, command });
        self.send(
            cx,
            Message::Command(Command::Interrupt(Interrupt {
                key,
                command,
                stop,
                expected,
                reply_to: cx.me(),
            })),
        );
    }

    fn terminate(&mut self, cx: &mut Cx<'_>, key: Key) {
        let command = self.mint(cx.incarnation());
        self.send(cx, Message::Command(Command::Terminate(Terminate { key, command, reply_to: cx.me() })));
    }

    /// Each client has a key of its own as its dull choice.
    fn choose_key(&self, cx: &mut Cx<'_>) -> Key {
        let keys = self.workload.keys;
        Workload::key((u32::from(self.number) - 1 + cx.choose(keys)) % keys)
    }

    fn mint(&mut self, life: Incarnation) -> CommandId {
        self.minted += 1;
        CommandId {
            client: self.number,
            life: u16::try_from(life.0).expect("a client lives less than 65,536 times"),
            number: self.minted,
        }
    }

    fn send(&mut self, cx: &mut Cx<'_>, message: Message) {
        if self.open.is_empty() {
            cx.set_timer(RETRY, PATIENCE);
        }
        self.open.push(message.clone());
        cx.send(self.gateway, message);
    }

    fn repeat(&self, cx: &mut Cx<'_>) {
        for message in &self.open {
            cx.send(self.gateway, message.clone());
        }
        if !self.open.is_empty() {
            cx.set_timer(RETRY, PATIENCE);
        }
    }

    /// A command is answered; `Unavailable` means that it has to be repeated.
    fn answered(&mut self, cx: &mut Cx<'_>, command: CommandId, reply: Reply) {
        if reply == Reply::Unavailable || self.open.is_empty() {
            return;
        }
        self.open.retain(|message| message.command().is_some_and(|(_, open, _)| open != command));
        if self.open.is_empty() {
            cx.cancel_timer(RETRY);
        }
    }
}

impl Actor<Session> for Client {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            // Clients start one after the other, so that in a dull run nothing overlaps.
            Input::Start(_) => {
                let pause = STAGGER * u32::from(self.number) + choose_pause(cx);
                cx.set_timer(THINK, pause);
            }
            Input::Message(envelope) => match envelope.message {
                Message::Answer { command, reply } => self.answered(cx, command, reply),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(THINK) => self.act(cx),
            Input::Timer(RETRY) => self.repeat(cx),
            Input::Timer(id) => unreachable!("a client sets no {id}"),
            Input::Synced(_) => unreachable!("a client writes nothing"),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// How long a client thinks. Some pauses outlast the faulty phase, so that what must happen soon is judged as well.
fn choose_pause(cx: &mut Cx<'_>) -> Duration {
    Duration::from_millis([40, 0, 1, 3, 8, 20, 100, 700, 2_000][cx.choose(9) as usize])
}
