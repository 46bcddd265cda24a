//! The scenario against itself, and the histories of others as plays.

use std::time::Duration;

use rehearsal::run::Verdict;
use rehearsal::{Play, Profile};
use rehearsal_backend::rpc::{Fact, Met, Operation, Party, Reply, Request, Rpc, Source, Variant};
use rehearsal_scenarios_backend::rpc::{Boundary, RPC};

use rehearsal::exam::{every_variant_trips_its_own, reference_holds};

#[test]
fn each_request_is_executed_once_whatever_crashes() {
    reference_holds(&RPC, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&RPC, 20_000);
}

/// What a client asks, as entries of its menu; entry 0 is that a session has a turn.
const CREATES: u32 = 4;
const READS: u32 = 7;
const DELETES: u32 = 8;

/// Two clients that ask twice each. Their choices: how long they rest; what they ask of which session, and how long they wait for a connection;
/// whether they disconnect, and how long they rest; what they ask of which session.
fn play(variant: Variant) -> Play<Rpc> {
    Play::of(&Boundary { clients: 2, requests: 2, variant })
}

trait Asks: Sized {
    fn first(self, client: u32, operation: u32) -> Self;
    fn second(self, client: u32, operation: u32) -> Self;
    fn second_of(self, client: u32, session: u32) -> Self;
}

impl Asks for Play<Rpc> {
    fn first(self, client: u32, operation: u32) -> Self {
        self.choose(&format!("/client-{client}/client"), 1, operation)
    }

    fn second(self, client: u32, operation: u32) -> Self {
        self.choose(&format!("/client-{client}/client"), 6, operation)
    }

    fn second_of(self, client: u32, session: u32) -> Self {
        self.choose(&format!("/client-{client}/client"), 7, session)
    }
}

/// What the play ends with, if it breaks something, and what was stated in it.
fn ends(play: Play<Rpc>) -> (Option<String>, Vec<Fact>) {
    let played = play.run();
    let facts = played.facts.iter().map(|(_, _, fact)| fact.clone()).collect();
    match played.outcome.verdict {
        Verdict::Violation(violation) => {
            (Some(format!("{}: {}", violation.invariant, violation.message)), facts)
        }
        Verdict::Pass => (None, facts),
        Verdict::Limit(limit) => panic!("{limit:?}"),
    }
}

/// G-1 6f8163ca.
#[test]
fn a_tool_that_calls_back_is_acknowledged_while_its_turn_waits_for_it() {
    let calls_back = |variant| play(variant).choose("/service/sessions", 1, 1);
    let (broken, facts) = ends(calls_back(Variant::Reference));
    assert_eq!(broken, None);
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Waits { who: Party::Tool(_), .. })));
    let (broken, _) = ends(calls_back(Variant::AckWaitsForTurn));
    let circle = "DEAD-1: 3 actors wait for each other ([CallBack(s1), Turn(s1), Tool(s1)])";
    assert_eq!(broken.as_deref(), Some(circle));
}

/// G-1 9b61d785.
#[test]
fn two_clients_that_read_one_session_at_the_same_time_are_answered_each_by_its_own_read() {
    let both_read = |variant| play(variant).first(1, READS).first(2, READS);
    assert_eq!(ends(both_read(Variant::Reference)).0, None);
    let (broken, _) = ends(both_read(Variant::StaticKey));
    assert!(broken.is_some_and(|broken| broken.starts_with("STO-3: c2#100001 is answered by")));
}

/// E-14. The second client is `ann:s1`, and the session that the first makes is `s1:s1`.
#[test]
fn a_separator_in_a_name_makes_no_two_requests_one() {
    let name_meets_name =
        |variant| play(variant).first(1, CREATES).second(1, READS).second_of(1, 2).second(2, READS);
    assert_eq!(ends(name_meets_name(Variant::Reference)).0, None);
    let (broken, _) = ends(name_meets_name(Variant::UnescapedJoin));
    assert!(broken.is_some_and(|broken| broken.starts_with("STO-3: c2#100002 is answered by")));
}

/// G-1 c9c57b7a.
#[test]
fn a_child_that_is_made_while_its_tree_is_deleted_is_refused() {
    let creates_meanwhile = |variant| play(variant).first(1, CREATES).second(1, DELETES).second(2, CREATES);
    let (broken, facts) = ends(creates_meanwhile(Variant::Reference));
    assert_eq!(broken, None);
    assert!(facts.iter().any(|fact| matches!(fact, Fact::CreationRefused(_))), "{facts:#?}");
    let (broken, _) = ends(creates_meanwhile(Variant::CascadeMissesCreation));
    assert_eq!(broken.as_deref(), Some("RPC-3: the tree of s1 is deleted, and s4 lives"));
}

/// G-1 7d5abfc7.
#[test]
fn a_session_that_is_read_while_its_tree_is_deleted_is_terminated() {
    let reads_meanwhile = |variant| play(variant).first(1, CREATES).second(1, DELETES).second(2, READS);
    let (broken, facts) = ends(reads_meanwhile(Variant::Reference));
    assert_eq!(broken, None);
    let reads = |request: &Request| matches!(request.operation, Operation::GetState);
    let is_told = |fact: &Fact| matches!(fact, Fact::Executed { request, reply: Reply::Terminated, .. } if reads(request));
    assert!(facts.iter().any(is_told), "{facts:#?}");
    let (broken, _) = ends(reads_meanwhile(Variant::ReadMakesAnew));
    assert!(broken.is_some_and(|broken| broken.starts_with("RPC-3: s1 is deleted, and answers")));
}

/// G-1 5025fae9.
#[test]
fn a_client_that_disconnects_while_it_is_being_connected_is_not_connected_later() {
    let gives_up = |variant| {
        let slow = |play: Play<Rpc>, n| play.choose("/service/front", n, 3);
        (0..2).fold(play(variant).choose("/client-1/client", 3, 7), slow)
    };
    let (broken, facts) = ends(gives_up(Variant::Reference));
    assert_eq!(broken, None);
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Closed { met: Met::SettingUp, .. })));
    let (broken, _) = ends(gives_up(Variant::LateConnect));
    assert_eq!(broken.as_deref(), Some("LIFE-1: Welcome goes out over c1~100001, which is closed"));
}

/// A crash of the service between the execution of a request and its reply.
#[test]
fn a_request_whose_reply_a_crash_swallows_has_the_same_reply_from_the_next_life() {
    let swallowed = |variant| {
        let (answer, outage) = (Duration::from_nanos(1), Duration::from_millis(20));
        let create = || play(variant).first(1, CREATES);
        let stored = create().run().syncs("service")[0].since(rehearsal_protocol::Time::ZERO);
        create().lose("/service/front", "/client-1/client", 3).crash("service", stored + answer, outage)
    };
    let (broken, facts) = ends(swallowed(Variant::Reference));
    assert_eq!(broken, None);
    let from_before = |fact: &Fact| {
        matches!(fact, Fact::Answered { reply: Reply::Created(_), source: Source::EarlierLife, .. })
    };
    assert!(facts.iter().any(from_before), "{facts:#?}");
    let (broken, _) = ends(swallowed(Variant::ForgetsReplies));
    assert_eq!(broken.as_deref(), Some("STO-3: c1#100001 is executed a second time (1, 2)"));
}
