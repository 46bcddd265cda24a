//! What a session remembers of the past, within bounds: answered commands, and calls that have ended.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::session::fact::Cause;
use crate::session::id::{CallId, CommandId, RunId};
use crate::session::message::{Metrics, Outcome, Reply};
use crate::session::spelling::Spelling;

/// How many commands are remembered, to answer repeats as before; far more than are on their way at a time.
const COMMANDS: usize = 256;
/// How many terminal calls are remembered, to tell a late result from a forged one.
const CALLS: usize = 32;

/// The window of the past. It is durable: after a crash a repeat is still known for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Memory {
    seen: VecDeque<Seen>,
    done: VecDeque<(CallId, Outcome)>,
    /// The number of the last run that failed, unless one has ended well since.
    pub(super) last_error: Option<u32>,
    /// What was done so far.
    pub(super) metrics: Metrics,
}

/// A command that has come before, and what was answered. Prints as `c1#3=7->Accepted`, the command, its content and the answer: a session remembers
/// hundreds, and its state is read. (Only what is ASCII is kept as edits in a trace.)
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) command: CommandId,
    pub(super) content: u32,
    /// Absent while the answer waits for a commit.
    pub(super) reply: Option<Reply>,
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut spelling = Spelling::default();
        self.command.spell(&mut spelling).number("=", self.content).sign("->");
        match &self.reply {
            Some(reply) => {
                spelling.write(f)?;
                fmt::Debug::fmt(reply, f)
            }
            None => spelling.sign("?").write(f),
        }
    }
}

impl Memory {
    /// What was answered to a command that has come before.
    pub(super) fn recall(&self, command: CommandId) -> Option<Seen> {
        self.seen.iter().find(|seen| seen.command == command).copied()
    }

    /// Remembers a command: a repeat that comes after so many others is taken for a new one.
    pub(super) fn note(&mut self, seen: Seen) {
        if self.seen.len() == COMMANDS {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }

    /// Remembers what was answered.
    pub(super) fn answered(&mut self, command: CommandId, reply: Reply) {
        match self.seen.iter_mut().rev().find(|seen| seen.command == command) {
            Some(seen) => seen.reply = Some(reply),
            None => self.note(Seen { command, content: 0, reply: Some(reply) }),
        }
    }

    /// Remembers that a call has ended.
    pub(super) fn ended(&mut self, call: CallId, outcome: Outcome) {
        if self.done.len() == CALLS {
            self.done.pop_front();
        }
        self.done.push_back((call, outcome));
    }

    /// Remembers how a run has ended.
    pub(super) fn run_ended(&mut self, run: RunId, cause: Cause) {
        match cause {
            Cause::Failed => self.last_error = Some(run.number),
            Cause::Done => self.last_error = None,
            Cause::Interrupted | Cause::GaveWay | Cause::Terminated => {}
        }
    }

    /// How a call has ended, if it has.
    pub(super) fn outcome(&self, call: CallId) -> Option<Outcome> {
        self.done.iter().find(|(done, _)| *done == call).map(|(_, outcome)| *outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_command_prints_as_a_few_letters() {
        let command = CommandId { client: 1, life: 2, number: 3 };
        let waiting = Seen { command, content: 7, reply: None };
        let answered = Seen { reply: Some(Reply::Accepted), ..waiting };
        assert_eq!(format!("{waiting:?} {answered:?}"), "c1.2#3=7->? c1.2#3=7->Accepted");
    }
}
