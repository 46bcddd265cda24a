//! Owns scopes and their tasks.

use std::collections::{BTreeMap, VecDeque};

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;

use super::task::{Peers, Task};
use super::{
    Background, Fact, Kind, Manner, Message, Outcome, PersonMessage, ScopeId, ServiceMessage, SourceMessage,
    Status, TaskId, TaskMessage, Variant, WIDTH,
};

/// The owner of all scopes.
#[derive(Clone, Debug, Hash)]
pub struct Service {
    registry: Address,
    cache: Address,
    scopes: BTreeMap<ScopeId, Scope>,
    claim: Option<TaskId>,
    variant: Variant,
}

/// A scope from its opening to its closing.
#[derive(Clone, Debug, Default, Hash)]
struct Scope {
    /// The number of the last task.
    last: u32,
    /// Tasks whose row is being made.
    starting: BTreeMap<TaskId, Kind>,
    /// Tasks that wait for their turn.
    queue: VecDeque<(TaskId, Kind)>,
    /// Tasks that live.
    live: BTreeMap<TaskId, (Kind, Address)>,
    closing: Option<Closing>,
    /// How many tasks ended while it was closing.
    ended: u32,
}

/// A scope that is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Closing {
    manner: Manner,
    asked_by: Address,
}

impl Scope {
    /// Whether nothing of it is left.
    fn is_over(&self) -> bool {
        self.starting.is_empty() && self.queue.is_empty() && self.live.is_empty()
    }
}

impl Service {
    /// A service whose tasks ask that registry and write into that cache.
    pub fn new(registry: Address, cache: Address, variant: Variant) -> Self {
        Self { registry, cache, scopes: BTreeMap::new(), claim: None, variant }
    }

    /// Who holds the claim of the one refresh.
    pub fn claim(&self) -> Option<TaskId> {
        self.claim
    }

    fn start(&mut self, cx: &mut Context<'_, Background>, scope: ScopeId, kind: Kind) {
        let Some(open) = self.scopes.get_mut(&scope).filter(|open| open.closing.is_none()) else {
            return cx.dead_letter(DeadLetter::Terminated);
        };
        if kind == Kind::Refresh && self.claim.is_some() {
            return cx.reply(Message::Person(PersonMessage::Started(scope))); // The one that runs is fresh enough.
        }
        open.last += 1;
        let task = TaskId { scope, number: open.last };
        if kind == Kind::Refresh {
            self.claim = Some(task);
            cx.announce(Fact::Claimed(task));
        }
        open.starting.insert(task, kind);
        cx.send(self.cache, Message::Source(SourceMessage::Record(task)));
        cx.reply(Message::Person(PersonMessage::Started(scope)));
    }

    /// The row of a task is there: it may live.
    fn recorded(&mut self, cx: &mut Context<'_, Background>, task: TaskId) {
        let Some(scope) = self.scopes.get_mut(&task.scope) else {
            return cx.dead_letter(DeadLetter::Terminated);
        };
        let Some(kind) = scope.starting.remove(&task) else {
            return cx.dead_letter(DeadLetter::UnknownCall);
        };
        cx.announce(Fact::Row { task, status: Status::InProgress });
        if scope.closing.is_some() {
            self.never_started(cx, task);
        } else {
            scope.queue.push_back((task, kind));
            self.fill(cx, task.scope);
        }
        self.close_if_over(cx, task.scope);
    }

    /// Its scope closed before it had its turn.
    fn never_started(&mut self, cx: &mut Context<'_, Background>, task: TaskId) {
        self.mark(cx, task, Outcome::Cancelled);
        if self.variant != Variant::ClaimLeak {
            self.release(cx, task);
        }
    }

    /// Starts what waits, as far as the width allows. A watch takes no room.
    fn fill(&mut self, cx: &mut Context<'_, Background>, id: ScopeId) {
        let peers = Peers { service: cx.me(), registry: self.registry, cache: self.cache };
        let Some(scope) = self.scopes.get_mut(&id) else { return };
        while scope.live.values().filter(|(kind, _)| *kind != Kind::Watch).count() < WIDTH {
            let Some((task, kind)) = scope.queue.pop_front() else { return };
            let name = format!("task-{}-{}", id.0, task.number);
            let address = cx.spawn(&name, Task::new(task, kind, peers, self.variant));
            if self.variant == Variant::RpcScope && kind == Kind::Run {
                cx.send(address, Message::Task(TaskMessage::Cancel)); // The request that it belongs to was answered.
            }
            if kind == Kind::Watch && self.variant == Variant::OneWatchEach {
                scope.live.retain(|_, (kind, _)| *kind != Kind::Watch);
            }
            if kind != Kind::Refresh || self.variant != Variant::DaemonTask {
                scope.live.insert(task, (kind, address));
            }
        }
    }

    fn close(&mut self, cx: &mut Context<'_, Background>, id: ScopeId, manner: Manner, asked_by: Address) {
        let Some(scope) = self.scopes.get_mut(&id).filter(|scope| scope.closing.is_none()) else {
            return cx.dead_letter(DeadLetter::Terminated);
        };
        scope.closing = Some(Closing { manner, asked_by });
        cx.announce(Fact::Closing(id));
        for (kind, task) in scope.live.values() {
            if manner == Manner::Cancel || *kind == Kind::Watch {
                cx.send(*task, Message::Task(TaskMessage::Cancel));
            }
        }
        let keeps_watches = self.variant == Variant::WatchAfterClose;
        let may_start = |kind: &Kind| manner == Manner::Drain && (*kind != Kind::Watch || keeps_watches);
        let (queue, dropped) =
            std::mem::take(&mut scope.queue).into_iter().partition(|(_, kind)| may_start(kind));
        scope.queue = queue;
        let dropped: VecDeque<_> = dropped;
        for (task, _) in dropped {
            self.never_started(cx, task);
        }
        self.close_if_over(cx, id);
    }

    fn ended(&mut self, cx: &mut Context<'_, Background>, task: TaskId, outcome: Outcome) {
        self.mark(cx, task, outcome);
        self.release(cx, task);
        let Some(scope) = self.scopes.get_mut(&task.scope) else { return };
        scope.live.remove(&task);
        scope.ended += u32::from(scope.closing.is_some());
        self.fill(cx, task.scope);
        self.close_if_over(cx, task.scope);
    }

    /// Says that a scope is closed, if nothing of it is left.
    fn close_if_over(&mut self, cx: &mut Context<'_, Background>, id: ScopeId) {
        let Some(scope) = self.scopes.get(&id) else { return };
        let Some(closing) = scope.closing else { return };
        let is_over = match (self.variant, closing.manner) {
            (Variant::CancelWithoutWaiting, Manner::Cancel) => scope.starting.is_empty(),
            (Variant::DrainForgetsCurrent, Manner::Drain) => {
                scope.starting.is_empty() && scope.queue.is_empty()
            }
            _ => scope.is_over(),
        };
        if is_over {
            let ended = scope.ended;
            self.scopes.remove(&id);
            cx.announce(Fact::Closed { scope: id, ended });
            cx.send(closing.asked_by, Message::Person(PersonMessage::Closed(id)));
        }
    }

    fn mark(&mut self, cx: &mut Context<'_, Background>, task: TaskId, outcome: Outcome) {
        let is_silent = match outcome {
            Outcome::Done => false,
            Outcome::Failed => self.variant == Variant::SwallowedFailure,
            Outcome::Cancelled => self.variant == Variant::LeftInProgress,
        };
        if !is_silent {
            cx.announce(Fact::Row { task, status: Status::Ended(outcome) });
        }
    }

    fn release(&mut self, cx: &mut Context<'_, Background>, task: TaskId) {
        if self.claim == Some(task) {
            self.claim = None;
            cx.announce(Fact::Released(task));
        }
    }
}

impl Actor<Background> for Service {
    fn receive(&mut self, cx: &mut Context<'_, Background>, input: Input<Background>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Service(message) => match message {
                    ServiceMessage::Open(scope) => {
                        self.scopes.insert(scope, Scope::default());
                        cx.announce(Fact::Opened(scope));
                    }
                    ServiceMessage::Start { scope, kind } => self.start(cx, scope, kind),
                    ServiceMessage::Recorded(task) => self.recorded(cx, task),
                    ServiceMessage::Close { scope, manner } => self.close(cx, scope, manner, envelope.from),
                    ServiceMessage::Ended { task, outcome } => self.ended(cx, task, outcome),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
