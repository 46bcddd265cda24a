//! The tables, and what a statement does to them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::{
    Author, BranchId, Change, Fact, Field, Join, Listing, Message, Name, Object, Reading, Row, SessionId,
    Statement, Version, Wish,
};

/// How long a statement takes; the first is the dull one.
const TIMES: [Duration; 4] =
    [Duration::from_millis(1), Duration::from_millis(1), Duration::from_millis(1), Duration::from_millis(8)];

/// A store that runs one statement after another, and counts them.
#[derive(Clone, Debug, Default, Hash)]
pub struct Store {
    tables: Tables,
    waiting: VecDeque<(Address, Statement)>,
}

/// The rows of all tables.
#[derive(Clone, Debug, Default, Hash)]
struct Tables {
    sessions: BTreeMap<SessionId, Kept>,
    version: Version,
    last_session: SessionId,
    last_branch: BranchId,
}

/// A session with its branches, by the commit that made them.
#[derive(Clone, Debug, Default, Hash)]
struct Kept {
    name: Name,
    name_written: Version,
    pinned: bool,
    updated: Version,
    branches: BTreeMap<BranchId, Version>,
}

impl Store {
    /// The next statement that waits is run in a while.
    fn begin(&mut self, cx: &mut Context<'_, Listing>) {
        if !self.waiting.is_empty() {
            let time = TIMES[cx.choose(TIMES.len() as u32) as usize];
            cx.set_timer(TimerId(0), time);
        }
    }

    fn run(&mut self, cx: &mut Context<'_, Listing>, from: Address, statement: Statement) {
        let tables = &mut self.tables;
        match statement {
            Statement::List { query, join } => {
                cx.announce(Fact::Ran { query });
                cx.send(from, Message::Read(Reading::Rows { query, rows: tables.rows(join) }));
            }
            Statement::Sessions { query } => {
                cx.announce(Fact::Ran { query });
                let rows =
                    tables.rows(Join::First).into_iter().map(|row| Row { first: None, ..row }).collect();
                cx.send(from, Message::Read(Reading::Rows { query, rows }));
            }
            Statement::FirstBranches { query, of } => {
                cx.announce(Fact::Ran { query });
                let first = |session| (session, tables.sessions.get(&session).and_then(Kept::first));
                let found = of.into_iter().map(first).collect();
                cx.send(from, Message::Read(Reading::FirstBranches { query, found }));
            }
            Statement::Session(session) => {
                cx.send(from, Message::Read(Reading::Session(tables.object(session))));
            }
            Statement::SetName { session, name, author, unless_after } => {
                let is_new = |kept: &Kept| unless_after.is_some_and(|read| kept.name_written > read);
                if tables.sessions.get(&session).is_some_and(|kept| !is_new(kept)) {
                    tables.write(cx, session, &[Field::Name], author, |kept| kept.name = name);
                }
            }
            Statement::PutSession { object } => {
                let author = Author::Program { read: object.read };
                if tables.sessions.contains_key(&object.session) {
                    tables.write(cx, object.session, &[Field::Name, Field::Pinned], author, |kept| {
                        (kept.name, kept.pinned) = (object.name, object.pinned);
                    });
                }
            }
            Statement::Change(wish) => tables.change(cx, wish),
        }
    }
}

impl Tables {
    fn rows(&self, join: Join) -> Vec<Row> {
        let mut sessions: Vec<_> = self.sessions.iter().collect();
        sessions.sort_by_key(|(session, kept)| (std::cmp::Reverse(kept.updated), **session));
        let row =
            |(session, kept): (&SessionId, &Kept), first| Row { session: *session, name: kept.name, first };
        match join {
            Join::First => sessions.into_iter().map(|each| row(each, each.1.first())).collect(),
            Join::Inner => {
                let with = sessions.into_iter().filter(|(_, kept)| !kept.branches.is_empty());
                with.map(|each| row(each, each.1.first())).collect()
            }
            Join::EachOldest => {
                let rows = |each: (&SessionId, &Kept)| -> Vec<Row> {
                    let oldest: Vec<_> = each.1.oldest().collect();
                    if oldest.is_empty() {
                        return vec![row(each, None)];
                    }
                    oldest.into_iter().map(|branch| row(each, Some(branch))).collect()
                };
                sessions.into_iter().flat_map(rows).collect()
            }
        }
    }

    fn object(&self, session: SessionId) -> Option<Object> {
        let kept = self.sessions.get(&session)?;
        Some(Object { session, name: kept.name, pinned: kept.pinned, read: self.version })
    }

    fn change(&mut self, cx: &mut Context<'_, Listing>, wish: Wish) {
        let name = Name(self.version + 1);
        match wish {
            Wish::Create => {
                self.last_session += 1;
                let session = self.last_session;
                self.sessions.insert(session, Kept { updated: self.version + 1, ..Kept::default() });
                self.commit(cx, Change::Created(session));
            }
            Wish::Delete(session) => {
                if self.sessions.remove(&session).is_some() {
                    self.commit(cx, Change::Deleted(session));
                }
            }
            Wish::Begin(session) => self.fork(cx, session, 1),
            Wish::Fork(session) => self.fork(cx, session, 2),
            Wish::DeleteBranch(session) => {
                let Some(kept) = self.sessions.get_mut(&session) else { return };
                let Some(branch) = kept.first() else { return };
                kept.branches.remove(&branch);
                kept.updated = self.version + 1;
                self.commit(cx, Change::BranchDeleted { session, branch });
            }
            Wish::Rename(session) if self.sessions.contains_key(&session) => {
                self.write(cx, session, &[Field::Name], Author::Person, |kept| kept.name = name);
            }
            Wish::Pin(session) if self.sessions.contains_key(&session) => {
                self.write(cx, session, &[Field::Pinned], Author::Person, |kept| kept.pinned = !kept.pinned);
            }
            Wish::Rename(_) | Wish::Pin(_) | Wish::List | Wish::FindTitle(_) => {}
        }
    }

    /// Begins some branches of a session, all at one time.
    fn fork(&mut self, cx: &mut Context<'_, Listing>, session: SessionId, count: BranchId) {
        let Some(kept) = self.sessions.get_mut(&session) else { return };
        let branches: Vec<_> = (self.last_branch + 1..=self.last_branch + count).collect();
        kept.branches.extend(branches.iter().map(|branch| (*branch, self.version + 1)));
        kept.updated = self.version + 1;
        self.last_branch += count;
        self.commit(cx, Change::Forked { session, branches });
    }

    /// Writes fields of a session that is there.
    fn write(
        &mut self,
        cx: &mut Context<'_, Listing>,
        session: SessionId,
        fields: &[Field],
        author: Author,
        write: impl FnOnce(&mut Kept),
    ) {
        let version = self.version + 1;
        let kept = self.sessions.get_mut(&session).expect("the session was looked up");
        write(kept);
        kept.updated = version;
        if fields.contains(&Field::Name) {
            kept.name_written = version;
        }
        let (name, fields) = (kept.name, fields.to_vec());
        self.commit(cx, Change::Written { session, name, fields, author });
    }

    fn commit(&mut self, cx: &mut Context<'_, Listing>, change: Change) {
        self.version += 1;
        cx.announce(Fact::Committed { version: self.version, change });
    }
}

impl Kept {
    /// The branch that is first by time, and by number among those of one time.
    fn first(&self) -> Option<BranchId> {
        self.branches.iter().min_by_key(|(branch, created)| (**created, **branch)).map(|(branch, _)| *branch)
    }

    /// The branches that no other is older than.
    fn oldest(&self) -> impl Iterator<Item = BranchId> {
        let oldest = self.branches.values().min().copied();
        self.branches.iter().filter(move |(_, created)| Some(**created) == oldest).map(|(branch, _)| *branch)
    }
}

impl Actor<Listing> for Store {
    fn receive(&mut self, cx: &mut Context<'_, Listing>, input: Input<Listing>) {
        match input {
            Input::Message(envelope) => match envelope.message {
                Message::Run(statement) => {
                    self.waiting.push_back((envelope.from, statement));
                    if self.waiting.len() == 1 {
                        self.begin(cx);
                    }
                }
                Message::Wish(_) | Message::Read(_) | Message::FindTitle(_) | Message::Listed(_) => {
                    cx.dead_letter(DeadLetter::Malformed);
                }
            },
            Input::Timer(_) => {
                if let Some((from, statement)) = self.waiting.pop_front() {
                    self.run(cx, from, statement);
                }
                self.begin(cx);
            }
            Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
