//! What a cancel does beyond an interrupt: to what waits, and to the calls of a stopped stream (`actors.md` B.3, the knobs).
//!
//! Whatever the knobs say, nothing is silently lost: an item that will not run now is held, or a dead letter, and is told as such.

use rehearsal_protocol::mailbox::DeadLetter;

use super::journal::Outcomes;
use super::{Item, SessionActor};
use crate::session::Cx;
use crate::session::config::AfterCancel;
use crate::session::fact::Fact;
use crate::session::id::{CallId, RunId};
use crate::session::message::{Calls, Outcome, Stop};

impl SessionActor {
    /// What becomes of what waits, if this press is a cancel and has stopped a run.
    pub(super) fn after(&self, stop: Stop, stops: Option<RunId>) -> AfterCancel {
        match (stop, stops) {
            (Stop::Cancel, Some(_)) => self.config.after_cancel,
            (Stop::Interrupt, _) | (Stop::Cancel, None) => AfterCancel::Continue,
        }
    }

    /// A cancel is durable. It concerns what was accepted before it: what comes from now on waits as ever.
    pub(super) fn cancel_waiting(&mut self, cx: &mut Cx<'_>, after: AfterCancel) {
        match after {
            AfterCancel::Continue => {}
            AfterCancel::ParkQueue => {
                let key = self.key;
                for item in self.steering.iter().chain(&self.follow_up) {
                    cx.announce(Fact::Held { key, command: item.command });
                }
                self.holds = !self.steering.is_empty() || !self.follow_up.is_empty();
            }
            AfterCancel::DropToDeadLetter => {
                let waiting: Vec<_> = self.steering.drain(..).chain(self.follow_up.drain(..)).collect();
                drop_items(cx, &waiting);
            }
        }
    }

    /// The run has ended, and that is durable: what waits is taken up, unless it is held.
    pub(super) fn go_on(&mut self, cx: &mut Cx<'_>) {
        if self.holds { self.rest(cx) } else { self.start_next(cx) }
    }

    /// Somebody has said something more: what is held waits for its turn again, before that.
    pub(super) fn release(&mut self, cx: &mut Cx<'_>) {
        if std::mem::take(&mut self.holds) {
            let key = self.key;
            for item in self.steering.iter().chain(&self.follow_up) {
                cx.announce(Fact::Released { key, command: item.command });
            }
        }
    }

    /// The calls that came with a stream that was being stopped are stored, each with its result: nobody was told to make them.
    pub(super) fn tell_stopped(&self, cx: &mut Cx<'_>, run: RunId, step: u16, outcomes: Outcomes) {
        for (index, _) in (0..).zip(outcomes.iter().flatten()) {
            cx.announce(Fact::CallStopped { call: CallId { run, step, index } });
        }
        self.tell_results(cx, run, step, outcomes);
    }
}

/// The results of calls that nobody makes.
pub(super) fn cancelled(calls: Calls) -> Outcomes {
    calls.0.map(|class| class.map(|_| Outcome::Cancelled))
}

/// These items will not run.
pub(super) fn drop_items(cx: &mut Cx<'_>, items: &[Item]) {
    for Item { key, command, .. } in items.iter().copied() {
        cx.announce(Fact::DeadLettered { key, command, why: DeadLetter::Dropped });
    }
}
