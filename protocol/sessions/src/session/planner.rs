//! Holds one plan up to people, and has exactly one word on each (`actors.md` A.4).

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, Recovered, Signal, WriteId};
use rehearsal_protocol::mailbox::DeadLetter;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Verdict};
use super::id::{CallId, CommandId};
use super::message::{Decision, Message, PlannerMessage, Reply, SessionMessage};
use super::variant::{Variant, Variants};
use super::{Cx, Session};

/// The planner of one key. What it holds up is on its disk first, and so is a decision before anybody learns of it: a decision claims the
/// plan, and whoever comes second finds nothing to decide.
#[derive(Clone, Debug, Hash)]
pub struct PlannerActor {
    session: Address,
    variants: Variants,
    durable: Durable,
    state: State,
}

/// Where the plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// There is none.
    Idle,
    /// It is being written.
    Writing { call: CallId, write: WriteId },
    /// People may decide.
    Presented { call: CallId },
    /// A decision has claimed it, and is being written.
    Claimed { call: CallId, verdict: Verdict, by: Option<(CommandId, Address)>, write: WriteId },
    /// The last plan was decided on.
    Decided { call: CallId, verdict: Verdict },
}

/// What is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kept {
    Presented(CallId),
    Decided(CallId, Verdict),
}

const PLAN: &str = "plan";

impl PlannerActor {
    /// The planner of `session`, without a plan.
    pub fn new(session: Address, variants: impl Into<Variants>) -> Self {
        Self { session, variants: variants.into(), durable: Durable::default(), state: State::Idle }
    }

    fn message(&mut self, cx: &mut Cx<'_>, message: Message) {
        match message {
            Message::Planner(message) => match message {
                PlannerMessage::Present { call } => self.present(cx, call),
                PlannerMessage::Decide { call, decision, by } => {
                    let verdict = match decision {
                        Decision::Allow => Verdict::Confirmed,
                        Decision::Deny => Verdict::Rejected,
                    };
                    self.decide(cx, call, verdict, Some(by));
                }
            },
            Message::CancelCalls { run } => match self.state {
                State::Writing { call, .. } | State::Presented { call } if call.run == run => {
                    self.decide(cx, call, Verdict::Cancelled, None);
                }
                State::Idle
                | State::Writing { .. }
                | State::Presented { .. }
                | State::Claimed { .. }
                | State::Decided { .. } => {}
            },
            _ => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    /// A plan that is known already is held up again: the session has crashed since.
    fn present(&mut self, cx: &mut Cx<'_>, call: CallId) {
        match self.state {
            State::Presented { call: known } if known == call => {
                cx.send(self.session, Message::Session(SessionMessage::NeedsPeople { call }));
            }
            State::Writing { call: known, .. } | State::Claimed { call: known, .. } if known == call => {}
            State::Decided { call: known, verdict } if known == call => self.tell(cx, call, verdict, None),
            State::Idle
            | State::Writing { .. }
            | State::Presented { .. }
            | State::Claimed { .. }
            | State::Decided { .. } => {
                self.durable.write(cx, PLAN, &Kept::Presented(call));
                self.state = State::Writing { call, write: cx.sync() };
            }
        }
    }

    /// Claims the plan, if it is there to be claimed.
    fn decide(&mut self, cx: &mut Cx<'_>, call: CallId, verdict: Verdict, by: Option<(CommandId, Address)>) {
        let early = self.variants.has(Variant::PublishBeforeClaim);
        match self.state {
            State::Writing { call: known, .. } | State::Presented { call: known } if known == call => {
                self.claim(cx, call, verdict, by);
            }
            State::Claimed { call: known, .. } if early && known == call => self.claim(cx, call, verdict, by),
            State::Idle
            | State::Writing { .. }
            | State::Presented { .. }
            | State::Claimed { .. }
            | State::Decided { .. } => {
                if let Some((command, reply_to)) = by {
                    cx.send(reply_to, Message::Answer { command, reply: Reply::NothingPending });
                }
            }
        }
    }

    fn claim(&mut self, cx: &mut Cx<'_>, call: CallId, verdict: Verdict, by: Option<(CommandId, Address)>) {
        if self.variants.has(Variant::PublishBeforeClaim) {
            publish(cx, call, verdict);
        }
        self.durable.write(cx, PLAN, &Kept::Decided(call, verdict));
        self.state = State::Claimed { call, verdict, by, write: cx.sync() };
    }

    fn durable(&mut self, cx: &mut Cx<'_>, durable: WriteId) {
        match self.state {
            State::Writing { call, write } if write <= durable => {
                cx.announce(Fact::PlanPresented { call });
                cx.send(self.session, Message::Session(SessionMessage::NeedsPeople { call }));
                self.state = State::Presented { call };
            }
            State::Claimed { call, verdict, by, write } if write <= durable => {
                if !self.variants.has(Variant::PublishBeforeClaim) {
                    publish(cx, call, verdict);
                }
                self.tell(cx, call, verdict, by);
                self.state = State::Decided { call, verdict };
            }
            State::Idle
            | State::Writing { .. }
            | State::Presented { .. }
            | State::Claimed { .. }
            | State::Decided { .. } => {}
        }
    }

    fn tell(&self, cx: &mut Cx<'_>, call: CallId, verdict: Verdict, by: Option<(CommandId, Address)>) {
        let decision = match verdict {
            Verdict::Confirmed => Decision::Allow,
            // A session that has cancelled waits no more; one that forgot about it in a crash must not wait for ever.
            Verdict::Rejected | Verdict::Cancelled => Decision::Deny,
        };
        cx.send(self.session, Message::Session(SessionMessage::Resolved { call, decision, by }));
    }

    /// A plan is held up again; a decision that is on the disk is told again, for the session may not know it.
    fn recover(&mut self, cx: &mut Cx<'_>, recovered: &Recovered) {
        let (durable, kept) = Durable::recovered(recovered, PLAN);
        self.durable = durable;
        match kept {
            None => {}
            Some(Kept::Presented(call)) => self.state = State::Presented { call },
            Some(Kept::Decided(call, verdict)) => {
                publish(cx, call, verdict);
                self.tell(cx, call, verdict, None);
                self.state = State::Decided { call, verdict };
            }
        }
    }
}

/// The word on a plan; a plan that is confirmed is what the conversation goes on from.
fn publish(cx: &mut Cx<'_>, call: CallId, verdict: Verdict) {
    cx.announce(Fact::PlanDecided { call, verdict });
    if verdict == Verdict::Confirmed {
        cx.announce(Fact::Checkpointed { call });
    }
}

impl Actor<Session> for PlannerActor {
    fn receive(&mut self, cx: &mut Cx<'_>, input: Input<Session>) {
        match input {
            Input::Start(recovered) => self.recover(cx, &recovered),
            Input::Message(envelope) => self.message(cx, envelope.message),
            Input::Timer(id) => unreachable!("a planner sets no {id}"),
            Input::Synced(write) => self.durable(cx, write),
            Input::Signal(Signal::Shutdown) => cx.exit(),
            Input::Signal(Signal::Exit { .. } | Signal::Interrupt { .. } | Signal::Refused { .. }) => {}
        }
    }
}
