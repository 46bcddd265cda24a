//! The deletion of a tree of sessions, which takes a while: for each a commit, the end of its turn, and the time to clear up.

use std::time::Duration;

use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::TimerId;

use super::fact::Fact;
use super::journal::Told;
use super::key::Key;
use super::message::{FrontMessage, Message, Reply, SessionId};
use super::protocol::Rpc;
use super::sessions::Sessions;
use super::variant::Variant;

/// How long it takes to clear up what a session leaves.
const CLEARING: Duration = Duration::from_millis(8);

/// A deletion under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Cascade {
    key: Key,
    root: SessionId,
    step: Step,
    /// What a planted bug goes by: the tree as it was, the root last.
    list: Vec<SessionId>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// The next session may be deleted.
    Free,
    /// The deletion of this one is not durable yet.
    Commits(SessionId),
    /// The turn of this one has not ended yet.
    Stops(SessionId),
    /// What this one leaves is cleared up.
    Clears(SessionId),
}

impl Sessions {
    /// Begins to delete a tree, or goes on with that after a crash.
    pub(super) fn delete(&mut self, cx: &mut Context<'_, Rpc>, key: Key, root: SessionId) {
        let mut list: Vec<_> = self.tree.living_below(root).collect();
        list.reverse(); // Leaves first: it is taken from its front.
        self.cascades.push(Cascade { key, root, step: Step::Free, list });
        self.go_on(cx);
    }

    /// The mark of a session is durable.
    pub(super) fn deletion_is_durable(&mut self, session: SessionId) {
        for cascade in &mut self.cascades {
            if cascade.step == Step::Commits(session) {
                cascade.step = Step::Stops(session);
            }
        }
    }

    /// What a session has left is cleared up.
    pub(super) fn cleared(&mut self, cx: &mut Context<'_, Rpc>, TimerId(number): TimerId) {
        for cascade in &mut self.cascades {
            if let Step::Clears(SessionId(session)) = cascade.step
                && u64::from(session) == number
            {
                cascade.step = Step::Free;
            }
        }
        self.go_on(cx);
    }

    /// Deletions go on as far as they can.
    pub(super) fn go_on(&mut self, cx: &mut Context<'_, Rpc>) {
        let mut place = 0;
        while place < self.cascades.len() {
            match self.cascades[place].step {
                Step::Stops(session) if !self.turns.contains_key(&session) => {
                    self.cascades[place].step = Step::Clears(session);
                    cx.set_timer(TimerId(session.0.into()), CLEARING);
                }
                Step::Commits(_) | Step::Stops(_) | Step::Clears(_) => place += 1,
                Step::Free => match self.next_of(place) {
                    Some(session) => {
                        self.terminate(cx, session);
                        self.cascades[place].step = Step::Commits(session);
                    }
                    None => {
                        let key = self.cascades.remove(place).key;
                        self.finish(&key, Reply::Deleted);
                    }
                },
            }
        }
    }

    /// The session that is next: the topmost that lives, for nothing is made below what is marked.
    fn next_of(&mut self, place: usize) -> Option<SessionId> {
        let (tree, cascade) = (&self.tree, &mut self.cascades[place]);
        if self.variant == Variant::CascadeMissesCreation {
            cascade.list.retain(|session| tree.lives(*session));
            return (!cascade.list.is_empty()).then(|| cascade.list.remove(0));
        }
        tree.living_below(cascade.root).next()
    }

    /// Whether the deletion of a session's tree is under way, and the session is gone already.
    pub(super) fn is_being_deleted(&self, session: SessionId) -> bool {
        let tree = &self.tree;
        !tree.lives(session) && self.cascades.iter().any(|cascade| tree.is_in(session, cascade.root))
    }

    fn terminate(&mut self, cx: &mut Context<'_, Rpc>, session: SessionId) {
        self.tree.delete(session);
        self.state(Fact::Terminated(session));
        self.journal.tell(Told::Message(self.front, Message::Front(FrontMessage::Happened(session))));
        self.cut_off(cx, session);
    }
}
