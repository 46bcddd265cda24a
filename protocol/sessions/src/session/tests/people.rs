//! Runs that wait for people, and plans (T11–T13, A.4).

use crate::session::message::{Command, PlannerMessage, SessionMessage};
use rehearsal_protocol::address::Address;
use rehearsal_protocol::address::Incarnation;
use rehearsal_protocol::input::{Input, Recovered, WriteId};
use rehearsal_protocol::probe::Probe;

use super::play::{KEY, Play, call, command, facts, lines, run, says};
use crate::session::*;

/// A session whose first run waits for leave to make its first call; its second has ended.
fn parked() -> Play {
    let mut play = asking();
    play.tell(Message::Session(SessionMessage::NeedsPeople { call: call(0) }));
    play.settled();
    assert_eq!(play.session.phase(), PhaseName::Parked);
    play
}

/// The same before the tools have said so.
fn asking() -> Play {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [Some(Class::Asking), Some(Class::Parallel), None]);
    play.settled();
    play.result(1, Outcome::Succeeded(0));
    play
}

fn respond(play: &mut Play, number: u32, decision: Decision) -> Vec<String> {
    let respond = Respond { call: call(0), command: command(number), decision, reply_to: play.client };
    play.tell(Message::Command(Command::Respond(respond)))
}

#[test]
fn a_run_parks_when_all_that_is_open_waits_for_people() {
    let mut play = asking();
    assert!(says(&play.tell(Message::Session(SessionMessage::NeedsPeople { call: call(0) })), "write r3"));
    assert_eq!(facts(&play.synced()), ["Parked { run: s1:b1/1, step: 1 }"]);
}

#[test]
fn a_run_with_a_call_at_work_does_not_park() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [Some(Class::Asking), Some(Class::Parallel), None]);
    play.settled();
    assert!(play.tell(Message::Session(SessionMessage::NeedsPeople { call: call(0) })).is_empty());
    assert!(says(&play.result(1, Outcome::Succeeded(0)), "write r3"), "it parks when that has ended");
}

#[test]
fn what_was_allowed_runs_and_what_has_ended_does_not_run_again() {
    let mut play = parked();
    assert!(!says(&respond(&mut play, 7, Decision::Allow), "send"), "nothing is told before it is durable");
    assert_eq!(
        play.synced(),
        [
            "send @4.4 Answer { command: c1#7, reply: Accepted }",
            "cancel Timer(4)",
            "announce Unparked { run: s1:b1/1, step: 1 }",
            "send @0.5 Execute { call: s1:b1/1.1.0, attempt: 1, class: Serial }",
        ]
    );
}

#[test]
fn what_was_denied_has_that_for_its_result() {
    let mut play = parked();
    respond(&mut play, 7, Decision::Deny);
    let told = play.settled();
    assert!(says(&told, "announce CallEnded { call: s1:b1/1.1.0, outcome: Denied }"));
    assert!(says(&told, "announce ModelCall { run: s1:b1/1, step: 2"));
}

#[test]
fn a_second_decision_finds_nothing_that_waits() {
    let mut play = parked();
    respond(&mut play, 7, Decision::Allow);
    assert_eq!(
        respond(&mut play, 8, Decision::Deny),
        ["send @4.4 Answer { command: c1#8, reply: NothingPending }"]
    );
}

#[test]
fn an_interrupt_ends_a_parked_run() {
    let mut play = parked();
    assert!(says(&play.press(5), "announce Unparked"));
    let told = play.settled();
    assert!(says(&told, "announce InterruptAcked { key: s1:b1, command: c1#5, ack: Applied }"));
    assert!(says(&told, "announce CallEnded { call: s1:b1/1.1.0, outcome: Cancelled }"));
    assert!(says(&told, "announce RunEnded { run: s1:b1/1, cause: Interrupted, waiting: 0 }"));
}

#[test]
fn a_cancel_ends_a_parked_run_just_the_same() {
    let (mut pressed, mut cancelled) = (parked(), parked());
    assert_eq!(pressed.press(5), cancelled.cancel(5));
    assert_eq!(pressed.settled(), cancelled.settled());
}

#[test]
fn an_interjection_ends_a_parked_run_and_is_next() {
    let mut play = parked();
    play.interject(2);
    let told = play.settled();
    assert!(says(&told, "announce RunEnded { run: s1:b1/1, cause: GaveWay, waiting: 1 }"));
    assert!(says(&told, "announce InFlight { run: s1:b1/2, command: c1#2"));
}

#[test]
fn a_cancel_and_an_interjection_for_another_run_leave_a_parked_one_alone() {
    let mut play = parked();
    play.cancel_expecting(5, 9);
    play.interject_into(6, 9);
    assert!(says(&play.settled(), "announce InterruptAcked { key: s1:b1, command: c1#5, ack: StaleRun }"));
    assert_eq!((play.session.phase(), play.session.waiting()), (PhaseName::Parked, (0, 0)));
}

#[test]
fn an_interjection_for_a_parked_run_ends_it_and_is_next() {
    let mut play = parked();
    play.interject_into(2, 1);
    let told = play.settled();
    assert!(says(&told, "announce RunEnded { run: s1:b1/1, cause: GaveWay, waiting: 1 }"));
    assert!(says(&told, "announce InFlight { run: s1:b1/2, command: c1#2"));
}

#[test]
fn an_interrupt_for_another_run_leaves_a_parked_one_alone() {
    let mut play = parked();
    play.press_expecting(5, 9);
    assert!(says(&play.settled(), "announce InterruptAcked { key: s1:b1, command: c1#5, ack: StaleRun }"));
    assert_eq!(play.session.phase(), PhaseName::Parked);
}

#[test]
fn a_call_that_asks_people_while_its_run_winds_up_is_cancelled() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [Some(Class::Asking), None, None]);
    play.settled();
    play.press(5);
    play.tell(Message::Session(SessionMessage::NeedsPeople { call: call(0) }));
    assert!(says(&play.settled(), "announce RunEnded { run: s1:b1/1, cause: Interrupted"));
}

#[test]
fn people_are_reminded_and_nothing_ends_for_it() {
    let mut play = parked();
    assert_eq!(play.turn(Input::Timer(rehearsal_protocol::input::TimerId(4))), ["set Timer(4) 600ms"]);
    assert_eq!(play.session.phase(), PhaseName::Parked);
}

/// A planner with its session `@1.1` and a person `@2.2`.
struct Desk {
    probe: Probe<Session>,
    planner: PlannerActor,
    session: Address,
    person: Address,
}

impl Desk {
    fn new() -> Self {
        let mut probe = Probe::default();
        let (session, person) = (probe.peer(), probe.peer());
        Self { probe, planner: PlannerActor::new(session, Variant::Reference), session, person }
    }

    fn presented() -> Self {
        let mut desk = Self::new();
        desk.tell(Message::Planner(PlannerMessage::Present { call: call(0) }));
        desk.synced(1);
        desk
    }

    fn decide(&mut self, number: u32, decision: Decision) -> Vec<String> {
        self.tell(Message::Planner(PlannerMessage::Decide {
            call: call(0),
            decision,
            by: (command(number), self.person),
        }))
    }

    fn tell(&mut self, message: Message) -> Vec<String> {
        lines(&self.probe.message(&mut self.planner, self.session, message))
    }

    fn synced(&mut self, write: u64) -> Vec<String> {
        lines(&self.probe.turn(&mut self.planner, Input::Synced(WriteId(write))))
    }
}

#[test]
fn a_plan_is_held_up_when_it_is_written() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.tell(Message::Planner(PlannerMessage::Present { call: call(0) })),
        ["write plan/1 7 bytes", "sync 1"]
    );
    assert_eq!(
        desk.synced(1),
        ["announce PlanPresented { call: s1:b1/1.1.0 }", "send @1.1 NeedsPeople { call: s1:b1/1.1.0 }",]
    );
}

#[test]
fn the_first_decision_claims_the_plan_and_the_second_finds_nothing() {
    let mut desk = Desk::presented();
    assert_eq!(desk.decide(1, Decision::Allow), ["write plan/0 8 bytes", "sync 2"]);
    assert_eq!(desk.decide(2, Decision::Deny), ["send @2.2 Answer { command: c1#2, reply: NothingPending }"]);
    let told = desk.synced(2);
    assert_eq!(
        facts(&told),
        ["PlanDecided { call: s1:b1/1.1.0, verdict: Confirmed }", "Checkpointed { call: s1:b1/1.1.0 }",]
    );
    assert!(says(&told, "send @1.1 Resolved { call: s1:b1/1.1.0, decision: Allow"));
}

#[test]
fn a_plan_whose_run_is_cancelled_has_that_for_its_word() {
    let mut desk = Desk::presented();
    desk.tell(Message::CancelCalls { run: run(1) });
    assert_eq!(facts(&desk.synced(2)), ["PlanDecided { call: s1:b1/1.1.0, verdict: Cancelled }"]);
    assert!(says(&desk.decide(2, Decision::Allow), "send @2.2 Answer"));
}

#[test]
fn a_decision_that_a_crash_kept_is_told_again() {
    let mut desk = Desk::presented();
    let written = desk.probe.message(
        &mut desk.planner,
        desk.session,
        Message::Planner(PlannerMessage::Decide {
            call: call(0),
            decision: Decision::Deny,
            by: (command(1), desk.person),
        }),
    );
    let mut recovered = Recovered { incarnation: Incarnation(2), ..Recovered::default() };
    for effect in written {
        if let rehearsal_protocol::context::Effect::Write { key, value } = effect {
            recovered.kept.insert(key.into(), value.into());
        }
    }
    let mut next = PlannerActor::new(desk.session, Variant::Reference);
    let told = lines(&desk.probe.turn(&mut next, Input::Start(recovered)));
    assert!(says(&told, "announce PlanDecided { call: s1:b1/1.1.0, verdict: Rejected }"));
    assert!(says(&told, "send @1.1 Resolved { call: s1:b1/1.1.0, decision: Deny, by: None }"));
}

#[test]
fn writes_that_come_with_a_plan_wait_for_the_word_on_it() {
    let mut play = Play::streaming(Variant::Reference);
    play.done(1, [Some(Class::Plan), Some(Class::Serial), None]);
    let told = play.settled();
    assert!(!says(&told, "send @0.5 Execute"), "{told:?}");
    assert!(says(&told, "send @0.6 Present { call: s1:b1/1.1.0 }"));
    play.tell(Message::Session(SessionMessage::NeedsPeople { call: call(0) }));
    play.settled();
    let (client, decision) = (play.client, Decision::Allow);
    play.tell(Message::Session(SessionMessage::Resolved {
        call: call(0),
        decision,
        by: Some((command(3), client)),
    }));
    assert!(says(&play.settled(), "send @0.5 Execute { call: s1:b1/1.1.1"));
    assert_eq!(KEY, call(0).run.key);
}
