//! A session that has nothing to do leaves, until it is asked for (`actors.md` T15).
//!
//! Leaving takes a snapshot and then the gateway's leave: from then on the gateway keeps back what comes for the key. What it has sent before
//! that is handled before its answer, so the last look at the guard is final.

use super::{IDLE, Phase, SessionActor, Then};
use crate::session::Cx;
use crate::session::message::{GatewayMessage, Message};

impl SessionActor {
    /// Nothing waits: the session is idle from this turn on.
    pub(super) fn rest(&mut self, cx: &mut Cx<'_>) {
        self.phase = Phase::Idle;
        cx.send(self.peers.gateway, Message::Gateway(GatewayMessage::Rested(self.key)));
        if self.journal.is_long() && self.may_leave() {
            self.journal.cover(cx, self.last_run, self.agent, &self.memory);
            self.sync(cx, Then::Rest);
        }
        self.idle_from_now(cx);
    }

    /// The session has been idle for as long as it may be.
    pub(super) fn idle_for_long(&mut self, cx: &mut Cx<'_>) {
        if self.may_leave() {
            self.journal.cover(cx, self.last_run, self.agent, &self.memory);
            self.sync(cx, Then::Leave);
        } else {
            self.idle_from_now(cx);
        }
    }

    /// The snapshot is durable. If something has come meanwhile, its end begins a new rest.
    pub(super) fn snapshot_stored(&mut self, cx: &mut Cx<'_>) {
        if self.may_leave() {
            cx.send(self.peers.gateway, Message::Gateway(GatewayMessage::Leaving(self.key)));
        } else {
            self.idle_from_now(cx);
        }
    }

    /// The gateway sends nothing more; what it has sent before has been handled.
    pub(super) fn leave(&mut self, cx: &mut Cx<'_>) {
        if self.may_leave() {
            cx.exit();
        } else {
            cx.send(self.peers.gateway, Message::Gateway(GatewayMessage::Staying(self.key)));
            self.idle_from_now(cx);
        }
    }

    /// The guard of T15: nothing runs, nothing waits, nobody waits for an answer.
    fn may_leave(&self) -> bool {
        let idle = matches!(self.phase, Phase::Idle);
        idle && self.commits.is_empty() && self.steering.is_empty() && self.follow_up.is_empty()
    }

    pub(super) fn idle_from_now(&self, cx: &mut Cx<'_>) {
        if let (Phase::Idle, Some(max_idle)) = (&self.phase, self.config.max_idle) {
            cx.set_timer(IDLE, max_idle);
        }
    }
}
