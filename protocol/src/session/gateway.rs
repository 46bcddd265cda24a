//! Finds or opens the actor of a key, and passes commands on to it.

use std::cmp::Reverse;

use super::actor::{Peers, SessionActor};
use super::config::Config;
use super::fact::{Fact, Refusal};
use super::id::{CommandId, Key};
use super::message::{Message, Reply};
use super::variant::Variant;
use super::{Cx, Session};
use crate::actor::Actor;
use crate::address::Address;
use crate::input::{Input, Signal, WriteId};
use crate::mailbox::{Accepted, Bounds, DeadLetter, Mailbox};

/// The parent of all sessions of a runtime.
///
/// Opening a key takes a commit; what comes meanwhile waits by lanes and within bounds. Finding a key and noting that it
/// is being opened are one turn, so a key never gets two actors (F1 and its near misses, `actors.md` F).
#[derive(Clone, Debug, Hash)]
pub struct Gateway {
    provider: Address,
    sandbox: Address,
    config: Config,
    variant: Variant,
    entries: Vec<Entry>,
}

/// A key that somebody has asked for.
#[derive(Clone, Debug, Hash)]
struct Entry {
    key: Key,
    /// The commit after which the key is open.
    opening: WriteId,
    /// Its actor, once it is open.
    session: Option<Address>,
    /// What waits for it to be open.
    backlog: Mailbox<Message>,
    /// Whether it has something under way, as far as the gateway has heard.
    busy: bool,
}

impl Gateway {
    /// A gateway to no sessions yet.
    pub fn new(provider: Address, sandbox: Address, config: Config, variant: Variant) -> Self {
        Self { provider, sandbox, config, variant, entries: Vec::new() }
    }

    fn message(&mut self, cx: &mut Cx<'_>, message: Message) {
        match &message {
            Message::Work(work) => {
                cx.announce(Fact::Received { key: work.key, command: work.command });
                self.route(cx, work.key, message);
            }
            Message::Interrupt(interrupt) => self.route(cx, interrupt.key, message),
            Message::Terminate(terminate) => self.route(cx, terminate.key, message),
            Message::Busy(_) => self.set_busy(cx, true),
            Message::Rested(_) => self.set_busy(cx, false),
            Message::Record(_)
            | Message::Answer { .. }
            | Message::Generate { .. }
            | Message::CloseStream { .. }
            | Message::Chunk { .. }
            | Message::StreamEnded { .. }
            | Message::Execute { .. }
            | Message::CancelCalls { .. }
            | Message::Perform { .. }
            | Message::Abort { .. }
            | Message::Performed { .. }
            | Message::Aborted { .. }
            | Message::Result(_)
            | Message::Acknowledged { .. } => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    fn route(&mut self, cx: &mut Cx<'_>, key: Key, message: Message) {
        let key = self.destination(key, &message);
        let index = self.find(key, &message).unwrap_or_else(|| self.open(cx, key));
        match self.entries[index].session {
            Some(session) if !self.holds_back(index, &message) => cx.send(session, message),
            _ => self.keep(cx, index, message),
        }
    }

    /// Whose actor gets a command: that of its key.
    fn destination(&self, key: Key, message: &Message) -> Key {
        match (self.variant, message) {
            (Variant::GlobalSingleFlight, Message::Work(_))
            | (Variant::GlobalSteer, Message::Interrupt(_)) => {
                self.entries.iter().find(|entry| entry.busy).map_or(key, |entry| entry.key)
            }
            _ => key,
        }
    }

    fn find(&self, key: Key, message: &Message) -> Option<usize> {
        let blind = self.variant == Variant::TwoLoops && matches!(message, Message::Work(_));
        self.entries.iter().position(|entry| entry.key == key && (entry.session.is_some() || !blind))
    }

    /// Whether a command must wait for another key: never, but in a variant.
    fn holds_back(&self, index: usize, message: &Message) -> bool {
        let other_runs =
            || self.entries.iter().enumerate().any(|(other, entry)| other != index && entry.busy);
        self.variant == Variant::GlobalPermit && matches!(message, Message::Work(_)) && other_runs()
    }

    fn open(&mut self, cx: &mut Cx<'_>, key: Key) -> usize {
        cx.write("keys", &(self.entries.len() as u32 + 1));
        let bounds = match self.variant {
            Variant::UnboundedBacklog => Bounds::default(),
            _ => self.config.backlog,
        };
        let (opening, backlog) = (cx.sync(), Mailbox::new(bounds));
        self.entries.push(Entry { key, opening, session: None, backlog, busy: false });
        self.entries.len() - 1
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
            let Entry { key, opening, session, .. } = self.entries[index];
            if session.is_none() && opening <= write {
                let actor = SessionActor::new(key, self.peers(cx), self.config, self.variant);
                let twins = self.entries[..index].iter().filter(|entry| entry.key == key).count();
                let name = if twins == 0 { key.to_string() } else { format!("{key}~{twins}") };
                let address = cx.spawn(&name, actor);
                self.entries[index].session = Some(address);
                self.pass_on(cx, index, address);
            }
        }
    }

    /// Passes on what has waited, strictly by lanes.
    fn pass_on(&mut self, cx: &mut Cx<'_>, index: usize, session: Address) {
        let Entry { key, backlog, .. } = &mut self.entries[index];
        let mut waiting: Vec<Message> = backlog.drain().collect();
        if self.variant == Variant::LowerLaneFirst {
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
        for entry in self.entries.iter_mut().filter(|entry| entry.session == sender) {
            entry.busy = busy;
        }
        let count = self.entries.iter().filter(|entry| entry.busy).count() as u16;
        cx.announce(Fact::KeysBusy { count });
        if count == 0 && self.variant == Variant::GlobalPermit {
            self.release_one(cx);
        }
    }

    /// The permit of all keys is free: the first key that waits for it gets it.
    fn release_one(&mut self, cx: &mut Cx<'_>) {
        let waits = |entry: &Entry| entry.session.filter(|_| !entry.backlog.is_empty());
        let next = self.entries.iter().enumerate().find_map(|(index, entry)| Some((index, waits(entry)?)));
        if let Some((index, session)) = next {
            self.pass_on(cx, index, session);
        }
    }

    fn peers(&self, cx: &Cx<'_>) -> Peers {
        Peers { gateway: cx.me(), provider: self.provider, sandbox: self.sandbox }
    }
}

impl Actor<Session> for Gateway {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Message(envelope) => self.message(cx, envelope.message),
            Input::Timer(id) => unreachable!("a gateway sets no {id}"),
            Input::Synced(write) => self.opened(cx, write),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            // Sessions do not end so far: supervision comes with a later issue.
            Input::Start(_)
            | Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}

fn refuse(cx: &mut Cx<'_>, key: Key, command: CommandId, reply_to: Address) {
    cx.announce(Fact::Refused { key, command, why: Refusal::Unavailable });
    cx.send(reply_to, Message::Answer { command, reply: Reply::Unavailable });
}
