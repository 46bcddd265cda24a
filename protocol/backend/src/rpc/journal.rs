//! What is told when it is durable, and not before.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Recovered, WriteId};
use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::message::Message;
use super::protocol::Rpc;
use super::requests::Requests;
use super::tree::Tree;

/// One commit after another: while one is under way, what changes meanwhile waits for the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Journal {
    place: Durable,
    under_way: Option<(WriteId, Vec<Told>)>,
    next: Vec<Told>,
}

/// What others learn of a change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Told {
    /// It is stated.
    Fact(Fact),
    /// Somebody is told.
    Message(Address, Message),
}

/// What is on the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) requests: Requests,
    pub(super) tree: Tree,
    /// What the last commit states: a crash may have come between the commit and the statement.
    pub(super) states: Vec<Fact>,
}

const KEPT: &str = "kept";

impl Journal {
    /// What the disk kept, and where to go on.
    pub(super) fn recovered(recovered: &Recovered) -> (Self, Kept) {
        let (place, kept) = Durable::recovered::<Kept>(recovered, KEPT);
        (Self { place, ..Self::default() }, kept.unwrap_or_default())
    }

    /// This is told with the next commit.
    pub(super) fn tell(&mut self, told: Told) {
        self.next.push(told);
    }

    /// Commits what has changed, unless a commit is under way.
    pub(super) fn commit(&mut self, cx: &mut Context<'_, Rpc>, requests: &Requests, tree: &Tree) {
        if self.under_way.is_some() || self.next.is_empty() {
            return;
        }
        let told = std::mem::take(&mut self.next);
        let stated = told.iter().filter_map(|told| match told {
            Told::Fact(fact) => Some(fact.clone()),
            Told::Message(..) => None,
        });
        let kept = Kept { requests: requests.clone(), tree: tree.clone(), states: stated.collect() };
        self.place.write(cx, KEPT, &kept);
        self.under_way = Some((cx.sync(), told));
    }

    /// A commit is durable: what is told of it.
    pub(super) fn synced(&mut self, id: WriteId) -> Vec<Told> {
        self.under_way.take_if(|(under_way, _)| *under_way == id).map_or_else(Vec::new, |(_, told)| told)
    }
}
