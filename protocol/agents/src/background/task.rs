//! Fetches something and writes it, or watches until told to stop.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{
    Background, Fact, HOOK, Kind, Message, Outcome, PATIENCE, ServiceMessage, SourceMessage, TaskId,
    TaskMessage, Variant,
};

/// Whom a task talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peers {
    /// Who started it.
    pub service: Address,
    /// Whom it asks.
    pub registry: Address,
    /// Where it writes.
    pub cache: Address,
}

/// A task in one of its phases.
#[derive(Clone, Debug, Hash)]
pub struct Task {
    id: TaskId,
    kind: Kind,
    peers: Peers,
    phase: Phase,
    variant: Variant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Waits for what it asked for, or for the next look.
    Waiting,
    /// Its write is under way, and cannot be called back.
    Writing { then: Outcome },
    /// Cleans up; what it had under way has ended.
    CleaningUp { outcome: Outcome },
    /// Through with everything.
    Over,
}

const WAIT: TimerId = TimerId(1);
const CLEAN_UP: TimerId = TimerId(2);
/// The time between two looks of a watch.
const LOOK: Duration = Duration::from_millis(300);

impl Task {
    /// A task that begins when it is started.
    pub fn new(id: TaskId, kind: Kind, peers: Peers, variant: Variant) -> Self {
        Self { id, kind, peers, phase: Phase::Waiting, variant }
    }

    fn begin(&mut self, cx: &mut Context<'_, Background>) {
        cx.announce(Fact::Began(self.id));
        match self.kind {
            Kind::Refresh | Kind::Run => {
                cx.send(self.peers.registry, Message::Source(SourceMessage::Fetch));
                cx.set_timer(WAIT, PATIENCE);
            }
            Kind::Watch => cx.set_timer(WAIT, LOOK),
        }
    }

    fn waited(&mut self, cx: &mut Context<'_, Background>) {
        match (self.phase, self.kind) {
            (Phase::Waiting, Kind::Watch) => cx.set_timer(WAIT, LOOK),
            (Phase::Waiting, Kind::Refresh | Kind::Run) => self.clean_up(cx, Outcome::Failed),
            (Phase::Writing { .. } | Phase::CleaningUp { .. } | Phase::Over, _) => {}
        }
    }

    fn fetched(&mut self, cx: &mut Context<'_, Background>) {
        match self.phase {
            Phase::Waiting => {
                cx.cancel_timer(WAIT);
                self.phase = Phase::Writing { then: Outcome::Done };
                cx.send(self.peers.cache, Message::Source(SourceMessage::Write { task: self.id }));
            }
            Phase::Writing { .. } | Phase::CleaningUp { .. } | Phase::Over => {
                cx.dead_letter(DeadLetter::LateResult);
            }
        }
    }

    fn cancel(&mut self, cx: &mut Context<'_, Background>) {
        match self.phase {
            Phase::Waiting => {
                cx.cancel_timer(WAIT);
                self.clean_up(cx, Outcome::Cancelled);
            }
            Phase::Writing { .. } => self.phase = Phase::Writing { then: Outcome::Cancelled },
            Phase::CleaningUp { .. } | Phase::Over => {}
        }
    }

    /// What it had under way has ended; what it holds outside is given back, which is an effect, too.
    fn clean_up(&mut self, cx: &mut Context<'_, Background>, outcome: Outcome) {
        if self.variant == Variant::EndedBeforeHook {
            cx.send(self.peers.service, Message::Service(ServiceMessage::Ended { task: self.id, outcome }));
        }
        self.phase = Phase::CleaningUp { outcome };
        cx.set_timer(CLEAN_UP, HOOK);
    }

    fn cleaned_up(&mut self, cx: &mut Context<'_, Background>, outcome: Outcome) {
        self.phase = Phase::Over;
        if outcome == Outcome::Cancelled && self.kind != Kind::Watch {
            cx.announce(Fact::Effect(self.id));
        }
        cx.announce(Fact::Stopped { task: self.id, outcome });
        if self.variant != Variant::EndedBeforeHook {
            cx.send(self.peers.service, Message::Service(ServiceMessage::Ended { task: self.id, outcome }));
        }
        cx.exit();
    }
}

impl Actor<Background> for Task {
    fn receive(&mut self, cx: &mut Context<'_, Background>, input: Input<Background>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Timer(WAIT) => self.waited(cx),
            Input::Timer(CLEAN_UP) => match self.phase {
                Phase::CleaningUp { outcome } => self.cleaned_up(cx, outcome),
                Phase::Waiting | Phase::Writing { .. } | Phase::Over => {}
            },
            Input::Message(envelope) => match envelope.message {
                Message::Task(message) => match message {
                    TaskMessage::Fetched => self.fetched(cx),
                    TaskMessage::Written => match self.phase {
                        Phase::Writing { then } => self.clean_up(cx, then),
                        Phase::Waiting | Phase::CleaningUp { .. } | Phase::Over => {
                            cx.dead_letter(DeadLetter::LateResult);
                        }
                    },
                    TaskMessage::Cancel => self.cancel(cx),
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(Signal::Shutdown) => self.cancel(cx),
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
