//! Connections: how they are set up, what goes over them, how they end.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::{Delivery, Fact, Met};
use super::message::{
    ClientMessage, ConnectionId, FrontMessage, Message, Reply, Request, RequestId, SessionId, SessionsMessage,
};
use super::protocol::Rpc;
use super::variant::Variant;

/// How long it takes to set a connection up once its client has proved that it wants it; the first is the dull one.
pub const SET_UP: [Duration; 4] = [
    Duration::from_millis(4),
    Duration::from_millis(4),
    Duration::from_millis(15),
    Duration::from_millis(60),
];

/// The side of the service that clients see. A client has at most one connection; one that begins takes the place of the one before.
///
/// It remembers nothing over a crash. What a client says of a connection counts only for the life that asked it, so a word that was long on
/// its way opens nothing.
#[derive(Clone, Debug, Hash)]
pub struct Front {
    sessions: Address,
    life: Incarnation,
    /// By the number of their client.
    connections: BTreeMap<u32, Connection>,
    /// The last connection of each client that is closed.
    closed: BTreeMap<u32, u32>,
    variant: Variant,
}

/// A connection that its client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Connection {
    id: ConnectionId,
    client: Address,
    phase: Phase,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// The client is asked whether it wants it.
    Proving,
    /// It does, and the rest takes a while.
    SettingUp,
    /// Requests, answers and events go over it.
    Open,
}

impl Front {
    /// A front of those sessions.
    pub fn new(sessions: Address, variant: Variant) -> Self {
        let (connections, closed) = (BTreeMap::new(), BTreeMap::new());
        Self { sessions, life: Incarnation(0), connections, closed, variant }
    }

    fn connect(&mut self, cx: &mut Context<'_, Rpc>, client: Address, id: ConnectionId) {
        let is_closed = self.closed.get(&id.client).is_some_and(|closed| id.number <= *closed);
        let before = self.connections.get(&id.client).map(|connection| connection.id);
        if is_closed || before.is_some_and(|before| id <= before) {
            return cx.dead_letter(DeadLetter::StaleAttempt);
        }
        if let Some(before) = before {
            self.close(cx, before);
        }
        self.connections.insert(id.client, Connection { id, client, phase: Phase::Proving });
        cx.send(client, Message::Client(ClientMessage::Challenge { connection: id, life: self.life }));
    }

    fn proved(&mut self, cx: &mut Context<'_, Rpc>, id: ConnectionId, life: Incarnation) {
        match self.connections.get_mut(&id.client) {
            Some(connection)
                if connection.id == id && connection.phase == Phase::Proving && life == self.life =>
            {
                connection.phase = Phase::SettingUp;
                let time = SET_UP[cx.choose(SET_UP.len() as u32) as usize];
                cx.set_timer(timer(id), time);
            }
            Some(_) | None => cx.dead_letter(DeadLetter::StaleAttempt),
        }
    }

    fn set_up(&mut self, cx: &mut Context<'_, Rpc>, due: TimerId) {
        let Some(connection) = self.connections.values_mut().find(|connection| timer(connection.id) == due)
        else {
            return;
        };
        connection.phase = Phase::Open;
        let Connection { id, client, .. } = *connection;
        deliver(cx, id, Delivery::Welcome, client, Message::Client(ClientMessage::Welcome(id)));
    }

    /// The client of a connection wants it no more: whatever is under way for it comes to nothing.
    fn close(&mut self, cx: &mut Context<'_, Rpc>, id: ConnectionId) {
        let phase = self.connections.get(&id.client).filter(|known| known.id == id).map(|known| known.phase);
        let met = match phase {
            None => Met::Nothing,
            Some(Phase::Proving | Phase::SettingUp) => Met::SettingUp,
            Some(Phase::Open) => Met::Open,
        };
        let closed = self.closed.entry(id.client).or_default();
        *closed = id.number.max(*closed);
        cx.announce(Fact::Closed { connection: id, met });
        match phase {
            None => {}
            Some(Phase::SettingUp) if self.variant == Variant::LateConnect => {}
            Some(Phase::Proving | Phase::SettingUp | Phase::Open) => {
                self.connections.remove(&id.client);
                cx.cancel_timer(timer(id));
            }
        }
    }

    fn ask(&self, cx: &mut Context<'_, Rpc>, id: ConnectionId, request: Request) {
        match self.connections.get(&id.client) {
            Some(connection) if connection.id == id && connection.phase == Phase::Open => {
                cx.send(self.sessions, Message::Sessions(SessionsMessage::Execute(request)));
            }
            Some(_) | None => cx.reply(Message::Client(ClientMessage::Gone(id))),
        }
    }

    /// A request is executed: its client hears so if it is connected. If not, it asks again when it is.
    fn replied(&self, cx: &mut Context<'_, Rpc>, request: RequestId, reply: Reply) {
        match self.connections.get(&request.client) {
            Some(Connection { id, client, phase: Phase::Open }) => {
                deliver(
                    cx,
                    *id,
                    Delivery::Answer,
                    *client,
                    Message::Client(ClientMessage::Answer { request, reply }),
                );
            }
            Some(_) | None => cx.dead_letter(DeadLetter::LateResult),
        }
    }

    fn happened(&self, cx: &mut Context<'_, Rpc>, session: SessionId) {
        for Connection { id, client, phase } in self.connections.values() {
            if *phase == Phase::Open {
                deliver(
                    cx,
                    *id,
                    Delivery::Event,
                    *client,
                    Message::Client(ClientMessage::Event { connection: *id, session }),
                );
            }
        }
    }
}

/// Something goes out over a connection.
fn deliver(
    cx: &mut Context<'_, Rpc>,
    connection: ConnectionId,
    what: Delivery,
    client: Address,
    message: Message,
) {
    cx.announce(Fact::Delivered { connection, what });
    cx.send(client, message);
}

/// The timer of a set-up.
fn timer(id: ConnectionId) -> TimerId {
    TimerId(u64::from(id.client) << 32 | u64::from(id.number))
}

impl Actor<Rpc> for Front {
    fn receive(&mut self, cx: &mut Context<'_, Rpc>, input: Input<Rpc>) {
        match input {
            Input::Start(recovered) => self.life = recovered.incarnation,
            Input::Message(envelope) => match envelope.message {
                Message::Front(message) => match message {
                    FrontMessage::Connect(id) => self.connect(cx, envelope.from, id),
                    FrontMessage::Proof { connection, life } => self.proved(cx, connection, life),
                    FrontMessage::Disconnect(id) => self.close(cx, id),
                    FrontMessage::Ask { connection, request } => self.ask(cx, connection, request),
                    FrontMessage::Replied { request, reply } => self.replied(cx, request, reply),
                    FrontMessage::Happened(session) => self.happened(cx, session),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(due) => self.set_up(cx, due),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
