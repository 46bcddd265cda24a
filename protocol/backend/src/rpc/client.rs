//! Connects, asks, asks again, disconnects.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::message::{
    ClientMessage, ConnectionId, FrontMessage, Message, Operation, Reply, Request, RequestId, SessionId,
};
use super::protocol::Rpc;

/// How long a client waits for a connection, or for an answer, before it tries again.
pub const PATIENCE: Duration = Duration::from_millis(250);

/// Asks one thing after another, each until it is answered: over one connection or several, for a connection may be lost and a client may want another.
#[derive(Clone, Debug, Hash)]
pub struct Client {
    number: u32,
    front: Address,
    /// How many requests it still has, beside the present one.
    left: u32,
    request: Option<Request>,
    /// The numbers of its last request and of its last connection.
    last: [u32; 2],
    phase: Phase,
    /// Whether it gave up the last connection before that was set up.
    was_impatient: bool,
    /// The sessions that it has heard of.
    known: Vec<SessionId>,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Nothing for a while.
    Resting { connected: bool },
    /// It waits for a connection.
    Connecting,
    /// It waits for an answer.
    Asking,
}

const TIMER: TimerId = TimerId(0);
/// More than a client asks, and more connections than it wants, in one life.
const OF_A_LIFE: u32 = 100_000;
/// More sessions than this it does not keep in mind.
const KEEPS_IN_MIND: usize = 6;
/// How long it rests; the first is the dull one.
const RESTS: [Duration; 4] = [
    Duration::from_millis(60),
    Duration::from_millis(60),
    Duration::from_millis(20),
    Duration::from_millis(2),
];
/// How long it waits for a connection, unless it was impatient the last time; the first is the dull one.
const WAITS: [Duration; 8] =
    [PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE, PATIENCE, Duration::from_millis(9)];
/// What it asks; the first is the dull one.
const OPERATIONS: [Operation; 9] = [
    Operation::Send,
    Operation::Send,
    Operation::Send,
    Operation::Send,
    Operation::Create,
    Operation::Create,
    Operation::Create,
    Operation::GetState,
    Operation::Delete,
];

impl Client {
    /// A client of that front, with so many requests in each of its lives.
    pub fn new(number: u32, front: Address, requests: u32) -> Self {
        let (phase, known) = (Phase::Resting { connected: false }, SessionId::roots().collect());
        Self {
            number,
            front,
            left: requests,
            request: None,
            last: [0; 2],
            phase,
            was_impatient: false,
            known,
        }
    }

    fn begin(&mut self, cx: &mut Context<'_, Rpc>, life: Incarnation) {
        // What an earlier life asked is its own.
        self.last = [life.0 * OF_A_LIFE; 2];
        cx.announce(Fact::ClientBegan { client: self.number });
        self.rest(cx, false);
    }

    fn connection(&self) -> ConnectionId {
        ConnectionId { client: self.number, number: self.last[1] }
    }

    fn rest(&mut self, cx: &mut Context<'_, Rpc>, connected: bool) {
        self.phase = Phase::Resting { connected };
        let rest = RESTS[cx.choose(RESTS.len() as u32) as usize];
        cx.set_timer(TIMER, rest);
    }

    /// It has rested: there is something to ask, or it leaves.
    fn rested(&mut self, cx: &mut Context<'_, Rpc>, connected: bool) {
        if self.request.is_none() {
            let Some(left) = self.left.checked_sub(1) else {
                if connected {
                    self.disconnect(cx);
                }
                return;
            };
            self.left = left;
            self.request = Some(self.next_request(cx));
        }
        if connected { self.ask(cx) } else { self.connect(cx) }
    }

    fn next_request(&mut self, cx: &mut Context<'_, Rpc>) -> Request {
        self.last[0] += 1;
        let id = RequestId { client: self.number, number: self.last[0] };
        let operation = OPERATIONS[cx.choose(OPERATIONS.len() as u32) as usize];
        let session = self.known[cx.choose(self.known.len() as u32) as usize];
        cx.announce(Fact::Asked(id));
        Request { id, session, operation }
    }

    fn connect(&mut self, cx: &mut Context<'_, Rpc>) {
        self.last[1] += 1;
        self.phase = Phase::Connecting;
        cx.send(self.front, Message::Front(FrontMessage::Connect(self.connection())));
        let wait = if self.was_impatient { PATIENCE } else { WAITS[cx.choose(WAITS.len() as u32) as usize] };
        self.was_impatient = wait < PATIENCE;
        cx.set_timer(TIMER, wait);
    }

    fn disconnect(&self, cx: &mut Context<'_, Rpc>) {
        cx.send(self.front, Message::Front(FrontMessage::Disconnect(self.connection())));
    }

    fn ask(&mut self, cx: &mut Context<'_, Rpc>) {
        let Some(request) = self.request else { return };
        self.phase = Phase::Asking;
        cx.send(self.front, Message::Front(FrontMessage::Ask { connection: self.connection(), request }));
        cx.set_timer(TIMER, PATIENCE);
    }

    fn due(&mut self, cx: &mut Context<'_, Rpc>) {
        match self.phase {
            Phase::Resting { connected } => self.rested(cx, connected),
            Phase::Connecting => {
                self.disconnect(cx);
                self.rest(cx, false);
            }
            // Nothing comes: it asks again, over this connection or another.
            Phase::Asking if cx.choose(2) == 0 => self.ask(cx),
            Phase::Asking => {
                self.disconnect(cx);
                self.connect(cx);
            }
        }
    }

    fn welcome(&mut self, cx: &mut Context<'_, Rpc>, connection: ConnectionId) {
        match self.phase {
            Phase::Connecting if connection == self.connection() => self.ask(cx),
            Phase::Connecting | Phase::Resting { .. } | Phase::Asking => {
                cx.dead_letter(DeadLetter::LateResult);
            }
        }
    }

    /// The service knows nothing of a connection.
    fn gone(&mut self, cx: &mut Context<'_, Rpc>, connection: ConnectionId) {
        match self.phase {
            Phase::Asking if connection == self.connection() => self.connect(cx),
            Phase::Asking | Phase::Connecting | Phase::Resting { .. } => {
                cx.dead_letter(DeadLetter::LateResult);
            }
        }
    }

    fn answered(&mut self, cx: &mut Context<'_, Rpc>, answered: RequestId, reply: &Reply) {
        if self.request.is_none_or(|request| request.id != answered) {
            return cx.dead_letter(DeadLetter::LateResult);
        }
        self.request = None;
        cx.announce(Fact::Settled(answered));
        self.learn(reply);
        let stays = self.phase == Phase::Asking && cx.choose(4) < 3;
        if !stays {
            self.disconnect(cx);
        }
        self.rest(cx, stays);
    }

    fn learn(&mut self, reply: &Reply) {
        let heard = match reply {
            Reply::State { children, .. } => children.as_slice(),
            Reply::Created(session) => std::slice::from_ref(session),
            Reply::Done { .. } | Reply::Deleted | Reply::Terminated => &[],
        };
        for session in heard {
            if !self.known.contains(session) && self.known.len() < KEEPS_IN_MIND {
                self.known.push(*session);
            }
        }
    }
}

impl Actor<Rpc> for Client {
    fn receive(&mut self, cx: &mut Context<'_, Rpc>, input: Input<Rpc>) {
        match input {
            Input::Start(recovered) => self.begin(cx, recovered.incarnation),
            Input::Timer(_) => self.due(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Client(message) => match message {
                    ClientMessage::Challenge { connection, life } => match self.phase {
                        Phase::Connecting if connection == self.connection() => {
                            cx.reply(Message::Front(FrontMessage::Proof { connection, life }));
                        }
                        Phase::Connecting | Phase::Resting { .. } | Phase::Asking => {
                            cx.dead_letter(DeadLetter::StaleAttempt);
                        }
                    },
                    ClientMessage::Welcome(connection) => self.welcome(cx, connection),
                    ClientMessage::Gone(connection) => self.gone(cx, connection),
                    ClientMessage::Answer { request, reply } => self.answered(cx, request, &reply),
                    ClientMessage::Event { connection, .. } if connection == self.connection() => {}
                    ClientMessage::Event { .. } => cx.dead_letter(DeadLetter::LateResult),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
