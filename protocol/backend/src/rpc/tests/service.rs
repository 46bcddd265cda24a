//! The sessions, with their requests, turns and trees.

use std::collections::BTreeMap;
use std::time::Duration;

use rehearsal_protocol::address::Incarnation;
use rehearsal_protocol::input::{Exit, Input, Recovered, Signal, TimerId, WriteId};

use super::*;

/// Sessions on the bench, with the disk under them; the front is `@1.1`.
struct Bench {
    probe: Probe<Rpc>,
    sessions: Sessions,
    front: Address,
    disk: BTreeMap<String, Vec<u8>>,
    written: Vec<(String, Vec<u8>)>,
    syncs: Vec<WriteId>,
}

impl Bench {
    fn with(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let front = probe.peer();
        let sessions = Sessions::new(front, variant);
        let (disk, written, syncs) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut bench = Self { probe, sessions, front, disk, written, syncs };
        assert_eq!(bench.turn(Input::Start(Recovered::default())), ["announce SessionsBegan"]);
        bench
    }

    /// What a turn asks for beside writes and syncs, which the disk keeps in mind.
    fn turn(&mut self, input: Input<Rpc>) -> Vec<String> {
        let effects = self.probe.turn(&mut self.sessions, input);
        self.kept(effects)
    }

    fn kept(&mut self, mut effects: Vec<Effect<Rpc>>) -> Vec<String> {
        effects.retain(|effect| match effect {
            Effect::Write { key, value } => {
                self.written.push((key.to_string(), value.to_vec()));
                false
            }
            Effect::Sync(id) => {
                self.syncs.push(*id);
                false
            }
            _ => true,
        });
        said(&effects)
    }

    fn hears(&mut self, from: Address, message: Message) -> Vec<String> {
        let effects = self.probe.message(&mut self.sessions, from, message);
        self.kept(effects)
    }

    fn asked(&mut self, request: Request) -> Vec<String> {
        self.hears(self.front, Message::Sessions(SessionsMessage::Execute(request)))
    }

    /// What was written is durable, and what others are told then.
    fn synced(&mut self) -> Vec<String> {
        self.disk.extend(self.written.drain(..));
        let id = self.syncs.pop().expect("a commit is under way");
        self.turn(Input::Synced(id))
    }

    /// The same, when everything has been told.
    fn all_synced(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        while !self.syncs.is_empty() {
            told.extend(self.synced());
        }
        told
    }

    /// The node crashes: what is not durable is gone.
    fn crashed(self, variant: Variant) -> (Self, Vec<String>) {
        let Self { probe, front, disk, .. } = self;
        let recovered = Recovered { incarnation: Incarnation(2), kept: disk.clone() };
        let sessions = Sessions::new(front, variant);
        let mut bench = Self { probe, sessions, front, disk, written: Vec::new(), syncs: Vec::new() };
        let effects = bench.turn(Input::Start(recovered));
        (bench, effects)
    }

    /// The tool of a turn ends.
    fn tool_ends(&mut self, tool: Address) -> Vec<String> {
        let incarnation = Incarnation(1);
        self.turn(Input::Signal(Signal::Exit { who: tool, incarnation, reason: Exit::Normal }))
    }
}

/// The tool of the first turn: the first child, after the front.
const TOOL: Address = Address::new(rehearsal_protocol::address::NodeId(0), 2);

#[test]
fn a_request_is_stored_and_executed_in_one_commit_and_answered_after_it() {
    let mut bench = Bench::with(Variant::Reference);
    assert_eq!(bench.asked(request(1, 1, Operation::Create)), [""; 0]);
    let told = bench.synced();
    let asked = "Request { id: c1#1, session: s1, operation: Create }";
    assert_eq!(
        told,
        [
            format!("announce Stored({asked})"),
            "announce Created { session: s1:s1, parent: s1 }".to_owned(),
            "send @1.1 Happened(s1:s1)".to_owned(),
            format!("announce Executed {{ request: {asked}, execution: 1, reply: Created(s1:s1) }}"),
            "announce Answered { request: c1#1, executed: c1#1, reply: Created(s1:s1), source: Execution }"
                .to_owned(),
            "send @1.1 Replied { request: c1#1, reply: Created(s1:s1) }".to_owned(),
        ]
    );
}

#[test]
fn a_request_that_comes_again_has_the_reply_that_is_stored_even_after_a_crash() {
    let mut bench = Bench::with(Variant::Reference);
    bench.asked(request(1, 1, Operation::Create));
    bench.synced();
    bench.asked(request(1, 1, Operation::Create));
    let replied = "send @1.1 Replied { request: c1#1, reply: Created(s1:s1) }";
    let again = bench.synced();
    assert!(again[0].ends_with("source: Store }") && again[1] == replied && again.len() == 2, "{again:?}");

    let (mut bench, _) = bench.crashed(Variant::Reference);
    bench.asked(request(1, 1, Operation::Create));
    let again = bench.synced();
    assert!(again[0].ends_with("source: EarlierLife }") && again[1] == replied, "{again:?}");
}

#[test]
fn a_crash_between_the_commit_and_what_is_told_of_it_loses_no_fact_and_the_bug_executes_twice() {
    for (variant, executions) in [(Variant::Reference, 1), (Variant::ForgetsReplies, 2)] {
        let mut bench = Bench::with(variant);
        bench.asked(request(1, 1, Operation::Create));
        bench.disk.extend(bench.written.drain(..));
        let (mut bench, begun) = bench.crashed(variant);
        assert_eq!(begun[0], "announce SessionsBegan");
        assert!(begun.iter().any(|fact| fact.contains("Executed") && fact.contains("execution: 1")));
        bench.asked(request(1, 1, Operation::Create));
        let again = bench.synced().concat();
        assert_eq!(again.contains("execution: 2"), executions == 2, "{again}");
    }
}

#[test]
fn what_a_client_asked_before_its_last_request_is_an_old_copy() {
    let mut bench = Bench::with(Variant::Reference);
    bench.asked(request(1, 2, Operation::GetState));
    assert_eq!(bench.asked(request(1, 1, Operation::Create)), ["dead letter StaleAttempt"]);
}

#[test]
fn two_reads_have_a_reply_each_and_the_bug_has_one_for_both() {
    for (variant, executed) in [(Variant::Reference, "c2#1"), (Variant::StaticKey, "c1#1")] {
        let mut bench = Bench::with(variant);
        bench.asked(request(1, 1, Operation::GetState));
        bench.asked(request(2, 1, Operation::GetState));
        let answered = format!("announce Answered {{ request: c2#1, executed: {executed}, ");
        assert!(bench.all_synced().iter().any(|told| told.starts_with(&answered)), "{variant:?}");
    }
}

#[test]
fn a_turn_waits_for_its_tool_and_the_next_request_for_the_turn() {
    let mut bench = Bench::with(Variant::Reference);
    let begun = bench.asked(request(1, 1, Operation::Send));
    assert!(begun[0].starts_with("spawn @0.2 Tool"), "{begun:?}");
    assert_eq!(begun[1], "announce Waits { who: Turn(s1), on: Tool(s1) }");
    let waits = bench.asked(request(2, 1, Operation::Send));
    assert_eq!(waits, ["announce Waits { who: Request(c2#1), on: Turn(s1) }"]);
    let ended = bench.tool_ends(TOOL).concat();
    assert!(ended.contains("GoesOn { who: Request(c2#1) }") && ended.contains("spawn @0.3"), "{ended}");
    assert!(bench.all_synced().concat().contains("reply: Done { turns: 1 }"));
}

#[test]
fn what_a_tool_asks_of_its_session_is_done_within_the_turn_and_the_bug_waits_for_the_permit() {
    let mut bench = Bench::with(Variant::Reference);
    bench.asked(request(1, 1, Operation::Send));
    let call = Message::Sessions(SessionsMessage::CallBack { session: SessionId(1), wish: Wish::Record });
    bench.all_synced();
    assert_eq!(bench.hears(TOOL, call.clone()), [""; 0]);
    assert_eq!(bench.all_synced(), ["send @0.2 CalledBack"]);

    let mut bench = Bench::with(Variant::AckWaitsForTurn);
    bench.asked(request(1, 1, Operation::Send));
    bench.all_synced();
    assert_eq!(bench.hears(TOOL, call), ["announce Waits { who: CallBack(s1), on: Turn(s1) }"]);
    assert!(bench.syncs.is_empty());
}

#[test]
fn who_is_not_the_tool_of_the_present_turn_is_refused() {
    let mut bench = Bench::with(Variant::Reference);
    let call = Message::Sessions(SessionsMessage::CallBack { session: SessionId(1), wish: Wish::Create });
    assert_eq!(bench.hears(TOOL, call), ["dead letter LateResult"]);
}

#[test]
fn a_turn_that_a_crash_cuts_off_is_taken_up_and_the_bug_leaves_it() {
    for (variant, begins) in [(Variant::Reference, true), (Variant::TakesUpNothing, false)] {
        let mut bench = Bench::with(variant);
        bench.asked(request(1, 1, Operation::Send));
        bench.all_synced();
        let (mut bench, begun) = bench.crashed(variant);
        assert_eq!(begun.iter().any(|effect| effect.starts_with("spawn")), begins, "{begun:?}");
        assert_eq!(bench.asked(request(1, 1, Operation::Send)), [""; 0], "it is known, and pending");
    }
}

/// A tree of `s1` and `s1:s1`, which is session 3, is to be deleted, and the first of its two deletions is durable.
fn deleting(variant: Variant) -> Bench {
    let mut bench = Bench::with(variant);
    bench.asked(request(1, 1, Operation::Create));
    bench.all_synced();
    bench.asked(request(1, 2, Operation::Delete));
    bench.all_synced();
    bench
}

/// Everything is told and cleared up until nothing is left to do.
fn until_done(bench: &mut Bench) -> String {
    let mut told = bench.all_synced();
    for session in [1, 3, 4] {
        told.extend(bench.turn(Input::Timer(TimerId(session))));
        told.extend(bench.all_synced());
    }
    for session in [3, 1] {
        told.extend(bench.turn(Input::Timer(TimerId(session))));
        told.extend(bench.all_synced());
    }
    told.concat()
}

#[test]
fn a_child_that_is_made_during_the_deletion_of_its_tree_is_refused_and_the_bug_makes_it() {
    let mut bench = deleting(Variant::Reference);
    bench.asked(request(2, 1, Operation::Create));
    let told = until_done(&mut bench);
    assert!(told.contains("CreationRefused(s1)") && told.contains("reply: Deleted"), "{told}");
    assert!(!told.contains("Created"), "{told}");

    let mut bench = deleting(Variant::CascadeMissesCreation);
    bench.asked(request(2, 1, Operation::Create));
    let told = until_done(&mut bench);
    assert!(
        told.contains("Created { session: s4, parent: s1 }") && told.contains("reply: Deleted"),
        "{told}"
    );
    assert!(!told.contains("Terminated(s4)"), "{told}");
}

#[test]
fn a_deletion_that_a_crash_cuts_off_goes_on() {
    let bench = deleting(Variant::Reference);
    let (mut bench, _) = bench.crashed(Variant::Reference);
    let told = until_done(&mut bench);
    assert!(told.contains("Terminated(s1:s1)") && told.contains("reply: Deleted"), "{told}");
}

#[test]
fn a_read_of_a_deleted_session_says_so_and_the_bug_makes_it_anew() {
    for (variant, reply) in [
        (Variant::Reference, "reply: Terminated"),
        (Variant::ReadMakesAnew, "reply: State { turns: 0, records: 0, children: [s1:s1] }"),
    ] {
        let mut bench = deleting(variant);
        bench.asked(request(2, 1, Operation::GetState));
        let told = bench.all_synced().concat();
        assert!(told.contains(reply), "{told}");
    }
}

#[test]
fn the_turn_of_a_session_that_is_deleted_is_cut_off_and_answered_with_terminated() {
    let mut bench = Bench::with(Variant::Reference);
    bench.asked(request(1, 1, Operation::Send));
    bench.asked(request(2, 1, Operation::Delete));
    assert!(bench.all_synced().concat().contains("Terminated(s1)"));
    let ended = bench.tool_ends(TOOL);
    assert!(ended.iter().any(|effect| effect.starts_with("set Timer(1)")), "{ended:?}");
    let told = bench.all_synced().concat();
    assert!(told.contains("Replied { request: c1#1, reply: Terminated }"), "{told}");
}

#[test]
fn a_tool_works_and_ends_and_one_that_calls_back_when_that_is_done() {
    let mut probe = Probe::<Rpc>::default();
    let sessions = probe.peer();
    let job = |wish| Job { time: Duration::from_millis(5), wish };
    let mut tool = Tool::new(sessions, SessionId(1), job(None));
    assert_eq!(said(&probe.start(&mut tool)), ["set Timer(0) 5ms"]);
    let due = || Input::Timer(TimerId(0));
    assert_eq!(said(&probe.turn(&mut tool, due())), ["exit"]);

    let mut tool = Tool::new(sessions, SessionId(1), job(Some(Wish::Create)));
    assert_eq!(
        said(&probe.turn(&mut tool, due())),
        [
            "announce Waits { who: Tool(s1), on: CallBack(s1) }",
            "send @1.1 CallBack { session: s1, wish: Create }"
        ]
    );
    assert_eq!(said(&probe.message(&mut tool, sessions, Message::CalledBack)), ["exit"]);
    assert_eq!(said(&probe.turn(&mut tool, Input::Signal(Signal::Shutdown))), ["exit Shutdown"]);
}
