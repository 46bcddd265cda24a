//! What holds of connections, requests and trees.

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, SortedMap, SortedSet, Step, fold};
use rehearsal_backend::rpc::{ConnectionId, Fact, Operation, Party, Reply, Request, RequestId, SessionId};

use crate::waits::{Wait, nobody_waits_in_a_circle};

/// Longer than a client needs, once nothing is lost any more, for a connection and for an answer behind all that others can ask.
const IN_THE_END: Duration = Duration::from_secs(6);

/// States the invariants.
pub(super) fn state(check: &mut Properties<Fact>) {
    check.always("DEAD-1", "no actors wait for each other in a circle", nobody_waits_in_a_circle(waits));
    check.always(
        "STO-3",
        "a request is executed once, and its reply is that of this execution however often it is asked",
        Executions::monitor(),
    );
    check.leads_to("STO-1", "what a client asks is answered, unless the client forgets it", IN_THE_END, {
        |fact: &Fact| match fact {
            Fact::Asked(request) => Step::Owe(request.client),
            Fact::Settled(request) => Step::Settle(request.client),
            Fact::ClientBegan { client } => Step::Settle(*client),
            _ => Step::Ignore,
        }
    });
    check.always(
        "RPC-3",
        "a session that is deleted stays so, whoever reads it, and nothing lives below one that is deleted",
        Tree::monitor(),
    );
    check.always("LIFE-1", "nothing goes out over a connection once it is closed", nothing_after_its_close());
}

/// A read that finds that its session is deleted.
pub(super) fn is_read_of_the_deleted(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Executed {
            request: Request { operation: Operation::GetState, .. },
            reply: Reply::Terminated,
            ..
        }
    )
}

/// DEAD-1.
fn waits(fact: &Fact) -> Option<Wait<Party>> {
    match fact {
        Fact::Waits { who, on } => Some(Wait::Begins(*who, *on)),
        Fact::GoesOn { who } => Some(Wait::Ends(*who)),
        Fact::SessionsBegan => Some(Wait::AllEnd),
        _ => None,
    }
}

/// STO-3: the execution of each request, by its number, and what came of it.
#[derive(Clone, Debug, Default, Hash)]
struct Executions(SortedMap<RequestId, (u64, Reply)>);

impl Executions {
    fn monitor() -> impl Monitor<Fact> {
        fold(Self::default(), |executions: &mut Self, _, fact: &Fact| match fact {
            Fact::Executed { request, execution, reply } => {
                executions.executed(request.id, *execution, reply)
            }
            Fact::Answered { request, executed, reply, .. } => {
                executions.answered(*request, *executed, reply)
            }
            _ => Ok(()),
        })
    }

    fn executed(&mut self, request: RequestId, execution: u64, reply: &Reply) -> Result<(), String> {
        match self.0.insert(request, (execution, reply.clone())) {
            Some((before, _)) if before != execution => {
                Err(format!("{request:?} is executed a second time ({before}, {execution})"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn answered(&self, request: RequestId, executed: RequestId, reply: &Reply) -> Result<(), String> {
        if request != executed {
            return Err(format!("{request:?} is answered by what was executed for {executed:?}"));
        }
        match self.0.get(&request) {
            Some((_, first)) if first == reply => Ok(()),
            known => {
                Err(format!("{request:?} is answered by what is no execution of it ({known:?}, {reply:?})"))
            }
        }
    }
}

/// RPC-3: the sessions that were made, and those that are deleted.
#[derive(Clone, Debug, Default, Hash)]
struct Tree {
    parents: SortedMap<SessionId, SessionId>,
    deleted: SortedSet<SessionId>,
    /// A crash may have a fact stated again.
    executed: SortedSet<u64>,
}

impl Tree {
    fn monitor() -> impl Monitor<Fact> {
        fold(Self::default(), |tree: &mut Self, _, fact: &Fact| match fact {
            Fact::Created { session, parent } => tree.created(*session, *parent),
            Fact::Terminated(session) => {
                tree.deleted.insert(*session);
                Ok(())
            }
            Fact::Executed { request, execution, reply } if tree.executed.insert(*execution) => {
                tree.executed(request, reply)
            }
            _ => Ok(()),
        })
    }

    fn created(&mut self, session: SessionId, parent: SessionId) -> Result<(), String> {
        if self.parents.insert(session, parent).is_some() {
            return Ok(()); // It is stated again.
        }
        match self.above(parent).find(|above| self.deleted.contains(above)) {
            Some(above) => Err(format!("{session:?} is made below {parent:?}, and {above:?} is deleted")),
            None => Ok(()),
        }
    }

    fn executed(&self, request: &Request, reply: &Reply) -> Result<(), String> {
        let session = request.session;
        match reply {
            Reply::Terminated => Ok(()),
            Reply::Deleted => match self.living_below(session) {
                Some(below) => Err(format!("the tree of {session:?} is deleted, and {below:?} lives")),
                None => Ok(()),
            },
            Reply::State { .. } | Reply::Done { .. } | Reply::Created(_) => {
                if self.deleted.contains(&session) {
                    return Err(format!("{session:?} is deleted, and answers {request:?} with {reply:?}"));
                }
                Ok(())
            }
        }
    }

    fn living_below(&self, root: SessionId) -> Option<SessionId> {
        let is_below = |session: &SessionId| self.above(*session).any(|above| above == root);
        let mut all = self.parents.keys().copied().chain([root]);
        all.find(|session| !self.deleted.contains(session) && is_below(session))
    }

    /// A session, and those above it.
    fn above(&self, session: SessionId) -> impl Iterator<Item = SessionId> {
        std::iter::successors(Some(session), |session| self.parents.get(session).copied())
    }
}

/// LIFE-1: nothing goes out over a connection once it is closed.
fn nothing_after_its_close() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |closed: &mut SortedSet<ConnectionId>, _, fact: &Fact| match fact {
        Fact::Closed { connection, .. } => {
            closed.insert(*connection);
            Ok(())
        }
        Fact::Delivered { connection, what } if closed.contains(connection) => {
            Err(format!("{what:?} goes out over {connection:?}, which is closed"))
        }
        _ => Ok(()),
    })
}
