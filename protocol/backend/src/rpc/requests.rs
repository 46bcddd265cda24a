//! The stored requests: what was asked, by primary key, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::message::{Reply, Request, RequestId};

/// The requests that are not done with: those without a reply, and the last one of each client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Requests {
    entries: BTreeMap<Key, Entry>,
    /// The last number of each client. It has been answered whatever it asked before.
    last: BTreeMap<u32, u32>,
    accepted: u64,
    executions: u64,
}

/// A stored request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) request: Request,
    /// Its place among all that were stored.
    accepted: u64,
    pub(super) execution: Option<Execution>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Execution {
    pub(super) number: u64,
    pub(super) reply: Reply,
}

/// What is known of a request that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: it is stored from now on.
    New,
    /// It is stored, and not executed.
    Pending,
    /// It is executed.
    Executed {
        /// As which request.
        as_request: RequestId,
        /// What came of it.
        execution: Execution,
    },
    /// Its client has asked something later: this is a copy that the network kept.
    Stale,
}

impl Requests {
    /// Somebody asks.
    pub(super) fn take(&mut self, key: &Key, request: Request) -> Known {
        let last = self.last.entry(request.id.client).or_default();
        if request.id.number < *last {
            return Known::Stale;
        }
        *last = request.id.number;
        if let Some(entry) = self.entries.get(key) {
            let executed = |execution: &Execution| Known::Executed {
                as_request: entry.request.id,
                execution: execution.clone(),
            };
            return entry.execution.as_ref().map_or(Known::Pending, executed);
        }
        self.forget_settled();
        self.accepted += 1;
        self.entries.insert(key.clone(), Entry { request, accepted: self.accepted, execution: None });
        Known::New
    }

    /// It is executed: whose execution that is, and its number.
    pub(super) fn executed(&mut self, key: &Key, reply: Reply) -> (Request, Execution) {
        self.executions += 1;
        let entry = self.entries.get_mut(key).expect("what is executed is stored");
        assert!(entry.execution.is_none(), "{:?} is executed twice", entry.request);
        let execution = Execution { number: self.executions, reply };
        entry.execution = Some(execution.clone());
        (entry.request, execution)
    }

    /// Those without a reply, in the order in which they were stored.
    pub(super) fn pending(&self) -> Vec<(Key, Request)> {
        let mut pending: Vec<_> =
            self.entries.iter().filter(|(_, entry)| entry.execution.is_none()).collect();
        pending.sort_by_key(|(_, entry)| entry.accepted);
        pending.into_iter().map(|(key, entry)| (key.clone(), entry.request)).collect()
    }

    /// The number of the last execution.
    pub(super) fn executions(&self) -> u64 {
        self.executions
    }

    /// A planted bug's way to begin anew: replies were in memory only.
    pub(super) fn forget_replies(&mut self) {
        self.entries.retain(|_, entry| entry.execution.is_none());
    }

    /// A client asks one thing after another: what comes later says that it has the reply to what came before.
    fn forget_settled(&mut self) {
        let last = &self.last;
        self.entries.retain(|_, entry| {
            let RequestId { client, number } = entry.request.id;
            entry.execution.is_none() || last.get(&client).is_none_or(|last| number >= *last)
        });
    }
}
