//! What the monitors say about facts that no planted bug announces.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor};
use rehearsal_protocol::{Address, InterruptAck, NodeId, Time};
use rehearsal_sessions::session::{
    CallId, Cause, CommandId, Fact, Key, Kind, Outcome, PhaseName, Queue, Role, RunId,
};

use rehearsal_scenarios_sessions::session::invariants::{interrupt, mailbox, session, tool};

const KEY: Key = Key { session: 1, branch: 1 };
const RUN: RunId = RunId { key: KEY, number: 1 };
const CALL: CallId = CallId { run: RUN, step: 1, index: 0 };

fn command(number: u32) -> CommandId {
    CommandId { client: 1, life: 1, number }
}

/// Shows facts one second apart, healed from the start; the first complaint counts.
fn judge(mut monitor: impl Monitor<Fact>, facts: &[Fact]) -> Result<(), String> {
    let actor = Address::new(NodeId(0), 0);
    facts.iter().zip(0..).try_for_each(|(fact, event)| {
        let at = Time::ZERO + Duration::from_secs(event);
        monitor.observe(&Moment { at, event, actor, healed: Some(Time::ZERO) }, fact)
    })
}

fn accepted(number: u32) -> Fact {
    Fact::Accepted { key: KEY, command: command(number), kind: Kind::Message }
}

fn queued(number: u32) -> Fact {
    Fact::Queued { key: KEY, command: command(number), queue: Queue::FollowUp, len: 1 }
}

fn in_flight(number: u32) -> Fact {
    Fact::InFlight { run: RUN, command: command(number), passed: 0 }
}

fn started(number: u32) -> Fact {
    Fact::RunStarted { run: RUN, command: command(number) }
}

fn received(number: u32) -> Fact {
    Fact::InterruptReceived { key: KEY, command: command(number), expected: None, phase: PhaseName::Stream }
}

fn acked(number: u32, ack: InterruptAck) -> Fact {
    Fact::InterruptAcked { key: KEY, command: command(number), ack }
}

fn ended(cause: Cause) -> Fact {
    Fact::RunEnded { run: RUN, cause, waiting: 0 }
}

#[test]
fn a_run_of_what_nobody_accepted_is_told() {
    let said = judge(session::runs_were_accepted(), &[accepted(1), started(2)]);
    assert_eq!(said, Err("s1:b1/1 answers c1#2, which nobody has accepted".to_owned()));
}

#[test]
fn a_row_of_another_item_than_the_one_in_flight_is_told() {
    let role = Role::User { command: command(2) };
    let row = Fact::RowStored { key: KEY, run: RUN, step: 0, role };
    assert!(judge(session::one_item_is_in_flight(), &[in_flight(1), row]).is_err());
}

#[test]
fn a_command_that_is_sent_again_after_its_answer_is_owed_nothing() {
    let arrives = Fact::Received { key: KEY, command: command(1) };
    let mut monitor = session::keys_do_not_wait();
    let moment = Moment { at: Time::ZERO, event: 0, actor: Address::new(NodeId(0), 0), healed: None };
    for fact in [arrives.clone(), accepted(1), arrives] {
        assert_eq!(monitor.observe(&moment, &fact), Ok(()));
    }
    assert_eq!(monitor.owed(), []);
}

#[test]
fn what_still_waits_when_its_key_ends_is_told() {
    let closed = Fact::Closed { key: KEY, phase: PhaseName::Idle };
    let said = judge(mailbox::no_work_is_lost(), &[accepted(1), queued(1), closed]);
    assert_eq!(said, Err("c1#1 still waits when s1:b1 ends".to_owned()));
}

#[test]
fn an_interrupt_that_was_told_to_apply_must_have_ended_its_run() {
    let facts = [in_flight(1), received(2), acked(2, InterruptAck::Applied), ended(Cause::Done)];
    let said = judge(interrupt::interrupts_are_answered(), &facts);
    assert_eq!(
        said,
        Err("c1#2 was told that it applies to s1:b1/1, which ends otherwise (as Done)".to_owned())
    );
}

#[test]
fn an_interrupt_that_meets_a_run_counts_whatever_it_is_told() {
    let within = Duration::from_secs(10);
    let facts = [in_flight(1), received(2), acked(2, InterruptAck::NoActiveRun), ended(Cause::Done)];
    assert!(judge(interrupt::interrupted_runs_end(within), &facts).is_err());
    let facts = [in_flight(1), received(2), acked(2, InterruptAck::Applied), ended(Cause::Interrupted)];
    assert_eq!(judge(interrupt::interrupted_runs_end(within), &facts), Ok(()));
    assert!(judge(interrupt::interrupted_runs_end(Duration::from_secs(1)), &facts).is_err());
}

#[test]
fn text_that_is_shown_out_of_order_is_told() {
    let call = Fact::ModelCall { run: RUN, step: 1, context: KEY };
    let chunk = |seq| Fact::ChunkShown { run: RUN, step: 1, seq };
    assert!(judge(interrupt::shown_text_is_stored(), &[call, chunk(0), chunk(2)]).is_err());
}

#[test]
fn a_turn_that_is_never_completed_is_told_when_its_run_ends() {
    let stream = Fact::StreamEnded { run: RUN, cause: Cause::Done };
    assert!(judge(interrupt::runs_end_once(), &[stream, ended(Cause::Done)]).is_err());
}

#[test]
fn a_call_that_ends_twice_is_told() {
    let end = |outcome| Fact::CallEnded { call: CALL, outcome };
    let said = judge(tool::results_count_once(), &[end(Outcome::TimedOut), end(Outcome::Succeeded(0))]);
    assert_eq!(said, Err("s1:b1/1.1.0 ends a second time, first in event 0".to_owned()));
}
