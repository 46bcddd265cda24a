//! Turns of sessions: one at a time in each, with a tool that may call back.

use std::collections::VecDeque;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::{Fact, Party};
use super::journal::Told;
use super::key::Key;
use super::message::{FrontMessage, Message, Reply, RequestId, SessionId, Wish};
use super::protocol::Rpc;
use super::sessions::Sessions;
use super::tool::{Job, Tool};
use super::variant::Variant;

/// A turn of a session. It holds the session's permit until its tool has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Turn {
    key: Key,
    tool: Address,
    /// Who wants the permit next.
    queue: VecDeque<(Key, RequestId)>,
}

impl Sessions {
    /// A request wants the permit of a session.
    pub(super) fn want_turn(
        &mut self,
        cx: &mut Context<'_, Rpc>,
        session: SessionId,
        key: Key,
        request: RequestId,
    ) {
        let Some(turn) = self.turns.get_mut(&session) else {
            return self.begin_turn(cx, session, key, VecDeque::new());
        };
        cx.announce(Fact::Waits { who: Party::Request(request), on: Party::Turn(session) });
        turn.queue.push_back((key, request));
    }

    fn begin_turn(
        &mut self,
        cx: &mut Context<'_, Rpc>,
        session: SessionId,
        key: Key,
        queue: VecDeque<(Key, RequestId)>,
    ) {
        self.begun += 1;
        let tool = Tool::new(cx.me(), session, Job::drawn(cx));
        let tool = cx.spawn(&format!("tool-{}", self.begun), tool);
        cx.announce(Fact::Waits { who: Party::Turn(session), on: Party::Tool(session) });
        self.turns.insert(session, Turn { key, tool, queue });
    }

    /// The tool of a turn has ended, and the turn with it.
    pub(super) fn tool_ended(&mut self, cx: &mut Context<'_, Rpc>, tool: Address) {
        let Some(session) = self.turns.iter().find(|(_, turn)| turn.tool == tool).map(|(id, _)| *id) else {
            return;
        };
        let Turn { key, mut queue, .. } = self.turns.remove(&session).expect("it was found");
        for who in [Party::Turn(session), Party::Tool(session), Party::CallBack(session)] {
            cx.announce(Fact::GoesOn { who });
        }
        let turns = self.tree.had_turn(session);
        self.finish(&key, turns.map_or(Reply::Terminated, |turns| Reply::Done { turns }));
        self.journal.tell(Told::Message(self.front, Message::Front(FrontMessage::Happened(session))));
        if let Some((key, request)) = queue.pop_front() {
            cx.announce(Fact::GoesOn { who: Party::Request(request) });
            self.begin_turn(cx, session, key, queue);
        }
        self.go_on(cx);
    }

    /// A session is deleted: its turn is cut off, and what wants one hears so.
    pub(super) fn cut_off(&mut self, cx: &mut Context<'_, Rpc>, session: SessionId) {
        let Some(turn) = self.turns.get_mut(&session) else { return };
        cx.stop(turn.tool);
        for (key, request) in std::mem::take(&mut turn.queue) {
            cx.announce(Fact::GoesOn { who: Party::Request(request) });
            self.finish(&key, Reply::Terminated);
        }
    }

    /// A tool asks something of its session. Its turn has the permit: so this is done within the turn, and needs none.
    pub(super) fn called_back(
        &mut self,
        cx: &mut Context<'_, Rpc>,
        tool: Address,
        session: SessionId,
        wish: Wish,
    ) {
        if self.turns.get(&session).is_none_or(|turn| turn.tool != tool) {
            return cx.dead_letter(DeadLetter::LateResult);
        }
        if self.variant == Variant::AckWaitsForTurn {
            return cx.announce(Fact::Waits { who: Party::CallBack(session), on: Party::Turn(session) });
        }
        match wish {
            Wish::Record => self.tree.record(session),
            Wish::Create => drop(self.create(session)),
        }
        self.journal.tell(Told::Message(tool, Message::CalledBack));
    }
}
