//! Work comes in, is made durable, waits, and is taken up (`actors.md` T1–T4', B.2).
//!
//! There is one way for all phases: commit, then queue, then start if nothing runs. So the emptiness check and the step
//! to idle are one turn, and no message falls between them.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::run::InterruptAck;

use super::ending::Last;
use super::journal::Record;
use super::memory::Seen;
use super::{Item, Phase, SessionActor, Then, answer_again};
use crate::session::Cx;
use crate::session::catalog::AgentName;
use crate::session::fact::{Cause, Fact, Queue, Refusal, Role};
use crate::session::id::RunId;
use crate::session::message::{GatewayMessage, Kind, Message, Reply, Work};
use crate::session::variant::Variant;

impl SessionActor {
    /// Someone offers work: T1, T3, T3'.
    pub(super) fn offer(&mut self, cx: &mut Cx<'_>, work: Work) {
        let seen = self.memory.recall(work.command).filter(|_| !self.variants.has(Variant::ForgetSeen));
        match (seen, &self.phase) {
            (Some(seen), _) if seen.content == work.content => answer_again(cx, seen, work.reply_to),
            (Some(_), _) => refuse(cx, &work, Refusal::Conflict),
            (None, Phase::Closed) => refuse(cx, &work, Refusal::Terminated),
            // That the key ends is not durable yet, so nobody may learn of it.
            (None, Phase::Closing { .. }) => refuse(cx, &work, Refusal::Unavailable),
            (None, _) if !may_answer(work.kind) => refuse(cx, &work, Refusal::InvalidRequest),
            (None, _) if !self.is_present(work.kind) => refuse(cx, &work, Refusal::StaleRun),
            (None, _) if !self.has_room(work.kind) => refuse(cx, &work, Refusal::QueueFull),
            (
                None,
                Phase::Idle
                | Phase::Starting { .. }
                | Phase::Running { .. }
                | Phase::Interrupting { .. }
                | Phase::Parked { .. }
                | Phase::Finalizing { .. },
            ) => self.accept(cx, &work),
        }
    }

    fn accept(&mut self, cx: &mut Cx<'_>, work: &Work) {
        let (command, content) = (work.command, work.content);
        self.memory.note(Seen { command, content, reply: None });
        let item = Item { key: work.key, command, kind: work.kind };
        let was_idle = matches!(self.phase, Phase::Idle);
        if self.variants.has(Variant::PublishFirst) {
            self.tell_accepted(cx, item, work.reply_to);
        }
        let then = Then::Admit { item, reply_to: work.reply_to, was_idle };
        self.commit(cx, Record::Admitted { item, content }, then);
    }

    fn tell_accepted(&mut self, cx: &mut Cx<'_>, item: Item, reply_to: Address) {
        cx.announce(Fact::Accepted { key: item.key, command: item.command, kind: item.kind });
        self.answer(cx, item.command, reply_to, Reply::Accepted);
    }

    /// Whether the run that the work is meant for is the present one.
    fn is_present(&self, kind: Kind) -> bool {
        let present = self.phase.run().map(|run| run.number);
        kind.expected().is_none_or(|expected| present == Some(expected))
    }

    /// Whether one more of this kind fits, counting what is being made durable: the check and the append are one step.
    fn has_room(&self, kind: Kind) -> bool {
        let reserved = |commit: &&super::Commit| matches!(&commit.then, Then::Admit { item, .. } if item.kind.queue() == kind.queue());
        let reserves = !self.variants.has(Variant::CheckThenAppend);
        let reserved = if reserves { self.commits.iter().filter(reserved).count() } else { 0 };
        let waiting = match kind.queue() {
            Queue::FollowUp => self.follow_up.len(),
            Queue::Steering => self.steering.len(),
        };
        waiting + reserved < usize::from(self.config.queue_cap)
    }

    /// The work is durable: only now is its client told.
    pub(super) fn admit(&mut self, cx: &mut Cx<'_>, item: Item, reply_to: Address, was_idle: bool) {
        if !self.variants.has(Variant::PublishFirst) {
            self.tell_accepted(cx, item, reply_to);
        }
        let winds_up = matches!(self.phase, Phase::Interrupting { .. });
        if winds_up && self.variants.has(Variant::DropUnhandled) {
            return;
        }
        self.release(cx);
        self.enqueue(cx, item);
        if item.kind.queue() == Queue::Steering {
            self.make_way(cx);
        }
        if self.may_start(was_idle) {
            self.start_next(cx);
        }
    }

    fn may_start(&self, was_idle: bool) -> bool {
        match self.phase {
            Phase::Idle => was_idle || !self.variants.has(Variant::LostWakeup),
            Phase::Starting { .. } => self.variants.has(Variant::ClearBeforeStore),
            Phase::Running { .. }
            | Phase::Interrupting { .. }
            | Phase::Parked { .. }
            | Phase::Finalizing { .. }
            | Phase::Closing { .. }
            | Phase::Closed => false,
        }
    }

    fn enqueue(&mut self, cx: &mut Cx<'_>, item: Item) {
        let queue = item.kind.queue();
        let waiting = match queue {
            Queue::FollowUp => &mut self.follow_up,
            Queue::Steering => &mut self.steering,
        };
        if queue == Queue::Steering && self.variants.has(Variant::LifoInterject) {
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
            cx.send(self.peers.gateway, Message::Gateway(GatewayMessage::Busy(self.key)));
        }
        self.last_run += 1;
        let run = RunId { key: self.key, number: self.last_run };
        cx.announce(Fact::InFlight { run, command: item.command, passed });
        self.phase = Phase::Starting { run, item, stopped: None };
        self.choose_agent(item.kind);
        if self.variants.has(Variant::ClearedFirst) {
            return self.commit(cx, Record::Cleared { command: item.command }, Then::Clear);
        }
        self.commit(cx, Record::Started { run, item }, Then::Start);
    }

    /// A variant's way: the item does not wait any more, and only now its message is stored.
    pub(super) fn store_message(&mut self, cx: &mut Cx<'_>) {
        if let Phase::Starting { run, item, .. } = self.phase {
            self.commit(cx, Record::Started { run, item }, Then::Start);
        }
    }

    /// The message of the run that is starting is stored: T2.
    pub(super) fn message_stored(&mut self, cx: &mut Cx<'_>) {
        match &self.phase {
            Phase::Starting { run, item, stopped } => {
                let (run, command, stopped) = (*run, item.command, *stopped);
                let role = Role::User { command };
                cx.announce(Fact::RowStored { key: self.key, run, step: 0, role });
                cx.announce(Fact::RunStarted { run, command });
                self.tally.begin(cx.now());
                match stopped.or_else(|| self.take_kept(cx, run)) {
                    Some(_) => self.finish(cx, run, 0, Cause::Interrupted, Last::Nothing),
                    None => self.call_model(cx, run, 1),
                }
            }
            // Terminated in between: the item will be among the dead letters.
            Phase::Closing { .. } | Phase::Closed => {}
            Phase::Idle
            | Phase::Running { .. }
            | Phase::Interrupting { .. }
            | Phase::Parked { .. }
            | Phase::Finalizing { .. } => {
                assert!(!self.variants.is_empty(), "a message was stored in {:?}", self.phase);
            }
        }
    }

    /// The interrupt that a variant has kept, which now hits the wrong run.
    fn take_kept(&mut self, cx: &mut Cx<'_>, run: RunId) -> Option<crate::session::CommandId> {
        let command = self.kept.take()?;
        cx.announce(Fact::InterruptEffect { run, command });
        Some(command)
    }
}

/// Whether the agent that the work names is one that people may run.
fn may_answer(kind: Kind) -> bool {
    kind.agent().is_none_or(AgentName::is_primary)
}

/// Tells a client that its work is not accepted. Nothing is stored, so a repeat is judged anew.
fn refuse(cx: &mut Cx<'_>, work: &Work, why: Refusal) {
    let reply = match why {
        Refusal::QueueFull => Reply::QueueFull,
        Refusal::Unavailable => Reply::Unavailable,
        Refusal::Terminated => Reply::Terminated,
        Refusal::Conflict => Reply::Conflict,
        Refusal::InvalidRequest => Reply::InvalidRequest,
        Refusal::StaleRun => Reply::Interrupt(InterruptAck::StaleRun),
    };
    cx.announce(Fact::Refused { key: work.key, command: work.command, why });
    cx.send(work.reply_to, Message::Answer { command: work.command, reply });
}
