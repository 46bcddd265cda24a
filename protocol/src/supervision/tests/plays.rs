//! One supervisor, one input at a time: states and exact effects.

use std::time::Duration;

use super::company::{Company, Job, Message};
use crate::address::{Address, Incarnation};
use crate::context::Effect;
use crate::input::{Exit, Input, Signal, TimerId};
use crate::probe::Probe;
use crate::supervision::{
    Answer, AutoShutdown, Backoff, ChildSpec, Command, MailboxOnRestart, Policy, Refusal, Restart, Shutdown,
    Strategy, Supervisor, Variant,
};

struct Play {
    probe: Probe<Company>,
    supervisor: Supervisor<Job>,
}

impl Play {
    fn new(policy: Policy, children: impl IntoIterator<Item = ChildSpec<Job>>) -> Self {
        Self::planted(policy, children, Variant::Reference)
    }

    fn planted(policy: Policy, children: impl IntoIterator<Item = ChildSpec<Job>>, variant: Variant) -> Self {
        let supervisor = Supervisor::new(policy, children).planted(variant);
        let mut play = Self { probe: Probe::default(), supervisor };
        play.probe.start(&mut play.supervisor);
        play
    }

    /// Without facts: what is asked of the stage.
    fn asked(effects: Vec<Effect<Company>>) -> Vec<String> {
        let told = effects.iter().filter(|effect| !matches!(effect, Effect::Announce(_)));
        told.map(|effect| format!("{effect:?}")).collect()
    }

    fn turn(&mut self, input: Input<Company>) -> Vec<String> {
        Self::asked(self.probe.turn(&mut self.supervisor, input))
    }

    fn ends(&mut self, slot: u32, reason: Exit) -> Vec<String> {
        let who = Address::new(self.probe.me().node(), slot);
        self.turn(Input::Signal(Signal::Exit { who, incarnation: Incarnation(1), reason }))
    }

    fn command(&mut self, command: Command<Job>) -> Vec<String> {
        let from = self.probe.peer();
        Self::asked(self.probe.message(&mut self.supervisor, from, Message::Command(command)))
    }
}

fn panicked() -> Exit {
    Exit::Panicked("no".to_owned())
}

fn workers(ids: &str) -> Vec<ChildSpec<Job>> {
    ids.chars().map(|id| ChildSpec::worker(id, Job::Willing)).collect()
}

fn often(strategy: Strategy) -> Policy {
    Policy::otp(strategy).with_intensity(10, Duration::from_secs(5))
}

const WILLING: &str = "Worker { stubborn: false }";

#[test]
fn one_for_one_starts_only_the_child_that_failed() {
    let mut play = Play::new(often(Strategy::OneForOne), workers("abc"));
    assert_eq!(play.ends(2, panicked()), [format!("spawn @0.2 {WILLING}")]);
}

#[test]
fn one_for_all_stops_the_others_from_the_last_to_the_first_and_starts_all_in_their_order() {
    let mut play = Play::new(often(Strategy::OneForAll), workers("abc"));
    assert_eq!(play.ends(2, panicked()), ["stop @0.3", "set Timer(0) 5s"]);
    assert_eq!(play.ends(3, Exit::Shutdown), ["cancel Timer(0)", "stop @0.1", "set Timer(0) 5s"]);
    let spawns = [1, 2, 3].map(|slot| format!("spawn @0.{slot} {WILLING}"));
    assert_eq!(play.ends(1, Exit::Shutdown)[1..], spawns);
}

#[test]
fn rest_for_one_leaves_those_before_alone() {
    let mut play = Play::new(often(Strategy::RestForOne), workers("abc"));
    assert_eq!(play.ends(2, panicked()), ["stop @0.3", "set Timer(0) 5s"]);
    let spawns = [2, 3].map(|slot| format!("spawn @0.{slot} {WILLING}"));
    assert_eq!(play.ends(3, Exit::Shutdown)[1..], spawns);
}

#[test]
fn children_of_a_simple_one_for_one_are_all_asked_at_once() {
    let mut play = Play::new(often(Strategy::SimpleOneForOne), workers("ab"));
    let asked = play.turn(Input::Signal(Signal::Shutdown));
    assert_eq!(asked, ["stop @0.1", "set Timer(0) 5s", "stop @0.2", "set Timer(0) 5s"]);
    assert!(play.ends(1, Exit::Shutdown).is_empty());
    assert_eq!(play.ends(2, Exit::Shutdown), ["cancel Timer(0)", "exit Shutdown"]);
}

#[test]
fn a_transient_child_is_started_again_only_if_something_went_wrong() {
    let transient = workers("a").into_iter().map(|child| child.restarted(Restart::Transient));
    let mut play = Play::new(often(Strategy::OneForOne), transient);
    assert_eq!(play.ends(1, Exit::Killed).len(), 1);
    assert!(play.ends(1, Exit::Normal).is_empty());
    assert_eq!(play.supervisor.children().collect::<Vec<_>>(), [("a", false)], "its specification stays");
}

#[test]
fn a_temporary_child_is_forgotten() {
    let temporary = workers("a").into_iter().map(|child| child.restarted(Restart::Temporary));
    let mut play = Play::new(often(Strategy::OneForOne), temporary);
    assert!(play.ends(1, panicked()).is_empty());
    assert_eq!(play.supervisor.children().count(), 0);
}

#[test]
fn too_many_restarts_end_the_supervisor_and_its_children_before() {
    let mut play = Play::new(Policy::otp(Strategy::OneForOne), workers("ab"));
    assert_eq!(play.ends(1, panicked()).len(), 1, "the first is not too many");
    assert_eq!(play.ends(1, panicked()), ["stop @0.2", "set Timer(0) 5s"]);
    assert_eq!(play.ends(2, Exit::Shutdown), ["cancel Timer(0)", "exit Shutdown"]);
}

#[test]
fn a_child_that_does_not_stop_in_time_is_killed() {
    let mut play = Play::new(often(Strategy::OneForOne), workers("a"));
    play.turn(Input::Signal(Signal::Shutdown));
    assert_eq!(play.turn(Input::Timer(TimerId(0))), ["kill @0.1"]);
    assert_eq!(play.ends(1, Exit::Killed), ["cancel Timer(0)", "exit Shutdown"]);
}

#[test]
fn who_is_killed_is_waited_for_before_the_next_is_asked() {
    for (variant, asks) in [(Variant::Reference, 0), (Variant::ParallelStop, 2)] {
        let mut play = Play::planted(often(Strategy::OneForOne), workers("abc"), variant);
        play.turn(Input::Signal(Signal::Shutdown));
        let asked = play.turn(Input::Timer(TimerId(0)));
        assert_eq!(asked.last().map(String::as_str), Some("kill @0.3"));
        assert_eq!(asked.iter().filter(|asked| asked.starts_with("stop")).count(), asks, "{variant:?}");
    }
}

#[test]
fn a_supervisor_that_is_to_end_while_a_child_is_down_stops_the_others_as_well() {
    for (variant, last) in [(Variant::Reference, "set Timer(0) 5s"), (Variant::EndsFirst, "exit Shutdown")] {
        let mut play = Play::planted(often(Strategy::RestForOne), workers("abc"), variant);
        play.ends(2, panicked());
        assert!(play.turn(Input::Signal(Signal::Shutdown)).is_empty(), "`c` is still being stopped");
        assert_eq!(play.ends(3, Exit::Shutdown).last().map(String::as_str), Some(last), "{variant:?}");
    }
}

#[test]
fn a_brutal_child_is_not_asked() {
    let brutal = workers("a").into_iter().map(|child| child.stopped(Shutdown::Brutal));
    let mut play = Play::new(often(Strategy::OneForOne), brutal);
    assert_eq!(play.turn(Input::Signal(Signal::Shutdown)), ["kill @0.1"]);
}

#[test]
fn what_fails_while_others_are_stopped_is_dealt_with_afterwards() {
    let mut play = Play::new(often(Strategy::RestForOne), workers("abc"));
    play.ends(2, panicked());
    assert!(play.ends(1, panicked()).is_empty(), "`c` is still being stopped");
    let asked = play.ends(3, Exit::Shutdown);
    let first = [2, 3].map(|slot| format!("spawn @0.{slot} {WILLING}"));
    assert_eq!(asked[1..3], first, "the restart that was begun is finished");
    assert_eq!(asked[3..], ["stop @0.3", "set Timer(0) 5s"], "then that of `a` begins");
}

#[test]
fn a_start_that_fails_is_tried_again_behind_what_waits_and_counts_each_time() {
    let mut play = Play::new(Policy::otp(Strategy::OneForOne), workers("a"));
    play.probe.script([1]);
    assert_eq!(play.ends(1, panicked()), ["set Timer(1) 0ns"]);
    assert_eq!(
        play.turn(Input::Timer(TimerId(1))),
        ["exit Shutdown"],
        "the second within 5 s is one too many"
    );
}

#[test]
fn a_supervisor_whose_child_cannot_be_started_at_the_beginning_fails() {
    let mut probe = Probe::default();
    probe.script([0, 1]);
    let mut supervisor = Supervisor::new(often(Strategy::OneForOne), workers("abc"));
    let asked = Play::asked(probe.start(&mut supervisor));
    assert_eq!(asked, [format!("spawn @0.1 {WILLING}"), "stop @0.1".into(), "set Timer(0) 5s".into()]);
    let mut play = Play { probe, supervisor };
    let last = r#"exit Failed("`b` could not be started")"#;
    assert_eq!(play.ends(1, Exit::Shutdown), ["cancel Timer(0)", last]);
}

#[test]
fn a_restart_that_is_put_off_gives_way_to_the_end() {
    let backoff = Backoff {
        initial: Duration::from_secs(1),
        factor_percent: 200,
        cap: Duration::from_secs(16),
        jitter_percent: 0,
    };
    let mut play = Play::new(often(Strategy::OneForOne).with_backoff(backoff), workers("ab"));
    assert_eq!(play.ends(1, panicked()), ["set Timer(1) 1s"]);
    assert_eq!(play.turn(Input::Timer(TimerId(1))), [format!("spawn @0.1 {WILLING}")]);
    assert_eq!(play.ends(1, panicked()), ["set Timer(1) 2s"]);
    let asked = play.turn(Input::Signal(Signal::Shutdown));
    assert_eq!(asked, ["cancel Timer(1)", "stop @0.2", "set Timer(0) 5s"]);
    assert_eq!(play.ends(2, Exit::Shutdown).last().map(String::as_str), Some("exit Shutdown"));
}

#[test]
fn the_end_of_a_significant_child_ends_the_supervisor_if_its_policy_says_so() {
    let child = |id| ChildSpec::worker(id, Job::Willing).restarted(Restart::Transient).significant();
    let all = often(Strategy::OneForOne).with_auto_shutdown(AutoShutdown::AllSignificant);
    let mut play = Play::new(all, [child("a"), child("b")]);
    assert!(play.ends(1, Exit::Normal).is_empty(), "one of two");
    assert_eq!(play.ends(2, Exit::Normal), ["exit Shutdown"]);
    let any = often(Strategy::OneForOne).with_auto_shutdown(AutoShutdown::AnySignificant);
    let mut play = Play::new(any, [child("a"), child("b")]);
    assert_eq!(play.ends(1, Exit::Normal), ["stop @0.2", "set Timer(0) 5s"]);
}

#[test]
fn commands_are_answered_as_by_otp() {
    let mut play = Play::new(often(Strategy::OneForOne), workers("a"));
    let refused = |why| format!("{:?}", Message::Answer(Answer::Refused(why)));
    let answer =
        |asked: Vec<String>| asked.last().and_then(|last| last.splitn(3, ' ').nth(2).map(str::to_owned));
    assert_eq!(answer(play.command(Command::RestartChild("a".into()))), Some(refused(Refusal::Running)));
    assert_eq!(answer(play.command(Command::DeleteChild("a".into()))), Some(refused(Refusal::Running)));
    assert_eq!(answer(play.command(Command::TerminateChild("b".into()))), Some(refused(Refusal::NotFound)));
    let again = Command::StartChild(ChildSpec::worker("a", Job::Willing));
    assert_eq!(answer(play.command(again.clone())), Some(refused(Refusal::AlreadyStarted)));
    assert_eq!(play.command(Command::TerminateChild("a".into())), ["stop @0.1", "set Timer(0) 5s"]);
    assert!(play.ends(1, Exit::Shutdown).last().unwrap().ends_with("Answer(Done)"));
    assert_eq!(answer(play.command(again)), Some(refused(Refusal::AlreadyPresent)));
    assert!(answer(play.command(Command::RestartChild("a".into()))).unwrap().contains("Started"));
    play.command(Command::TerminateChild("a".into()));
    play.ends(1, Exit::Shutdown);
    assert!(answer(play.command(Command::DeleteChild("a".into()))).unwrap().contains("Done"));
    assert_eq!(play.supervisor.children().count(), 0);
}

fn keeping(strategy: Strategy) -> Policy {
    often(strategy).with_mailbox_on_restart(MailboxOnRestart::Keep)
}

#[test]
fn what_waits_for_a_child_is_kept_from_its_start_until_it_is_not_started_again() {
    let mut probe = Probe::default();
    let transient = workers("a").into_iter().map(|child| child.restarted(Restart::Transient));
    let mut supervisor = Supervisor::new(keeping(Strategy::OneForOne), transient);
    let begun = Play::asked(probe.start(&mut supervisor));
    assert_eq!(begun, [&*format!("spawn @0.1 {WILLING}"), "keep mail of @0.1"]);
    let mut play = Play { probe, supervisor };
    assert_eq!(play.ends(1, panicked()), [&*format!("spawn @0.1 {WILLING}"), "keep mail of @0.1"]);
    assert_eq!(play.ends(1, Exit::Normal), ["release mail of @0.1"]);
}

#[test]
fn what_waits_for_a_sibling_that_is_stopped_to_be_started_again_is_kept() {
    let mut play = Play::new(keeping(Strategy::OneForAll), workers("ab"));
    assert_eq!(play.ends(2, panicked()), ["stop @0.1", "set Timer(0) 5s"]);
    let effects = play.ends(1, Exit::Shutdown);
    assert!(!effects.iter().any(|effect| effect.starts_with("release")), "{effects:?}");
}

#[test]
fn what_waits_for_a_child_that_is_terminated_is_released() {
    let mut play = Play::new(keeping(Strategy::OneForOne), workers("a"));
    play.command(Command::TerminateChild("a".to_owned()));
    let down = play.ends(1, Exit::Shutdown);
    assert_eq!(down, ["cancel Timer(0)", "release mail of @0.1", "send @2.2 Answer(Done)"]);
}

#[test]
fn whoever_only_looks_is_answered_while_children_are_stopped() {
    let mut play = Play::new(often(Strategy::OneForAll), workers("ab"));
    play.ends(2, panicked());
    let counts = play.command(Command::CountChildren);
    assert_eq!(counts, ["send @3.3 Answer(Counts { specs: 2, active: 1, supervisors: 0, workers: 2 })"]);
    assert!(play.command(Command::DeleteChild("b".to_owned())).is_empty(), "what changes something waits");
    assert_eq!(play.ends(1, Exit::Shutdown).len(), 4, "which is done when all run again");
}

#[test]
fn what_waits_for_a_child_that_has_nothing_to_run_any_more_is_released() {
    let mut play = Play::new(keeping(Strategy::OneForOne), workers("a"));
    play.probe.script([2]);
    assert_eq!(play.ends(1, panicked()), ["release mail of @0.1"]);
}

#[test]
fn the_word_of_a_child_of_an_earlier_life_that_it_has_begun_is_not_taken_for_that_of_the_present_one() {
    let lead = Job::Lead(often(Strategy::OneForOne), workers("x"));
    let mut probe = Probe::default();
    let mut supervisor = Supervisor::new(often(Strategy::OneForOne), [ChildSpec::supervisor("a", lead)]);
    probe.start(&mut supervisor);
    let child = Address::new(probe.me().node(), 1);
    let mut begun = |life| {
        let command = Command::Begun { life: Incarnation(life) };
        let effects = Play::asked(probe.message(&mut supervisor, child, Message::Command(command)));
        (effects, supervisor.children().any(|(_, runs)| runs))
    };
    assert_eq!(begun(0), (vec!["dead letter LateChild".to_owned()], false));
    assert_eq!(begun(1), (Vec::new(), true));
}
