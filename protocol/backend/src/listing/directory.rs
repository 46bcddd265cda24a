//! Asks the store on behalf of people.

use std::collections::BTreeMap;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::Input;
use rehearsal_protocol::mailbox::DeadLetter;

use super::{
    BranchId, Fact, Join, Listing, Message, Query, Reading, Row, SessionId, Statement, Variant, Wish,
};

/// The service that people talk to.
#[derive(Clone, Debug, Hash)]
pub struct Directory {
    store: Address,
    titler: Address,
    queries: Query,
    open: BTreeMap<Query, Open>,
    variant: Variant,
}

/// A listing that is not answered yet.
#[derive(Clone, Debug, Hash)]
struct Open {
    asked_by: Address,
    rows: Vec<Row>,
    /// The sessions whose first branch is not known yet; the last is next.
    unknown: Vec<SessionId>,
}

impl Directory {
    /// A directory over that store, with somebody who finds names.
    pub fn new(store: Address, titler: Address, variant: Variant) -> Self {
        Self { store, titler, queries: 0, open: BTreeMap::new(), variant }
    }

    fn wish(&mut self, cx: &mut Context<'_, Listing>, from: Address, wish: Wish) {
        match wish {
            Wish::List => self.list(cx, from),
            Wish::FindTitle(session) => cx.send(self.titler, Message::FindTitle(session)),
            Wish::Create
            | Wish::Delete(_)
            | Wish::Begin(_)
            | Wish::Fork(_)
            | Wish::DeleteBranch(_)
            | Wish::Rename(_)
            | Wish::Pin(_) => cx.send(self.store, Message::Run(Statement::Change(wish))),
        }
    }

    fn list(&mut self, cx: &mut Context<'_, Listing>, asked_by: Address) {
        self.queries += 1;
        let query = self.queries;
        self.open.insert(query, Open { asked_by, rows: Vec::new(), unknown: Vec::new() });
        cx.announce(Fact::Asked { query });
        let statement = match self.variant {
            Variant::NPlusOne | Variant::TwoStatements => Statement::Sessions { query },
            Variant::TiesByJoin => Statement::List { query, join: Join::EachOldest },
            Variant::InnerJoin => Statement::List { query, join: Join::Inner },
            Variant::Reference | Variant::StaleObject | Variant::UnconditionalTitle => {
                Statement::List { query, join: Join::First }
            }
        };
        cx.send(self.store, Message::Run(statement));
    }

    fn read(&mut self, cx: &mut Context<'_, Listing>, reading: Reading) {
        match reading {
            Reading::Rows { query, rows } => {
                let Some(open) = self.open.get_mut(&query) else {
                    return cx.dead_letter(DeadLetter::UnknownCall);
                };
                open.rows = one_each(rows);
                if matches!(self.variant, Variant::NPlusOne | Variant::TwoStatements) {
                    open.unknown = open.rows.iter().map(|row| row.session).collect();
                }
                self.go_on(cx, query);
            }
            Reading::FirstBranches { query, found } => {
                let Some(open) = self.open.get_mut(&query) else {
                    return cx.dead_letter(DeadLetter::UnknownCall);
                };
                for (session, first) in found {
                    open.learn(session, first);
                }
                self.go_on(cx, query);
            }
            Reading::Session(_) => cx.dead_letter(DeadLetter::Malformed),
        }
    }

    /// Asks for what is not known yet, or answers.
    fn go_on(&mut self, cx: &mut Context<'_, Listing>, query: Query) {
        let Some(open) = self.open.get_mut(&query) else { return };
        let of = match self.variant {
            Variant::NPlusOne => open.unknown.pop().into_iter().collect(),
            _ => std::mem::take(&mut open.unknown),
        };
        if of.is_empty() {
            let open = self.open.remove(&query).expect("it was looked up");
            cx.announce(Fact::Answered { query, rows: open.rows.clone() });
            return cx.send(open.asked_by, Message::Listed(open.rows));
        }
        cx.send(self.store, Message::Run(Statement::FirstBranches { query, of }));
    }
}

impl Open {
    fn learn(&mut self, session: SessionId, first: Option<BranchId>) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.session == session) {
            row.first = first;
        }
    }
}

/// One row for each session, the last of several.
fn one_each(rows: Vec<Row>) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match all.iter_mut().find(|known| known.session == row.session) {
            Some(known) => *known = row,
            None => all.push(row),
        }
    }
    all
}

impl Actor<Listing> for Directory {
    fn receive(&mut self, cx: &mut Context<'_, Listing>, input: Input<Listing>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Wish(wish) => self.wish(cx, envelope.from, wish),
                Message::Read(reading) => self.read(cx, reading),
                Message::Run(_) | Message::FindTitle(_) | Message::Listed(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Input::Start(_) | Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
