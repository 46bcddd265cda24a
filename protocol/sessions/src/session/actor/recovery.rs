//! What a session does after a crash with what its disk has kept (`actors.md` A.1, recovery order).
//!
//! It says first what it has found, all of it, and then goes on: a run whose end is stored is over, a run with calls that have no results
//! goes on with exactly those, any other run goes on with the step that was cut.

use rehearsal_protocol::address::Incarnation;
use rehearsal_protocol::input::Recovered;

use super::cancels::drop_items;
use super::ending::Last;
use super::journal::{Kept, Present, Record, Stage};
use super::tally::Tally;
use super::{Active, Phase, SessionActor, Sub, Then};
use crate::session::Cx;
use crate::session::fact::{Cause, Fact, PhaseName};
use crate::session::message::{GatewayMessage, Message};
use crate::session::variant::Variant;

impl SessionActor {
    /// The first turn of a life.
    pub(super) fn recover(&mut self, cx: &mut Cx<'_>, recovered: &Recovered) {
        if recovered.incarnation == Incarnation(1) {
            return self.idle_from_now(cx);
        }
        let kept = Kept::recovered(recovered, self.variants);
        let Kept {
            journal,
            memory,
            last_run,
            steering,
            follow_up,
            present,
            agent,
            turn_agent,
            terminated,
            holds,
            dropped,
            ..
        } = kept;
        (self.journal, self.memory, self.last_run) = (journal, memory, last_run);
        (self.steering, self.follow_up) = (steering, follow_up);
        (self.agent, self.turn_agent) = (agent, turn_agent);
        self.holds = holds;
        self.tally = Tally::from(self.memory.metrics, cx.now());
        let key = self.key;
        cx.announce(Fact::Recovering { key });
        for item in self.steering.iter().chain(&self.follow_up) {
            cx.announce(Fact::Restored { key, command: item.command, kind: item.kind });
        }
        if let Some(Present { run, item, step, .. }) = present {
            cx.announce(Fact::Resumed { run, command: item.command, step });
        }
        drop_items(cx, &dropped);
        cx.announce(Fact::Recovered { key, epoch: self.journal.epoch });
        match (terminated, present) {
            (Some(_), present) => {
                self.phase = Phase::Closed;
                self.bury_waiting(cx, present.map(|present| present.item));
                cx.announce(Fact::Closed { key, phase: PhaseName::Closed });
            }
            (None, Some(present)) => {
                cx.send(self.peers.gateway, Message::Gateway(GatewayMessage::Busy(key)));
                self.resume(cx, present);
            }
            (None, None) if self.holds => self.rest(cx),
            (None, None) => self.start_next(cx),
        }
    }

    fn resume(&mut self, cx: &mut Cx<'_>, present: Present) {
        let Present { run, stopped, step, stage, .. } = present;
        if let Some(command) = stopped {
            cx.announce(Fact::InterruptReplayed { run, command });
        }
        match (stopped, stage) {
            (Some(_), Stage::Stream) => self.finish(cx, run, step, Cause::Interrupted, Last::Nothing),
            (Some(_), Stage::Tools { calls }) => {
                let sub = Sub::Issuing(calls.into_iter().flatten().collect());
                self.phase = Phase::Interrupting { active: Active { run, step, sub } };
                self.wind_up(cx);
            }
            (None, Stage::Stream) => self.call_model(cx, run, step),
            (None, Stage::Tools { .. }) if self.variants.has(Variant::ResumeToolsAtStepOne) && step > 1 => {
                self.call_model(cx, run, 1);
            }
            (None, Stage::Tools { calls }) => {
                let mut records: Vec<_> = calls.into_iter().flatten().collect();
                // As many as the tools may have made of each by themselves.
                let made = self.turn_agent.entry().mode.tool_attempts;
                if records.iter().any(|record| record.asks) {
                    let sub = Sub::Tools(records);
                    self.phase = Phase::Parked { active: Active { run, step, sub } };
                    self.wait_for_people(cx);
                } else {
                    let attempt =
                        records.iter().map(|record| record.attempt).max().unwrap_or(0).saturating_add(made);
                    let open = records.iter_mut().filter(|record| record.outcome.is_none());
                    open.for_each(|record| record.attempt = attempt);
                    let sub = Sub::Issuing(records);
                    self.phase = Phase::Running { active: Active { run, step, sub }, soft_stop: false };
                    self.commit(cx, Record::Retried { attempt }, Then::Retry);
                }
            }
        }
        if !self.steering.is_empty() {
            self.make_way(cx);
        }
    }
}
