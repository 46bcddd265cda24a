//! A list of sessions while people and a program change them: whatever is listed was so at one moment.

use rehearsal::check::{Monitor, Properties, SortedMap, SortedSet, fold};
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_backend::listing::{
    Author, Change, Directory, Fact, Field, Listing, Name, Person, Row, Store, Titler, VARIANTS, Variant,
};

/// The entry of the registry.
pub static LISTING: Entry = Entry {
    name: "listing",
    sentence: "a list of sessions is one moment of the store, at one statement; and no name that was given is lost",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "people", sentence: "how many people there are", default: 2, least: 1, most: 100 },
        Setting {
            name: "rounds",
            sentence: "how much each of them does",
            default: 8,
            least: 1,
            most: 10_000,
        },
    ],
    build: |variant, settings| {
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(Lists { people: settings.get("people"), rounds: settings.get("rounds"), variant })
    },
};

/// A store with a directory and a program that finds names on one node, people on others.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    /// How many people there are.
    pub people: u32,
    /// How much each of them does.
    pub rounds: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

/// How many statements a listing may take: however many sessions there are.
const STATEMENTS: u32 = 2;

impl Scenario for Lists {
    type Protocol = Listing;

    fn set_up(&self, system: &mut Setup<Listing>) {
        let mut service = system.node("service").steady();
        let store = service.actor("store", Store::default());
        let titler = service.actor("titler", Titler::new(store, self.variant));
        let directory = service.actor("directory", Directory::new(store, titler, self.variant));
        for number in 1..=self.people {
            let person = Person::new(directory, self.rounds);
            let person = if number == 1 { person.first() } else { person };
            system.node(format!("person-{number}")).steady().actor("person", person);
        }
        system.faulty_phase(std::time::Duration::from_secs(1));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        check.always("PERF-1", "a listing takes at most two statements", few_statements());
        check.always(
            "LIST-1",
            "a listing is the store at one moment: every session once, by last change, with its first branch",
            one_moment(),
        );
        check.always("LIST-2", "what a program writes replaces nothing that it has not read", nothing_lost());
        check.sometimes("a session without a branch is listed", {
            |fact| matches!(fact, Fact::Answered { rows, .. } if rows.iter().any(|row| row.first.is_none()))
        });
        check.sometimes("a name that was found is written", {
            |fact| {
                matches!(
                    fact,
                    Fact::Committed { change: Change::Written { author: Author::Program { .. }, .. }, .. }
                )
            }
        });
        check.sometimes("a session is deleted", {
            |fact| matches!(fact, Fact::Committed { change: Change::Deleted(_), .. })
        });
    }
}

/// PERF-1: a listing takes at most so many statements.
fn few_statements() -> impl Monitor<Fact> {
    fold(SortedMap::new(), |ran: &mut SortedMap<u32, u32>, _, fact: &Fact| {
        let Fact::Ran { query } = fact else { return Ok(()) };
        let count = ran.get_or_default(*query);
        *count += 1;
        if *count <= STATEMENTS {
            return Ok(());
        }
        Err(format!("listing {query} takes {count} statements and more"))
    })
}

/// The tables as the changes say, kept apart from how the store keeps them.
#[derive(Clone, Debug, Default, Hash)]
struct Model {
    sessions: SortedMap<u32, Session>,
    /// What a listing would give, after each commit since the first open one began.
    moments: Vec<Vec<Row>>,
    /// From which moment on a listing may be.
    open: SortedMap<u32, usize>,
}

#[derive(Clone, Debug, Default, Hash)]
struct Session {
    name: Name,
    updated: u64,
    /// By time and number.
    branches: SortedSet<(u64, u32)>,
}

impl Model {
    fn listing(&self) -> Vec<Row> {
        let mut all: Vec<_> = self.sessions.iter().collect();
        all.sort_by_key(|(_, session)| std::cmp::Reverse(session.updated));
        let row = |(id, session): (&u32, &Session)| Row {
            session: *id,
            name: session.name,
            first: session.branches.first().map(|(_, branch)| *branch),
        };
        all.into_iter().map(row).collect()
    }

    fn change(&mut self, version: u64, change: &Change) {
        let id = match change {
            Change::Created(session) => {
                self.sessions.insert(*session, Session::default());
                *session
            }
            Change::Deleted(session) => {
                self.sessions.remove(session);
                return;
            }
            Change::Forked { session, .. }
            | Change::BranchDeleted { session, .. }
            | Change::Written { session, .. } => *session,
        };
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.updated = version;
        match change {
            Change::Forked { branches, .. } => {
                session.branches.extend(branches.iter().map(|branch| (version, *branch)));
            }
            Change::BranchDeleted { branch, .. } => session.branches.retain(|(_, kept)| kept != branch),
            Change::Written { name, .. } => session.name = *name,
            Change::Created(_) | Change::Deleted(_) => {}
        }
    }
}

/// LIST-1: a listing is the store at one moment between question and answer.
fn one_moment() -> impl Monitor<Fact> {
    fold(Model::default(), |model: &mut Model, _, fact: &Fact| {
        match fact {
            Fact::Committed { version, change } => {
                model.change(*version, change);
                if !model.open.is_empty() {
                    model.moments.push(model.listing());
                }
            }
            Fact::Asked { query } => {
                if model.open.is_empty() {
                    model.moments = vec![model.listing()];
                }
                model.open.insert(*query, model.moments.len() - 1);
            }
            Fact::Answered { query, rows } => {
                let from = model.open.remove(query).unwrap_or_default();
                if !model.moments[from..].contains(rows) {
                    let count = model.moments.len() - from;
                    let last = model.moments.last();
                    return Err(format!(
                        "listing {query} is no moment between its question and its answer ({count} of them; it says {rows:?}, the last is {last:?})"
                    ));
                }
            }
            Fact::Ran { .. } => {}
        }
        Ok(())
    })
}

/// LIST-2: what a program writes replaces nothing that it has not read.
fn nothing_lost() -> impl Monitor<Fact> {
    fold(SortedMap::new(), |written: &mut SortedMap<(u32, Field), u64>, _, fact: &Fact| {
        let Fact::Committed { version, change: Change::Written { session, fields, author, .. } } = fact
        else {
            return Ok(());
        };
        for field in fields {
            let last = written.insert((*session, *field), *version).unwrap_or_default();
            match author {
                Author::Program { read } if *read < last => {
                    return Err(format!(
                        "commit {version} writes the field {field:?} of session {session} by what was read after commit {read}, over that of commit {last}"
                    ));
                }
                Author::Program { .. } | Author::Person => {}
            }
        }
        Ok(())
    })
}
