//! The actors of a listing without a simulator: state and exact effects.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::probe::Probe;

use super::*;

fn said(effects: &[Effect<Listing>]) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

/// A store on the bench.
#[derive(Default)]
struct Bench {
    probe: Probe<Listing>,
    store: Store,
    asker: Option<Address>,
}

impl Bench {
    /// Runs a statement to its end.
    fn run(&mut self, statement: Statement) -> Vec<String> {
        let asker = *self.asker.get_or_insert_with(|| self.probe.peer());
        self.probe.message(&mut self.store, asker, Message::Run(statement));
        said(&self.probe.turn(&mut self.store, Input::Timer(TimerId(0))))
    }

    fn change(&mut self, wish: Wish) -> Vec<String> {
        self.run(Statement::Change(wish))
    }

    fn rows(&mut self, join: Join) -> String {
        self.run(Statement::List { query: 1, join }).remove(1)
    }
}

#[test]
fn of_two_branches_of_one_time_the_lower_number_is_the_first() {
    let mut bench = Bench::default();
    bench.change(Wish::Create);
    let forked = "announce Committed { version: 2, change: Forked { session: 1, branches: [1, 2] } }";
    assert_eq!(bench.change(Wish::Fork(1)), [forked]);
    let row = "Row { session: 1, name: Name(0), first: Some(1) }";
    assert!(bench.rows(Join::First).contains(&format!("[{row}]")));
    assert!(
        bench.rows(Join::EachOldest).contains(&format!("[{row}, {}]", row.replace("Some(1)", "Some(2)")))
    );
}

#[test]
fn a_session_without_a_branch_is_listed_and_the_last_changed_comes_first() {
    let mut bench = Bench::default();
    bench.change(Wish::Create);
    bench.change(Wish::Create);
    let listed =
        "[Row { session: 2, name: Name(0), first: None }, Row { session: 1, name: Name(0), first: None }]";
    assert!(bench.rows(Join::First).contains(listed));
    assert!(bench.rows(Join::Inner).contains("rows: []"));
    bench.change(Wish::Pin(1));
    assert!(bench.rows(Join::First).contains("[Row { session: 1,"));
}

#[test]
fn a_title_does_not_replace_a_name_that_was_given_meanwhile() {
    let mut bench = Bench::default();
    bench.change(Wish::Create);
    bench.change(Wish::Rename(1));
    let author = Author::Program { read: 1 };
    let title = |unless_after| Statement::SetName { session: 1, name: Name(99), author, unless_after };
    assert_eq!(bench.run(title(Some(1))), [""; 0]);
    assert_eq!(bench.run(title(None)).len(), 1);
}

#[test]
fn a_listing_is_one_statement_and_its_answer() {
    let mut probe = Probe::<Listing>::default();
    let (store, titler, person) = (probe.peer(), probe.peer(), probe.peer());
    let mut directory = Directory::new(store, titler, Variant::Reference);
    let asked = probe.message(&mut directory, person, Message::Wish(Wish::List));
    assert_eq!(
        said(&asked),
        ["announce Asked { query: 1 }", "send @1.1 Run(List { query: 1, join: First })"]
    );
    let rows = Message::Read(Reading::Rows { query: 1, rows: Vec::new() });
    let answered = probe.message(&mut directory, store, rows);
    assert_eq!(said(&answered), ["announce Answered { query: 1, rows: [] }", "send @3.3 Listed([])"]);
}

#[test]
fn a_title_is_written_as_one_field_if_nobody_wrote_it_since_the_session_was_read() {
    let mut probe = Probe::<Listing>::default();
    let (store, directory) = (probe.peer(), probe.peer());
    let mut titler = Titler::new(store, Variant::Reference);
    let find = probe.message(&mut titler, directory, Message::FindTitle(1));
    assert_eq!(said(&find), ["send @1.1 Run(Session(1))"]);
    let object = Object { session: 1, name: Name(0), pinned: false, read: 4 };
    probe.message(&mut titler, store, Message::Read(Reading::Session(Some(object))));
    let written = said(&probe.turn(&mut titler, Input::Timer(TimerId(1)))).remove(0);
    assert!(
        written.starts_with("send @1.1 Run(SetName { session: 1")
            && written.contains("unless_after: Some(4)")
    );
}
