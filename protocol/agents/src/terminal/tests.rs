//! The terminal without a simulator: state and exact effects.

use std::time::Duration;

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::input::{Exit, Input, Signal, TimerId};
use rehearsal_protocol::probe::Probe;

use super::screen::{Owed, Screen};
use super::*;

/// A terminal on the bench; its painter is `@1.1`.
struct Play {
    probe: Probe<Lanes>,
    terminal: Terminal,
    someone: Address,
}

const CONFIG: Config = Config {
    inputs_in_a_row: 2,
    handling: Duration::from_millis(2),
    debounce: Duration::from_millis(33),
    room: 3,
};

impl Play {
    fn with(variant: Variant) -> Self {
        let mut probe = Probe::default();
        let (painter, someone) = (probe.peer(), probe.peer());
        Self { probe, terminal: Terminal::new(painter, CONFIG, variant), someone }
    }

    fn happens(&mut self, event: Event) -> String {
        let effects = self.probe.message(&mut self.terminal, self.someone, Message::Happened(event));
        said(&effects)
    }

    /// The handling of an event is over.
    fn handled(&mut self) -> String {
        self.probe.advance(CONFIG.handling);
        said(&self.probe.turn(&mut self.terminal, Input::Timer(TimerId(1))))
    }

    fn debounced(&mut self) -> String {
        said(&self.probe.turn(&mut self.terminal, Input::Timer(TimerId(2))))
    }

    /// Who feeds a lane ends.
    fn ends(&mut self, who: Address) -> String {
        let (incarnation, reason) = (Incarnation(1), Exit::Normal);
        let exit = Input::Signal(Signal::Exit { who, incarnation, reason });
        said(&self.probe.turn(&mut self.terminal, exit))
    }

    fn drawn(&mut self, frame: u64) -> String {
        said(&self.probe.message(&mut self.terminal, self.someone, Message::Drawn { frame }))
    }
}

fn said(effects: &[Effect<Lanes>]) -> String {
    format!("{effects:?}").trim_matches(['[', ']']).replace(", announce", "\nannounce").replace(", s", "\ns")
}

fn dispatched(lane: Lane, number: u64, dispatch: u64) -> String {
    format!("announce Dispatched {{ lane: {lane:?}, number: {number}, dispatch: {dispatch}, left: ")
}

#[test]
fn the_first_event_is_handled_and_drawn_at_once() {
    let mut play = Play::with(Variant::Reference);
    let expected = "announce Accepted { lane: Input, number: 1, waiting: 1, event: Key }
announce Dispatched { lane: Input, number: 1, dispatch: 1, left: 0 }
set Timer(1) 2ms
announce Requested { request: 1, at: Time(0) }
announce FrameBegun { frame: 1, request: 1, at: Time(0) }
send @1.1 Draw { frame: 1 }";
    assert_eq!(play.happens(Event::Key), expected);
}

#[test]
fn a_request_during_a_frame_makes_exactly_one_more_after_the_debounce() {
    let mut play = Play::with(Variant::Reference);
    play.happens(Event::Key);
    play.happens(Event::Key);
    play.handled();
    assert_eq!(play.terminal.screen(), Screen::Drawing { frame: 1, owed: Owed::OneMore });
    assert_eq!(play.drawn(1), "announce FrameEnded { frame: 1 }\nset Timer(2) 31ms");
    assert!(play.debounced().contains("FrameBegun { frame: 2, request: 2"));
    assert_eq!(play.drawn(2), "announce FrameEnded { frame: 2 }");
    assert_eq!(play.terminal.screen(), Screen::Quiet);
}

#[test]
fn without_the_owed_flag_the_last_change_is_not_drawn() {
    let mut play = Play::with(Variant::OwedClearedAtStart);
    play.happens(Event::Key);
    play.happens(Event::Key);
    play.handled();
    assert_eq!(play.drawn(1), "announce FrameEnded { frame: 1 }");
    assert_eq!(play.terminal.screen(), Screen::Quiet);
}

#[test]
fn a_bulk_event_has_its_turn_after_enough_inputs_in_a_row() {
    let mut play = Play::with(Variant::Reference);
    play.happens(Event::Key);
    play.happens(Event::Status);
    play.happens(Event::Key);
    play.happens(Event::Key);
    assert!(play.handled().contains(&dispatched(Lane::Input, 2, 2)));
    assert!(play.handled().contains(&dispatched(Lane::Bulk, 1, 3)));
    assert!(play.handled().contains(&dispatched(Lane::Input, 3, 4)));
}

#[test]
fn strict_lanes_leave_the_bulk_event_waiting() {
    let mut play = Play::with(Variant::StrictLanes);
    play.happens(Event::Key);
    play.happens(Event::Status);
    play.happens(Event::Key);
    play.happens(Event::Key);
    play.handled();
    assert!(play.handled().contains(&dispatched(Lane::Input, 3, 3)));
}

#[test]
fn inserts_in_a_row_share_a_dispatch_and_the_event_after_them_stays() {
    let mut play = Play::with(Variant::Reference);
    play.happens(Event::Key);
    play.happens(Event::Insert);
    play.happens(Event::Insert);
    play.happens(Event::Status);
    let together = play.handled();
    assert!(
        together.contains(&dispatched(Lane::Bulk, 1, 2)) && together.contains(&dispatched(Lane::Bulk, 2, 2))
    );
    assert!(play.handled().contains(&dispatched(Lane::Bulk, 3, 3)));
}

#[test]
fn coalescing_that_receives_before_it_looks_loses_the_event_after_the_inserts() {
    let mut play = Play::with(Variant::CoalescingDrops);
    play.happens(Event::Key);
    play.happens(Event::Insert);
    play.happens(Event::Status);
    play.handled();
    assert_eq!(play.handled(), "announce Idle");
}

#[test]
fn a_pane_that_waits_to_be_drawn_anew_waits_once() {
    let mut play = Play::with(Variant::Reference);
    play.happens(Event::Key);
    play.happens(Event::Redraw(Pane::History));
    let other = play.happens(Event::Redraw(Pane::Status));
    assert!(other.contains("Accepted { lane: Input, number: 3"), "{other}");
    let again = play.happens(Event::Redraw(Pane::History));
    assert_eq!(again, "announce Joined { lane: Input, number: 2, event: Redraw(History) }");
    play.handled();
    assert!(play.happens(Event::Redraw(Pane::History)).contains("number: 4"));
}

#[test]
fn by_kind_alone_another_pane_is_forgotten_and_by_the_last_alone_one_waits_twice() {
    let mut play = Play::with(Variant::JoinsByKind);
    play.happens(Event::Key);
    play.happens(Event::Redraw(Pane::History));
    assert!(play.happens(Event::Redraw(Pane::Status)).contains("Joined"));
    let mut play = Play::with(Variant::JoinsNeighbours);
    play.happens(Event::Key);
    play.happens(Event::Redraw(Pane::History));
    play.happens(Event::Redraw(Pane::Status));
    assert!(play.happens(Event::Redraw(Pane::History)).contains("Accepted"));
}

#[test]
fn keys_are_never_joined() {
    let mut play = Play::with(Variant::Reference);
    (0..3).for_each(|_| drop(play.happens(Event::Key)));
    assert!(play.handled().contains(&dispatched(Lane::Input, 2, 2)));
    assert!(play.handled().contains(&dispatched(Lane::Input, 3, 3)));
}

#[test]
fn a_full_lane_refuses_and_says_so() {
    let mut play = Play::with(Variant::Reference);
    for _ in 0..4 {
        play.happens(Event::Key); // The first is handled at once.
    }
    assert_eq!(play.happens(Event::Key), "announce Refused { lane: Input }, dead letter MailboxFull");
}

#[test]
fn a_request_after_a_quiet_time_is_drawn_at_once_and_one_before_its_end_waits() {
    let mut play = Play::with(Variant::Reference);
    play.happens(Event::Key);
    play.handled();
    play.drawn(1);
    play.probe.advance(Duration::from_millis(10));
    assert!(play.happens(Event::Redraw(Pane::History)).contains("set Timer(2) 21ms"));
    assert_eq!(play.terminal.screen(), Screen::Due);
    play.debounced();
    play.drawn(2);
    play.handled();
    play.probe.advance(Duration::from_millis(40));
    assert!(play.happens(Event::Redraw(Pane::History)).contains("FrameBegun { frame: 3"));
}

#[test]
fn a_request_when_the_debounce_is_over_does_not_wait_for_a_late_timer() {
    let mut play = Play::with(Variant::Reference);
    play.happens(Event::Key);
    play.happens(Event::Key);
    play.handled();
    play.drawn(1);
    play.handled();
    assert_eq!(play.terminal.screen(), Screen::Due);
    play.probe.advance(Duration::from_millis(90));
    let drawn = play.happens(Event::Key);
    assert!(drawn.contains("cancel Timer(2)") && drawn.contains("FrameBegun { frame: 2"), "{drawn}");
    assert_eq!(play.debounced(), "");
}

#[test]
fn no_inputs_in_a_row_means_strict_priority() {
    let mut play = Play::with(Variant::Reference);
    play.terminal = Terminal::new(play.someone, Config { inputs_in_a_row: 0, ..CONFIG }, Variant::Reference);
    play.happens(Event::Key);
    play.happens(Event::Status);
    play.happens(Event::Key);
    assert!(play.handled().contains(&dispatched(Lane::Input, 2, 2)));
}

#[test]
fn a_report_that_comes_while_nothing_is_handled_is_handled_and_the_bug_waits_for_a_key() {
    let mut play = Play::with(Variant::Reference);
    assert!(play.happens(Event::Status).contains(&dispatched(Lane::Bulk, 1, 1)));
    assert_eq!(play.handled(), "announce Idle");
    let mut play = Play::with(Variant::WaitsOnInput);
    assert!(!play.happens(Event::Status).contains("Dispatched"));
    assert!(play.happens(Event::Key).contains(&dispatched(Lane::Input, 1, 1)));
    assert!(play.handled().contains(&dispatched(Lane::Bulk, 1, 2)));
}

#[test]
fn a_program_ends_when_its_lanes_are_closed_and_all_is_handled_and_drawn_and_the_bug_never() {
    let frame_ended = "announce FrameEnded { frame: 1 }";
    for (variant, last) in [
        (Variant::Reference, format!("{frame_ended}\nannounce Ended, exit")),
        (Variant::DeafToClose, frame_ended.to_owned()),
    ] {
        let mut play = Play::with(variant);
        let (person, agents) = (play.someone, play.probe.peer());
        play.terminal = play.terminal.fed_by([person, agents]);
        assert_eq!(said(&play.probe.start(&mut play.terminal)), "monitor @2.2, monitor @3.3");
        assert_eq!(play.ends(person), "");
        play.happens(Event::Status);
        assert_eq!(play.ends(agents), "announce Closed { busy: true }");
        assert_eq!(play.handled(), "announce Idle");
        assert_eq!(play.drawn(1), last);
    }
}
