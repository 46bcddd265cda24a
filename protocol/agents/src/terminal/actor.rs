//! The loop: accepts, dispatches, asks for frames.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, Signal, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::lanes::{Accepted, Numbered, Waiting};
use super::screen::{Frames, Owed, Screen};
use super::{Config, Event, Fact, Lane, Lanes, Message, Variant};

/// A terminal program.
#[derive(Clone, Debug, Hash)]
pub struct Terminal {
    painter: Address,
    lanes: Open,
    waiting: Waiting,
    hands: Hands,
    dispatches: u64,
    screen: Screen,
    frames: Frames,
    config: Config,
    variant: Variant,
}

/// Whether anything more can come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Open {
    /// Always.
    ForEver,
    /// As long as some of these, who feed the lanes, have not ended.
    While(Vec<Address>),
    /// No.
    Closed,
}

/// Whether the program is handling an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Hands {
    Free,
    Full,
}

const HANDLED: TimerId = TimerId(1);
const DEBOUNCED: TimerId = TimerId(2);

impl Terminal {
    /// A program whose frames are drawn there.
    pub fn new(painter: Address, config: Config, variant: Variant) -> Self {
        let (waiting, screen, frames) = (Waiting::default(), Screen::Quiet, Frames::default());
        let (lanes, hands) = (Open::ForEver, Hands::Free);
        Self { painter, lanes, waiting, hands, dispatches: 0, screen, frames, config, variant }
    }

    /// The same, which ends when all of those have ended, and what they sent is handled and drawn.
    #[must_use]
    pub fn fed_by(self, sources: impl IntoIterator<Item = Address>) -> Self {
        Self { lanes: Open::While(sources.into_iter().collect()), ..self }
    }

    /// What is drawn, or will be.
    pub fn screen(&self) -> Screen {
        self.screen
    }

    fn accept(&mut self, cx: &mut Context<'_, Lanes>, event: Event) {
        let lane = event.lane();
        let number = match self.waiting.accept(event, &self.config, self.variant) {
            Accepted::Waits(number) => number,
            Accepted::Joins(number) => return cx.announce(Fact::Joined { lane, number, event }),
            Accepted::Refused => {
                cx.announce(Fact::Refused { lane });
                return cx.dead_letter(DeadLetter::MailboxFull);
            }
        };
        cx.announce(Fact::Accepted { lane, number, waiting: self.waiting.len(lane) as u32, event });
        match self.hands {
            Hands::Free if self.variant == Variant::WaitsOnInput && lane == Lane::Bulk => {}
            Hands::Free => self.dispatch(cx),
            Hands::Full => {}
        }
    }

    /// Handles the next event, if any waits.
    fn dispatch(&mut self, cx: &mut Context<'_, Lanes>) {
        let lane = self.next_lane(cx);
        let Some(first) = self.waiting.take(lane) else {
            self.hands = Hands::Free;
            return cx.announce(Fact::Idle);
        };
        self.dispatches += 1;
        self.handle(cx, lane, first);
        if first.event == Event::Insert {
            while let Some(another) = self.waiting.take_another_insert(self.variant) {
                self.handle(cx, lane, another);
            }
        }
        self.hands = Hands::Full;
        cx.set_timer(HANDLED, self.config.handling);
        self.request(cx);
    }

    fn next_lane(&self, cx: &mut Context<'_, Lanes>) -> Lane {
        let both_wait = [Lane::Input, Lane::Bulk].into_iter().all(|lane| self.waiting.len(lane) > 0);
        if self.variant == Variant::UnbiasedSelect && both_wait {
            return if cx.choose(2) == 0 { Lane::Input } else { Lane::Bulk };
        }
        self.waiting.next(&self.config, self.variant)
    }

    fn handle(&mut self, cx: &mut Context<'_, Lanes>, lane: Lane, event: Numbered) {
        let (number, dispatch) = (event.number, self.dispatches);
        let left = self.waiting.len(Lane::Input) + self.waiting.len(Lane::Bulk);
        cx.announce(Fact::Dispatched { lane, number, dispatch, left: left as u32 });
    }

    /// What is shown has changed, or moves.
    fn request(&mut self, cx: &mut Context<'_, Lanes>) {
        self.frames.requests += 1;
        cx.announce(Fact::Requested { request: self.frames.requests, at: cx.now() });
        match self.screen {
            Screen::Quiet => self.draw_when_due(cx),
            // The timer may be late, and then nothing is in the way any more.
            Screen::Due if self.debounce_left(cx).is_zero() => {
                cx.cancel_timer(DEBOUNCED);
                self.draw(cx);
            }
            Screen::Due => {}
            Screen::Drawing { .. } if self.variant == Variant::OwedClearedAtStart => {}
            Screen::Drawing { .. } if self.variant == Variant::FrameBesideFrame => self.draw_when_due(cx),
            Screen::Drawing { frame, .. } => self.screen = Screen::Drawing { frame, owed: Owed::OneMore },
        }
    }

    /// Begins a frame now, or when the last one is long enough ago.
    fn draw_when_due(&mut self, cx: &mut Context<'_, Lanes>) {
        let wait = self.debounce_left(cx);
        if wait.is_zero() {
            return self.draw(cx);
        }
        self.screen = Screen::Due;
        cx.set_timer(DEBOUNCED, wait);
    }

    fn debounce_left(&self, cx: &Context<'_, Lanes>) -> Duration {
        match (self.variant, self.frames.began) {
            (Variant::FixedTick, _) => self.config.debounce,
            (Variant::NoDebounce, _) | (_, None) => Duration::ZERO,
            (_, Some(began)) => self.config.debounce.saturating_sub(cx.now().since(began)),
        }
    }

    fn draw(&mut self, cx: &mut Context<'_, Lanes>) {
        self.frames.frames += 1;
        self.frames.began = Some(cx.now());
        let Frames { requests: request, frames: frame, .. } = self.frames;
        self.screen = Screen::Drawing { frame, owed: Owed::Nothing };
        cx.announce(Fact::FrameBegun { frame, request, at: cx.now() });
        cx.send(self.painter, Message::Draw { frame });
    }

    fn drawn(&mut self, cx: &mut Context<'_, Lanes>, frame: u64) {
        cx.announce(Fact::FrameEnded { frame });
        match self.screen {
            Screen::Drawing { frame: current, owed } if current == frame => {
                self.screen = Screen::Quiet;
                if owed == Owed::OneMore {
                    self.draw_when_due(cx);
                }
            }
            Screen::Quiet | Screen::Due | Screen::Drawing { .. } => cx.dead_letter(DeadLetter::LateResult),
        }
    }

    fn begin(&self, cx: &mut Context<'_, Lanes>) {
        match &self.lanes {
            Open::While(sources) => sources.iter().for_each(|source| cx.monitor(*source)),
            Open::ForEver | Open::Closed => {}
        }
    }

    /// Who feeds a lane has ended: nothing more is in it but what waits.
    fn source_ended(&mut self, cx: &mut Context<'_, Lanes>, source: Address) {
        let Open::While(sources) = &mut self.lanes else { return };
        sources.retain(|other| *other != source);
        if sources.is_empty() {
            self.lanes = Open::Closed;
            cx.announce(Fact::Closed { busy: self.is_busy() });
        }
    }

    /// Nothing waits, nothing comes any more, and all is drawn: the program ends.
    fn end_if_over(&self, cx: &mut Context<'_, Lanes>) {
        if self.lanes == Open::Closed && !self.is_busy() {
            cx.announce(Fact::Ended);
            cx.exit();
        }
    }

    /// Whether something waits, is being handled or is to be drawn.
    fn is_busy(&self) -> bool {
        self.hands == Hands::Full || !self.waiting.is_empty() || self.screen != Screen::Quiet
    }

    fn debounced(&mut self, cx: &mut Context<'_, Lanes>) {
        match self.screen {
            Screen::Due => self.draw(cx),
            Screen::Quiet | Screen::Drawing { .. } => {}
        }
    }
}

impl Actor<Lanes> for Terminal {
    fn receive(&mut self, cx: &mut Context<'_, Lanes>, input: Input<Lanes>) {
        let looks = self.variant != Variant::DeafToClose || matches!(input, Input::Signal(_));
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Happened(event) => self.accept(cx, event),
                Message::Drawn { frame } => self.drawn(cx, frame),
                Message::Draw { .. } => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(HANDLED) => self.dispatch(cx),
            Input::Timer(DEBOUNCED) => self.debounced(cx),
            Input::Signal(Signal::Exit { who, .. }) => self.source_ended(cx, who),
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
        if looks {
            self.end_if_over(cx);
        }
    }
}
