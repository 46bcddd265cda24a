//! Finds or opens the actor of a key, and passes commands on to it.

use std::cmp::Reverse;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::input::{Input, Recovered, Signal, WriteId};
use rehearsal_protocol::mailbox::{Accepted, Bounds, DeadLetter, Mailbox};

use super::actor::{Peers, SessionActor};
use super::catalog::AgentName;
use super::config::Config;
use super::fact::{Fact, Refusal};
use super::id::{CommandId, Key};
use super::message::{Command, GatewayMessage, Message, Reply, SessionMessage};
use super::models::{ModelId, ModelTable};
use super::variant::{Variant, Variants};
use super::{Cx, Session};

/// The parent of all sessions of a runtime.
///
/// Opening a key takes a commit; what comes meanwhile waits by lanes and within bounds. Finding a key and noting that it
/// is being opened are one turn, so a key never gets two actors (F1 and its near misses, `actors.md` F).
#[derive(Clone, Debug, Hash)]
pub struct Gateway {
    provider: Address,
    sandbox: Address,
    people: [Option<Address>; 2],
    config: Config,
    variants: Variants,
    entries: Vec<Entry>,
    /// Which model each agent has.
    models: ModelTable,
    /// The tables after that, which are not durable yet.
    rotating: Vec<(WriteId, ModelTable)>,
}

/// The name of the table of models on the disk.
const MODELS: &str = "models";

/// A key that somebody has asked for.
#[derive(Clone, Debug, Hash)]
struct Entry {
    key: Key,
    /// Whether commands are passed on.
    door: Door,
    /// What waits for it to be open.
    backlog: Mailbox<Message>,
    /// Whether it has something under way, as far as the gateway has heard.
    busy: bool,
    /// Which client asked for it first; only a variant asks.
    opener: Option<u16>,
}

/// Whether a key has an actor to pass commands on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Door {
    /// It will have, when this commit is durable.
    Opening(WriteId),
    /// It has.
    Open(Address),
    /// Its actor leaves, if it has nothing to do.
    Leaving(Address),
    /// Its actor has left; the next command brings it back.
    Away,
}

impl Door {
    fn actor(self) -> Option<Address> {
        match self {
            Self::Open(session) | Self::Leaving(session) => Some(session),
            Self::Opening(_) | Self::Away => None,
        }
    }
}

impl Gateway {
    /// A gateway to no sessions yet.
    pub fn new(provider: Address, sandbox: Address, config: Config, variants: impl Into<Variants>) -> Self {
        Self {
            provider,
            sandbox,
            people: [None; 2],
            config,
            variants: variants.into(),
            entries: Vec::new(),
            models: ModelTable::default(),
            rotating: Vec::new(),
        }
    }

    /// Who decides what needs people.
    #[must_use]
    pub fn with_people(self, people: [Option<Address>; 2]) -> Self {
        Self { people, ..self }
    }

    fn message(&mut self, cx: &mut Cx<'_>, message: Message) {
        match &message {
            Message::Command(command) => {
                let (key, question, _) = command.about();
                match command {
                    Command::Work(_) => cx.announce(Fact::Received { key, command: question }),
                    Command::GetState(_) => cx.announce(Fact::StateAsked { key, question }),
                    Command::Interrupt(_)
                    | Command::Terminate(_)
                    | Command::SwitchAgent(_)
                    | Command::GetMetrics(_)
                    | Command::Respond(_) => {}
                }
                self.route(cx, key, message);
            }
            Message::Gateway(message) => match message {
                GatewayMessage::Rotate { agent, model } => self.rotate(cx, *agent, *model),
                GatewayMessage::Busy(_) => self.set_busy(cx, true),
                GatewayMessage::Rested(_) => self.set_busy(cx, false),
                GatewayMessage::Leaving(key) => self.let_leave(cx, *key),
                GatewayMessage::Staying(key) => self.stays(cx, *key),
            },
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn route(&mut self, cx: &mut Cx<'_>, key: Key, message: Message) {
        let key = self.destination(key, &message);
        let index = self.find(key, &message).unwrap_or_else(|| self.open(cx, key, client(&message)));
        match self.entries[index].door {
            Door::Open(session) if !self.holds_back(index, &message) => cx.send(session, message),
            Door::Away => {
                let session = self.start(cx, index);
                cx.send(session, message);
            }
            Door::Open(_) | Door::Opening(_) | Door::Leaving(_) => self.keep(cx, index, message),
        }
    }

    /// Whose actor gets a command: that of its key.
    fn destination(&self, key: Key, message: &Message) -> Key {
        let (anywhere, in_session) = match message {
            Message::Command(Command::Work(_)) => (Variant::GlobalSingleFlight, Variant::SessionSingleFlight),
            Message::Command(Command::Interrupt(_)) => (Variant::GlobalSteer, Variant::SessionSteer),
            _ => return key,
        };
        let (anywhere, in_session) = (self.variants.has(anywhere), self.variants.has(in_session));
        let astray = |entry: &&Entry| anywhere || (in_session && entry.key.session == key.session);
        let busy = self.entries.iter().find(|entry| entry.busy && astray(entry));
        busy.map_or(key, |entry| entry.key)
    }

    fn find(&self, key: Key, message: &Message) -> Option<usize> {
        let blind =
            self.variants.has(Variant::TwoLoops) && matches!(message, Message::Command(Command::Work(_)));
        let sees = |entry: &Entry| {
            !blind || !matches!(entry.door, Door::Opening(_)) || entry.opener == client(message)
        };
        self.entries.iter().position(|entry| entry.key == key && sees(entry))
    }

    /// Whether a command must wait for another key: never, but in a variant.
    fn holds_back(&self, index: usize, message: &Message) -> bool {
        let key = self.entries[index].key;
        let shares = |entry: &Entry| self.share_a_permit(entry.key, key);
        matches!(message, Message::Command(Command::Work(_)))
            && self.entries.iter().any(|entry| entry.key != key && entry.busy && shares(entry))
    }

    /// Whether two keys have one permit for their runs: never, but in a variant.
    fn share_a_permit(&self, one: Key, other: Key) -> bool {
        let branches = one.session == other.session && self.variants.has(Variant::SessionPermit);
        branches || self.variants.has(Variant::GlobalPermit)
    }

    fn open(&mut self, cx: &mut Cx<'_>, key: Key, opener: Option<u16>) -> usize {
        cx.write(&format!("key/{}", self.entries.len()), &key);
        let door = Door::Opening(cx.sync());
        self.add(key, door, opener)
    }

    fn add(&mut self, key: Key, door: Door, opener: Option<u16>) -> usize {
        let unbounded = self.variants.has(Variant::UnboundedBacklog);
        let bounds = if unbounded { Bounds::default() } else { self.config.backlog };
        self.entries.push(Entry { key, door, backlog: Mailbox::new(bounds), busy: false, opener });
        self.entries.len() - 1
    }

    /// The runtime begins a new life: the keys that it knows open again, for there may be work under way.
    fn recover(&mut self, cx: &mut Cx<'_>, recovered: &Recovered) {
        self.models = recovered.get(MODELS).unwrap_or_default();
        for place in 0.. {
            let Some(key) = recovered.get(&format!("key/{place}")) else { break };
            let index = self.add(key, Door::Away, None);
            self.start(cx, index);
        }
    }

    /// The command waits for its key to be open, if there is room.
    fn keep(&mut self, cx: &mut Cx<'_>, index: usize, message: Message) {
        let Entry { key, backlog, .. } = &mut self.entries[index];
        let lane = message.lane();
        match backlog.push(lane, message) {
            Accepted::Queued => {
                let waiting = backlog.len_of(lane) as u16;
                cx.announce(Fact::Backlogged { key: *key, lane, waiting });
            }
            Accepted::Refused(message)
            | Accepted::DroppedNewest(message)
            | Accepted::DroppedOldest(message) => {
                if let Some((key, command, reply_to)) = message.command() {
                    refuse(cx, key, command, reply_to);
                }
            }
        }
    }

    /// A key's commit is done: its actor starts, and gets what has waited.
    fn opened(&mut self, cx: &mut Cx<'_>, write: WriteId) {
        for index in 0..self.entries.len() {
            if matches!(self.entries[index].door, Door::Opening(opening) if opening <= write) {
                let session = self.start(cx, index);
                self.pass_on(cx, index, session);
            }
        }
    }

    /// A life of a key's actor begins.
    fn start(&mut self, cx: &mut Cx<'_>, index: usize) -> Address {
        let key = self.entries[index].key;
        let actor = SessionActor::new(key, self.peers(cx), self.config, self.variants);
        let twins = self.entries[..index].iter().filter(|entry| entry.key == key).count();
        let name = if twins == 0 { key.to_string() } else { format!("{key}~{twins}") };
        let session = cx.spawn(&name, actor);
        self.entries[index].door = Door::Open(session);
        if self.models != ModelTable::default() {
            cx.send(session, Message::Models(self.models));
        }
        session
    }

    /// An agent has another model from now on. Sessions are told when that is durable.
    fn rotate(&mut self, cx: &mut Cx<'_>, agent: AgentName, model: ModelId) {
        let latest = self.rotating.last().map_or(self.models, |(_, models)| *models);
        let models = latest.rotated(agent, model);
        cx.write(MODELS, &models);
        self.rotating.push((cx.sync(), models));
    }

    /// A new table of models is durable.
    fn rotated(&mut self, cx: &mut Cx<'_>, write: WriteId) {
        let durable = self.rotating.iter().take_while(|(rotating, _)| *rotating <= write).count();
        let Some((_, models)) = self.rotating.drain(..durable).next_back() else { return };
        self.models = models;
        for session in self.entries.iter().filter_map(|entry| entry.door.actor()) {
            cx.send(session, Message::Models(models));
        }
    }

    /// An idle session would leave: from now on what comes for it is kept back.
    fn let_leave(&mut self, cx: &mut Cx<'_>, key: Key) {
        let sender = cx.sender();
        let asks = |entry: &&mut Entry| entry.key == key && entry.door.actor() == sender;
        if let Some(entry) = self.entries.iter_mut().find(asks)
            && let Door::Open(session) = entry.door
        {
            entry.door = Door::Leaving(session);
            cx.send(session, Message::Session(SessionMessage::Leave));
        }
    }

    /// A session had something to do after all.
    fn stays(&mut self, cx: &mut Cx<'_>, key: Key) {
        let sender = cx.sender();
        let asks = |entry: &Entry| entry.key == key && entry.door.actor() == sender;
        if let Some(index) = self.entries.iter().position(asks)
            && let Door::Leaving(session) = self.entries[index].door
        {
            self.entries[index].door = Door::Open(session);
            self.pass_on(cx, index, session);
        }
    }

    /// A session has ended: it has left, or it will recover at once (`actors.md` C.4).
    fn session_ended(&mut self, cx: &mut Cx<'_>, who: Address) {
        let Some(index) = self.entries.iter().position(|entry| entry.door.actor() == Some(who)) else {
            return;
        };
        let Entry { key, door, backlog, busy, .. } = &mut self.entries[index];
        *busy = false;
        if matches!(door, Door::Leaving(_)) && backlog.is_empty() {
            *door = Door::Away;
            return cx.announce(Fact::Passivated { key: *key });
        }
        let session = self.start(cx, index);
        self.pass_on(cx, index, session);
    }

    /// Passes on what has waited, strictly by lanes.
    fn pass_on(&mut self, cx: &mut Cx<'_>, index: usize, session: Address) {
        let Entry { key, backlog, .. } = &mut self.entries[index];
        let mut waiting: Vec<Message> = backlog.drain().collect();
        if self.variants.has(Variant::LowerLaneFirst) {
            waiting.sort_by_key(|message| Reverse(message.lane()));
        }
        let lanes: Vec<_> = waiting.iter().map(Message::lane).collect();
        for (place, message) in waiting.into_iter().enumerate() {
            let lane = lanes[place];
            let above = lanes[place + 1..].iter().filter(|later| **later < lane).count() as u16;
            cx.announce(Fact::Dispatched { key: *key, lane, above });
            cx.send(session, message);
        }
    }

    /// A session says whether it has something under way.
    fn set_busy(&mut self, cx: &mut Cx<'_>, busy: bool) {
        let sender = cx.sender();
        for entry in self.entries.iter_mut().filter(|entry| entry.door.actor() == sender) {
            entry.busy = busy;
        }
        let count = self.entries.iter().filter(|entry| entry.busy).count() as u16;
        cx.announce(Fact::KeysBusy { count });
        let rests = self.entries.iter().find(|entry| !busy && entry.door.actor() == sender);
        if let Some(key) = rests.map(|entry| entry.key)
            && self.share_a_permit(key, key)
        {
            self.release_one(cx, key);
        }
    }

    /// The permit that a key has shared is free: the first key that waits for it gets it.
    fn release_one(&mut self, cx: &mut Cx<'_>, key: Key) {
        if self.entries.iter().any(|entry| entry.busy && self.share_a_permit(entry.key, key)) {
            return;
        }
        let waits = |entry: &Entry| {
            let shares = self.share_a_permit(entry.key, key) && !entry.backlog.is_empty();
            entry.door.actor().filter(|_| shares)
        };
        let next = self.entries.iter().enumerate().find_map(|(index, entry)| Some((index, waits(entry)?)));
        if let Some((index, session)) = next {
            self.pass_on(cx, index, session);
        }
    }

    fn peers(&self, cx: &Cx<'_>) -> Peers {
        Peers { gateway: cx.me(), provider: self.provider, sandbox: self.sandbox, people: self.people }
    }
}

impl Actor<Session> for Gateway {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Message(envelope) => self.message(cx, envelope.message),
            Input::Timer(id) => unreachable!("a gateway sets no {id}"),
            Input::Synced(write) => {
                self.rotated(cx, write);
                self.opened(cx, write);
            }
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Signal(Signal::Exit { who, .. }) => self.session_ended(cx, who),
            Input::Start(recovered) => self.recover(cx, &recovered),
            Input::Signal(Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

/// Who gave a command.
fn client(message: &Message) -> Option<u16> {
    message.command().map(|(_, command, _)| command.client)
}

fn refuse(cx: &mut Cx<'_>, key: Key, command: CommandId, reply_to: Address) {
    cx.announce(Fact::Refused { key, command, why: Refusal::Unavailable });
    cx.send(reply_to, Message::Answer { command, reply: Reply::Unavailable });
}
