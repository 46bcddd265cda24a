//! The sessions, each below another, and those that are deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::{Reply, SessionId};

/// All sessions that ever were. One that is deleted stays here as such.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Tree {
    sessions: BTreeMap<SessionId, Session>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Session {
    parent: Option<SessionId>,
    is_deleted: bool,
    turns: u32,
    records: u32,
}

impl Default for Tree {
    /// The sessions of the beginning.
    fn default() -> Self {
        Self { sessions: SessionId::roots().map(|root| (root, Session::default())).collect() }
    }
}

impl Tree {
    /// Whether a session is there.
    pub(super) fn lives(&self, session: SessionId) -> bool {
        self.sessions.get(&session).is_some_and(|session| !session.is_deleted)
    }

    /// How a session is, if it is there.
    pub(super) fn state(&self, id: SessionId) -> Option<Reply> {
        let session = self.sessions.get(&id).filter(|session| !session.is_deleted)?;
        let is_child = |child: &SessionId| self.sessions[child].parent == Some(id);
        let children = self.sessions.keys().copied().filter(|child| is_child(child) && self.lives(*child));
        Some(Reply::State { turns: session.turns, records: session.records, children: children.collect() })
    }

    /// Makes a session below another, unless that is deleted or below one that is.
    pub(super) fn create(&mut self, parent: SessionId) -> Option<SessionId> {
        if !self.path(parent).all(|session| self.lives(session)) {
            return None;
        }
        let (SessionId(last), _) = self.sessions.last_key_value().expect("there are those of the beginning");
        let child = SessionId(last + 1);
        self.sessions.insert(child, Session { parent: Some(parent), ..Session::default() });
        Some(child)
    }

    /// A turn of a session is over: how many it had, if it is there.
    pub(super) fn had_turn(&mut self, session: SessionId) -> Option<u32> {
        let session = self.sessions.get_mut(&session).filter(|session| !session.is_deleted)?;
        session.turns += 1;
        Some(session.turns)
    }

    /// Keeps what a tool has found, if its session is there.
    pub(super) fn record(&mut self, session: SessionId) {
        if let Some(session) = self.sessions.get_mut(&session).filter(|session| !session.is_deleted) {
            session.records += 1;
        }
    }

    /// A session is gone, for good.
    pub(super) fn delete(&mut self, session: SessionId) {
        self.sessions.get_mut(&session).expect("only what is there is deleted").is_deleted = true;
    }

    /// A planted bug's way to read: what is not there is made.
    pub(super) fn make_anew(&mut self, session: SessionId) {
        self.sessions.insert(session, Session::default());
    }

    /// Those of a tree that are there, its root first, and each before those below it.
    pub(super) fn living_below(&self, root: SessionId) -> impl DoubleEndedIterator<Item = SessionId> {
        let is_in = move |session: &SessionId| self.is_in(*session, root) && self.lives(*session);
        self.sessions.keys().copied().filter(is_in)
    }

    /// Whether a session is in the tree of that root.
    pub(super) fn is_in(&self, session: SessionId, root: SessionId) -> bool {
        self.path(session).any(|above| above == root)
    }

    /// A session, and those above it.
    fn path(&self, session: SessionId) -> impl Iterator<Item = SessionId> {
        std::iter::successors(Some(session), |session| self.sessions.get(session)?.parent)
    }
}
