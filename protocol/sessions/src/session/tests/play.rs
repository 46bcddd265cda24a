//! A session on the bench, and the lines that people around it can say.

use crate::session::message::{Command, SessionMessage, StreamMessage};
use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::address::Incarnation;
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Input, Recovered, TimerId, WriteId};
use rehearsal_protocol::probe::Probe;

use crate::session::*;

pub(super) const KEY: Key = Key { session: 1, branch: 1 };

/// The first stream of the first run.
const STREAM: StreamId = StreamId { run: RunId { key: KEY, number: 1 }, step: 1, attempt: 1, life: 1 };

/// One session and its surroundings: the gateway `@1.1`, the provider `@2.2`, the sandbox `@3.3`, a client `@4.4`, and
/// the session's tools `@0.5`.
pub(super) struct Play {
    pub(super) probe: Probe<Session>,
    pub(super) session: SessionActor,
    config: Config,
    variant: Variant,
    written: BTreeMap<String, Vec<u8>>,
    pub(super) gateway: Address,
    provider: Address,
    pub(super) sandbox: Address,
    pub(super) client: Address,
    /// How many syncs are complete.
    writes: u64,
    /// How many were asked for.
    asked: u64,
}

impl Play {
    /// A session that is idle.
    pub(super) fn idle() -> Self {
        Self::with(Variant::Reference)
    }

    /// The same with a planted bug.
    pub(super) fn with(variant: Variant) -> Self {
        Self::of(Config { queue_cap: 2, ..Config::default() }, variant)
    }

    /// The same with other knobs.
    pub(super) fn of(config: Config, variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (gateway, provider, sandbox, client) = (probe.peer(), probe.peer(), probe.peer(), probe.peer());
        let mut session =
            SessionActor::new(KEY, Peers { gateway, provider, sandbox, people: [None; 2] }, config, variant);
        probe.start(&mut session);
        Self {
            probe,
            session,
            config,
            variant,
            written: BTreeMap::new(),
            gateway,
            provider,
            sandbox,
            client,
            writes: 0,
            asked: 0,
        }
    }

    /// A session that stores the message of its first run.
    pub(super) fn starting(variant: Variant) -> Self {
        let mut play = Self::with(variant);
        play.say(1);
        play.synced();
        assert_eq!(play.session.phase(), PhaseName::Starting);
        play
    }

    /// A session that listens to the first stream of its first run, of which one chunk has come.
    pub(super) fn streaming(variant: Variant) -> Self {
        let mut play = Self::starting(variant);
        play.synced();
        play.chunk(0);
        assert_eq!(play.session.phase(), PhaseName::Stream);
        play
    }

    /// A session whose first run waits for two tools.
    pub(super) fn in_tools(variant: Variant) -> Self {
        let mut play = Self::streaming(variant);
        play.done(1, [Some(Class::Serial), Some(Class::Parallel), None]);
        play.settled();
        assert_eq!(play.session.phase(), PhaseName::Tools);
        play
    }

    /// A session whose first run winds up because of an interrupt in its stream.
    pub(super) fn interrupting(variant: Variant) -> Self {
        let mut play = Self::streaming(variant);
        play.press(9);
        play.settled();
        assert_eq!(play.session.phase(), PhaseName::Interrupting);
        play
    }

    pub(super) fn say(&mut self, number: u32) -> Vec<String> {
        self.work(number, Kind::Message, number)
    }

    pub(super) fn interject(&mut self, number: u32) -> Vec<String> {
        self.work(number, Kind::Interjection, number)
    }

    pub(super) fn work(&mut self, number: u32, kind: Kind, content: u32) -> Vec<String> {
        let work = Work { key: KEY, command: command(number), kind, content, reply_to: self.client };
        self.tell(Message::Command(Command::Work(work)))
    }

    pub(super) fn press(&mut self, number: u32) -> Vec<String> {
        self.stop(number, Stop::Interrupt, None)
    }

    pub(super) fn cancel(&mut self, number: u32) -> Vec<String> {
        self.stop(number, Stop::Cancel, None)
    }

    pub(super) fn press_expecting(&mut self, number: u32, run: u32) -> Vec<String> {
        self.stop(number, Stop::Interrupt, Some(RunId { key: KEY, number: run }))
    }

    pub(super) fn cancel_expecting(&mut self, number: u32, run: u32) -> Vec<String> {
        self.stop(number, Stop::Cancel, Some(RunId { key: KEY, number: run }))
    }

    pub(super) fn interject_into(&mut self, number: u32, run: u32) -> Vec<String> {
        self.work(number, Kind::InterjectionInto(run), number)
    }

    fn stop(&mut self, number: u32, stop: Stop, expected: Option<RunId>) -> Vec<String> {
        let interrupt =
            Interrupt { key: KEY, command: command(number), stop, expected, reply_to: self.client };
        self.tell(Message::Command(Command::Interrupt(interrupt)))
    }

    pub(super) fn terminate(&mut self, number: u32) -> Vec<String> {
        self.tell(Message::Command(Command::Terminate(Terminate {
            key: KEY,
            command: command(number),
            reply_to: self.client,
        })))
    }

    /// A chunk of the first step of the first run.
    pub(super) fn chunk(&mut self, seq: u16) -> Vec<String> {
        self.tell(Message::Stream(StreamMessage::Chunk { stream: STREAM, seq }))
    }

    /// The end of the first stream of the first run, by itself.
    pub(super) fn done(&mut self, chunks: u16, calls: [Option<Class>; 3]) -> Vec<String> {
        self.stream_ended(StreamEnd::Done { chunks, calls: Calls(calls) })
    }

    pub(super) fn stream_ended(&mut self, end: StreamEnd) -> Vec<String> {
        self.tell(Message::Stream(StreamMessage::StreamEnded { stream: STREAM, end }))
    }

    /// The tools report on a call of the first step of the first run.
    pub(super) fn result(&mut self, index: u16, outcome: Outcome) -> Vec<String> {
        self.report(Report { call: call(index), attempt: 1, outcome, reporter: None })
    }

    /// The sandbox reports by way of the tools, and waits for an acknowledgement.
    pub(super) fn reported(&mut self, call: CallId, attempt: u8, outcome: Outcome) -> Vec<String> {
        self.report(Report { call, attempt, outcome, reporter: Some(self.sandbox) })
    }

    fn report(&mut self, report: Report) -> Vec<String> {
        self.tell(Message::Session(SessionMessage::Result(report)))
    }

    /// The next sync is complete.
    pub(super) fn synced(&mut self) -> Vec<String> {
        self.writes += 1;
        self.turn(Input::Synced(WriteId(self.writes)))
    }

    /// All syncs that were asked for are complete, also those that follow from them.
    pub(super) fn settled(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while self.writes < self.asked {
            all.extend(self.synced());
        }
        all
    }

    /// The node crashes just after everything that was written has become durable, and starts again. Returns the first turn of the next life.
    pub(super) fn crashed(&mut self) -> Vec<String> {
        let kept = std::mem::take(&mut self.written);
        self.written.clone_from(&kept);
        let peers = Peers {
            gateway: self.gateway,
            provider: self.provider,
            sandbox: self.sandbox,
            people: [None; 2],
        };
        self.session = SessionActor::new(KEY, peers, self.config, self.variant);
        self.writes = self.asked;
        self.turn(Input::Start(Recovered { incarnation: Incarnation(2), kept }))
    }

    /// The session has had nothing to do for long.
    pub(super) fn idle_for_long(&mut self) -> Vec<String> {
        self.timer(3)
    }

    /// The grace of an interrupt is over.
    pub(super) fn grace_over(&mut self) -> Vec<String> {
        self.timer(1)
    }

    /// The time after which a stream counts as silent is over.
    pub(super) fn silence(&mut self) -> Vec<String> {
        self.timer(2)
    }

    fn timer(&mut self, id: u64) -> Vec<String> {
        self.turn(Input::Timer(TimerId(id)))
    }

    pub(super) fn pass(&mut self, span: Duration) {
        self.probe.advance(span);
    }

    pub(super) fn tell(&mut self, message: Message) -> Vec<String> {
        let effects = self.probe.message(&mut self.session, self.gateway, message);
        self.looked_through(&effects)
    }

    pub(super) fn turn(&mut self, input: Input<Session>) -> Vec<String> {
        let effects = self.probe.turn(&mut self.session, input);
        self.looked_through(&effects)
    }

    /// The effects of a turn, one line each, without the counting of commits; the syncs among them are noted.
    fn looked_through(&mut self, effects: &[Effect<Session>]) -> Vec<String> {
        for effect in effects {
            match effect {
                Effect::Sync(write) => self.asked = write.0,
                Effect::Write { key, value } => drop(self.written.insert(key.to_string(), value.to_vec())),
                _ => {}
            }
        }
        let counts = |line: &String| line.starts_with("announce Committed");
        lines(effects).into_iter().filter(|line| !counts(line)).collect()
    }
}

pub(super) fn command(number: u32) -> CommandId {
    CommandId { client: 1, life: 1, number }
}

pub(super) fn run(number: u32) -> RunId {
    RunId { key: KEY, number }
}

/// A call of the first step of the first run.
pub(super) fn call(index: u16) -> CallId {
    CallId { run: run(1), step: 1, index }
}

/// The effects of a turn, one line each.
pub(super) fn lines(effects: &[Effect<Session>]) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

/// The facts among the effects, without the word `announce`.
pub(super) fn facts(lines: &[String]) -> Vec<&str> {
    lines.iter().filter_map(|line| line.strip_prefix("announce ")).collect()
}

/// Whether some line begins so.
pub(super) fn says(lines: &[String], beginning: &str) -> bool {
    lines.iter().any(|line| line.starts_with(beginning))
}
