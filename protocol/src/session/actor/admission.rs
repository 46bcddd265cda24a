//! Work comes in, is made durable, waits, and is taken up (`actors.md` T1–T4', B.2).
//!
//! There is one way for all phases: commit, then queue, then start if nothing runs. So the emptiness check and the step
//! to idle are one turn, and no message falls between them.

use super::{Item, Phase, Seen, SessionActor, Then, answer_again};
use crate::address::Address;
use crate::mailbox::DeadLetter;
use crate::session::Cx;
use crate::session::fact::{Cause, Fact, Queue, Refusal, Role};
use crate::session::id::RunId;
use crate::session::message::{Kind, Message, Reply, Work};
use crate::session::variant::Variant;

impl SessionActor {
    /// Someone offers work: T1, T3, T3'.
    pub(super) fn offer(&mut self, cx: &mut Cx<'_>, work: Work) {
        let seen = self.recall(work.command).filter(|_| self.variant != Variant::ForgetSeen);
        match (seen, &self.phase) {
            (Some(seen), _) if seen.content == work.content => answer_again(cx, seen, work.reply_to),
            (Some(_), _) => refuse(cx, &work, Refusal::Conflict),
            (None, Phase::Closed) => refuse(cx, &work, Refusal::Terminated),
            (None, _) if !self.has_room(work.kind) => refuse(cx, &work, Refusal::QueueFull),
            (
                None,
                Phase::Idle | Phase::Starting { .. } | Phase::Running { .. } | Phase::Interrupting { .. },
            ) => self.accept(cx, &work),
        }
    }

    fn accept(&mut self, cx: &mut Cx<'_>, work: &Work) {
        self.note(Seen { command: work.command, content: work.content, reply: None });
        let item = Item { key: work.key, command: work.command, kind: work.kind };
        let was_idle = matches!(self.phase, Phase::Idle);
        self.commit(cx, Then::Admit { item, reply_to: work.reply_to, was_idle });
    }

    /// Whether one more of this kind fits, counting what is being made durable: the check and the append are one step.
    fn has_room(&self, kind: Kind) -> bool {
        let reserved =
            |commit: &&super::Commit| matches!(&commit.then, Then::Admit { item, .. } if item.kind == kind);
        let reserved = match self.variant {
            Variant::CheckThenAppend => 0,
            _ => self.commits.iter().filter(reserved).count(),
        };
        let waiting = match kind {
            Kind::Message => self.follow_up.len(),
            Kind::Interjection => self.steering.len(),
        };
        waiting + reserved < usize::from(self.config.queue_cap)
    }

    /// The work is durable: only now is its client told.
    pub(super) fn admit(&mut self, cx: &mut Cx<'_>, item: Item, reply_to: Address, was_idle: bool) {
        if matches!(self.phase, Phase::Closed) {
            cx.announce(Fact::Refused { key: item.key, command: item.command, why: Refusal::Terminated });
            return self.answer(cx, item.command, reply_to, Reply::Terminated);
        }
        cx.announce(Fact::Accepted { key: item.key, command: item.command, kind: item.kind });
        self.answer(cx, item.command, reply_to, Reply::Accepted);
        let winds_up = matches!(self.phase, Phase::Interrupting { .. });
        if winds_up && self.variant == Variant::DropUnhandled {
            return;
        }
        self.enqueue(cx, item);
        if item.kind == Kind::Interjection {
            self.make_way(cx);
        }
        if self.may_start(was_idle) {
            self.start_next(cx);
        }
    }

    fn may_start(&self, was_idle: bool) -> bool {
        match self.phase {
            Phase::Idle => was_idle || self.variant != Variant::LostWakeup,
            Phase::Starting { .. } => self.variant == Variant::ClearBeforeStore,
            Phase::Running { .. } | Phase::Interrupting { .. } | Phase::Closed => false,
        }
    }

    fn enqueue(&mut self, cx: &mut Cx<'_>, item: Item) {
        let (queue, waiting) = match item.kind {
            Kind::Message => (Queue::FollowUp, &mut self.follow_up),
            Kind::Interjection => (Queue::Steering, &mut self.steering),
        };
        if queue == Queue::Steering && self.variant == Variant::LifoInterject {
            waiting.push_front(item);
        } else {
            waiting.push_back(item);
        }
        let len = waiting.len() as u16;
        cx.announce(Fact::Queued { key: self.key, command: item.command, queue, len });
    }

    /// Takes up what waits, interjections first (T4'); rests if nothing does.
    pub(super) fn start_next(&mut self, cx: &mut Cx<'_>) {
        let steering = self.steering.pop_front();
        let passed = if steering.is_some() { self.follow_up.len() as u16 } else { 0 };
        let Some(item) = steering.or_else(|| self.follow_up.pop_front()) else { return self.rest(cx) };
        if matches!(self.phase, Phase::Idle) {
            cx.send(self.peers.gateway, Message::Busy(self.key));
        }
        self.last_run += 1;
        let run = RunId { key: self.key, number: self.last_run };
        cx.announce(Fact::InFlight { run, command: item.command, passed });
        self.phase = Phase::Starting { run, item, stopped: None };
        self.commit(cx, Then::Start);
    }

    /// Nothing waits: the session is idle from this turn on.
    pub(super) fn rest(&mut self, cx: &mut Cx<'_>) {
        self.phase = Phase::Idle;
        cx.send(self.peers.gateway, Message::Rested(self.key));
    }

    /// The message of the run that is starting is stored: T2.
    pub(super) fn message_stored(&mut self, cx: &mut Cx<'_>) {
        match &self.phase {
            Phase::Starting { run, item, stopped } => {
                let (run, command, stopped) = (*run, item.command, *stopped);
                let role = Role::User { command };
                cx.announce(Fact::RowStored { key: self.key, run, step: 0, role });
                cx.announce(Fact::RunStarted { run, command });
                match stopped.or_else(|| self.take_kept(cx, run)) {
                    Some(_) => self.finish(cx, run, Cause::Interrupted),
                    None => self.call_model(cx, run, 1),
                }
            }
            // Terminated in between: the item is among the dead letters.
            Phase::Closed => {}
            Phase::Idle | Phase::Running { .. } | Phase::Interrupting { .. } => {
                assert!(self.variant != Variant::Reference, "a message was stored in {:?}", self.phase);
            }
        }
    }

    /// The interrupt that a variant has kept, which now hits the wrong run.
    fn take_kept(&mut self, cx: &mut Cx<'_>, run: RunId) -> Option<crate::session::CommandId> {
        let command = self.kept.take()?;
        cx.announce(Fact::InterruptEffect { run, command });
        Some(command)
    }

    /// Nothing that waits will run: each item is told as a dead letter (T14).
    pub(super) fn bury_waiting(&mut self, cx: &mut Cx<'_>) {
        for item in self.steering.drain(..).chain(self.follow_up.drain(..)) {
            let (key, command) = (item.key, item.command);
            cx.announce(Fact::DeadLettered { key, command, why: DeadLetter::Terminated });
        }
    }
}

/// Tells a client that its work is not accepted. Nothing is stored, so a repeat is judged anew.
fn refuse(cx: &mut Cx<'_>, work: &Work, why: Refusal) {
    let reply = match why {
        Refusal::QueueFull => Reply::QueueFull,
        Refusal::Unavailable => Reply::Unavailable,
        Refusal::Terminated => Reply::Terminated,
        Refusal::Conflict => Reply::Conflict,
    };
    cx.announce(Fact::Refused { key: work.key, command: work.command, why });
    cx.send(work.reply_to, Message::Answer { command: work.command, reply });
}
