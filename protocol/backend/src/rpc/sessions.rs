//! Stores requests and executes them.

use std::collections::{BTreeMap, BTreeSet};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Recovered, Signal, WriteId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::cascade::Cascade;
use super::fact::{Fact, Source};
use super::journal::{Journal, Told};
use super::key::Key;
use super::message::{
    FrontMessage, Message, Operation, Reply, Request, RequestId, SessionId, SessionsMessage,
};
use super::protocol::Rpc;
use super::requests::{Known, Requests};
use super::tree::Tree;
use super::turns::Turn;
use super::variant::Variant;

/// The sessions of a service. What it tells of a change is told when that is durable.
#[derive(Clone, Debug, Hash)]
pub struct Sessions {
    pub(super) front: Address,
    pub(super) requests: Requests,
    pub(super) tree: Tree,
    pub(super) journal: Journal,
    /// Who is to be answered when a request is executed.
    asked: BTreeMap<Key, BTreeSet<RequestId>>,
    pub(super) turns: BTreeMap<SessionId, Turn>,
    /// How many turns began in this life.
    pub(super) begun: u32,
    pub(super) cascades: Vec<Cascade>,
    /// The last execution of the life before.
    inherited: u64,
    pub(super) variant: Variant,
}

impl Sessions {
    /// Sessions that are asked through that front.
    pub fn new(front: Address, variant: Variant) -> Self {
        Self {
            front,
            requests: Requests::default(),
            tree: Tree::default(),
            journal: Journal::default(),
            asked: BTreeMap::new(),
            turns: BTreeMap::new(),
            begun: 0,
            cascades: Vec::new(),
            inherited: 0,
            variant,
        }
    }

    /// Goes on from what is durable: states the last commit, and takes up what has no reply.
    fn begin(&mut self, cx: &mut Context<'_, Rpc>, recovered: &Recovered) {
        let (journal, kept) = Journal::recovered(recovered);
        (self.journal, self.requests, self.tree) = (journal, kept.requests, kept.tree);
        cx.announce(Fact::SessionsBegan);
        kept.states.into_iter().for_each(|fact| cx.announce(fact));
        self.inherited = self.requests.executions();
        if self.variant == Variant::ForgetsReplies {
            self.requests.forget_replies();
        }
        if self.variant == Variant::TakesUpNothing {
            return;
        }
        for (key, request) in self.requests.pending() {
            match request.operation {
                Operation::Delete => self.delete(cx, key, request.session),
                Operation::GetState | Operation::Send | Operation::Create => self.execute(cx, key, request),
            }
        }
    }

    /// A request comes, perhaps not for the first time.
    fn take(&mut self, cx: &mut Context<'_, Rpc>, request: Request) {
        let key = Key::of(&request, self.variant);
        match self.requests.take(&key, request) {
            Known::Stale => cx.dead_letter(DeadLetter::StaleAttempt),
            Known::Pending => drop(self.asked.entry(key).or_default().insert(request.id)),
            Known::Executed { as_request, execution } => {
                let source =
                    if execution.number <= self.inherited { Source::EarlierLife } else { Source::Store };
                self.answer(request.id, as_request, execution.reply, source);
            }
            Known::New => {
                self.state(Fact::Stored(request));
                self.asked.entry(key.clone()).or_default().insert(request.id);
                match request.operation {
                    Operation::Delete if self.tree.lives(request.session) => {
                        self.delete(cx, key, request.session);
                    }
                    Operation::Delete => self.finish(&key, Reply::Terminated),
                    Operation::GetState | Operation::Send | Operation::Create => {
                        self.execute(cx, key, request);
                    }
                }
            }
        }
    }

    /// Executes what is no deletion. Only a turn takes time.
    fn execute(&mut self, cx: &mut Context<'_, Rpc>, key: Key, request: Request) {
        let session = request.session;
        let reply = match request.operation {
            Operation::Send if self.tree.lives(session) => {
                return self.want_turn(cx, session, key, request.id);
            }
            Operation::Send | Operation::Delete => Reply::Terminated,
            Operation::Create => self.create(session),
            Operation::GetState => self.read(session),
        };
        self.finish(&key, reply);
    }

    fn read(&mut self, session: SessionId) -> Reply {
        if self.variant == Variant::ReadMakesAnew && self.is_being_deleted(session) {
            self.tree.make_anew(session);
        }
        self.tree.state(session).unwrap_or(Reply::Terminated)
    }

    /// Makes a session below another, unless that is deleted or about to be.
    pub(super) fn create(&mut self, parent: SessionId) -> Reply {
        let Some(session) = self.tree.create(parent) else {
            if self.is_being_deleted(parent) {
                self.state(Fact::CreationRefused(parent));
            }
            return Reply::Terminated;
        };
        self.state(Fact::Created { session, parent });
        self.journal.tell(Told::Message(self.front, Message::Front(FrontMessage::Happened(session))));
        Reply::Created(session)
    }

    /// A request is executed: whoever asked is answered when that is durable.
    pub(super) fn finish(&mut self, key: &Key, reply: Reply) {
        let (request, execution) = self.requests.executed(key, reply);
        let (number, reply) = (execution.number, execution.reply);
        self.state(Fact::Executed { request, execution: number, reply: reply.clone() });
        for asked in self.asked.remove(key).unwrap_or_default() {
            self.answer(asked, request.id, reply.clone(), Source::Execution);
        }
    }

    fn answer(&mut self, request: RequestId, executed: RequestId, reply: Reply, source: Source) {
        self.state(Fact::Answered { request, executed, reply: reply.clone(), source });
        self.journal
            .tell(Told::Message(self.front, Message::Front(FrontMessage::Replied { request, reply })));
    }

    /// States something when all that has changed until now is durable.
    pub(super) fn state(&mut self, fact: Fact) {
        self.journal.tell(Told::Fact(fact));
    }

    fn synced(&mut self, cx: &mut Context<'_, Rpc>, id: WriteId) {
        for told in self.journal.synced(id) {
            match told {
                Told::Fact(fact) => {
                    if let Fact::Terminated(session) = fact {
                        self.deletion_is_durable(session);
                    }
                    cx.announce(fact);
                }
                Told::Message(to, message) => cx.send(to, message),
            }
        }
        self.go_on(cx);
    }
}

impl Actor<Rpc> for Sessions {
    fn receive(&mut self, cx: &mut Context<'_, Rpc>, input: Input<Rpc>) {
        match input {
            Input::Start(recovered) => self.begin(cx, &recovered),
            Input::Message(envelope) => match envelope.message {
                Message::Sessions(message) => match message {
                    SessionsMessage::Execute(request) => self.take(cx, request),
                    SessionsMessage::CallBack { session, wish } => {
                        self.called_back(cx, envelope.from, session, wish);
                    }
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Exit { who, .. }) => self.tool_ended(cx, who),
            Input::Synced(id) => self.synced(cx, id),
            Input::Timer(due) => self.cleared(cx, due),
            Input::Signal(_) => {}
        }
        self.journal.commit(cx, &self.requests, &self.tree);
    }
}
