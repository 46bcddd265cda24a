//! One life of an actor: a task that takes inputs from the slot's mailbox and handles one after another.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use rehearsal_protocol::context::Turn;
use rehearsal_protocol::{
    Actor, Address, Context, DeadLetter, Effect, Exit, Incarnation, Input, Protocol, Recovered, Refusal,
    Signal, Stage, TimerId, WriteId,
};
use tokio::time::{Instant, Sleep};

use crate::facts::Announced;
use crate::kernel::Kernel;
use crate::settings::Draws;
use crate::slot::{Slot, Waiting};
use crate::watchdog;

/// After so many turns in a row, a task lets others go first.
const TURNS_IN_A_ROW: u32 = 64;

/// One life of an actor.
pub(crate) struct Life<P: Protocol> {
    node: Arc<Kernel<P>>,
    slot: Arc<Slot<P>>,
    incarnation: Incarnation,
    actor: Box<dyn Actor<P>>,
    timers: Timers,
    effects: Vec<Effect<P>>,
    draws: Box<dyn Draws>,
    writes: u64,
    span: tracing::Span,
}

impl<P: Protocol> Life<P> {
    pub(crate) fn new(
        node: Arc<Kernel<P>>,
        slot: Arc<Slot<P>>,
        incarnation: Incarnation,
        actor: Box<dyn Actor<P>>,
    ) -> Self {
        let span = tracing::info_span!("actor", path = %slot.path, incarnation = incarnation.0);
        let draws = node.draws(&slot.path, incarnation);
        let (timers, effects) = (Timers::default(), Vec::new());
        Self { node, slot, incarnation, actor, timers, effects, draws, writes: 0, span }
    }

    /// Lives: from `Start` to the end.
    pub(crate) async fn live(mut self) {
        let slot = self.slot.clone();
        let _home = slot.home.lock().await;
        if !slot.lives(self.incarnation) {
            return; // It was ended before its first turn.
        }
        let kept = self.node.disk().recover(&self.slot.path);
        self.turn(Input::Start(Recovered { incarnation: self.incarnation, kept }), Instant::now());
        let mut in_a_row = 0;
        while let Some((waiting, now)) = self.next().await {
            if let Input::Timer(id) = waiting.input
                && !self.timers.take(id, waiting.arm, &self.node)
            {
                continue; // It was cancelled or armed anew while it waited.
            }
            self.turn(waiting.input, now);
            in_a_row += 1;
            if in_a_row == TURNS_IN_A_ROW {
                in_a_row = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// The next input, when there is one; `None` once this life has ended.
    async fn next(&mut self) -> Option<(Waiting<P>, Instant)> {
        let Self { slot, incarnation, timers, .. } = self;
        poll_fn(|cx| {
            loop {
                let now = Instant::now();
                while let Some((id, arm)) = timers.due(now) {
                    let _ = slot.bring(Waiting { input: Input::Timer(id), arm }, Some(*incarnation));
                }
                if let Poll::Ready(next) = slot.poll_next(*incarnation, None, cx.waker()) {
                    return Poll::Ready(next.map(|waiting| (waiting, now)));
                }
                if timers.poll_alarm(cx).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Handles one input: all of its effects or none; then an ask that it was is refused.
    fn turn(&mut self, input: Input<P>, now: Instant) {
        let sender = match &input {
            Input::Message(envelope) => Some(envelope.from),
            _ => None,
        };
        let turn = Turn {
            me: self.slot.address,
            incarnation: self.incarnation,
            now: self.node.clock().shows(now),
            sender,
        };
        let refusal = match &input {
            Input::Message(envelope) if P::ask(&envelope.message).is_some() => {
                Some(Refusal::of::<P>(self.slot.address, envelope))
            }
            _ => None,
        };
        let handled = {
            let _busy = watchdog::busy(self.node.serial(), self.slot.address.slot());
            let _entered = self.span.enter();
            let mut lender = Lender {
                draws: &mut *self.draws,
                writes: &mut self.writes,
                node: &self.node,
                slot: &self.slot,
            };
            let mut cx = Context::new(turn, &mut lender, &mut self.effects);
            let actor = &mut self.actor;
            catch_unwind(AssertUnwindSafe(|| actor.receive(&mut cx, input)))
        };
        self.slot.counters.turn();
        match handled {
            // The life may have been ended from elsewhere during the turn; then nothing of it counts.
            Ok(()) if self.slot.lives(self.incarnation) => self.take_hold(now),
            Ok(()) => self.effects.clear(),
            Err(panic) => {
                self.crash(&*panic);
                if let Some(refusal) = refusal {
                    self.node.refuse(refusal);
                }
            }
        }
    }

    #[cold]
    fn crash(&mut self, panic: &(dyn Any + Send)) {
        self.effects.clear();
        self.slot.counters.panic();
        let text = text_of(panic);
        tracing::warn!(parent: &self.span, panic = %text, "the turn panicked");
        self.node.end(&self.slot, Some(self.incarnation), Exit::Panicked(text));
    }

    /// Applies the effects of a turn. Facts go first: what they cause comes after them in every log.
    fn take_hold(&mut self, now: Instant) {
        let (node, slot) = (&*self.node, &*self.slot);
        if node.facts().is_there() {
            for effect in &self.effects {
                if let Effect::Announce(fact) = effect {
                    node.facts().keep(&Announced {
                        at: node.clock().shows(now),
                        who: slot.address,
                        path: &slot.path,
                        incarnation: self.incarnation,
                        clock: &[],
                        fact,
                    });
                }
            }
        }
        let me = slot.address;
        let mut exits = None;
        let mut effects = std::mem::take(&mut self.effects);
        for effect in effects.drain(..) {
            match effect {
                Effect::Send { to, message } => self.node.send(me, to, message),
                Effect::Announce(_) => {}
                Effect::SetTimer { id, after } => self.timers.set(id, now + after, &self.node),
                Effect::CancelTimer(id) => self.timers.cancel(id, &self.node),
                Effect::Exit(reason) => exits = Some(reason),
                Effect::Interrupt { to, expected } => {
                    self.node.signal(me, to, None, Signal::Interrupt { from: me, expected });
                }
                Effect::Spawn { child, actor } => self.spawn(child, actor),
                Effect::Stop(who) => self.node.signal(me, who, None, Signal::Shutdown),
                Effect::Kill(who) => self.node.kill(who),
                Effect::Monitor(who) => self.node.monitor(me, who),
                Effect::KeepMail { child, keep } => self.node.keep_mail(slot, child, keep),
                Effect::Write { key, value } => self.node.disk().write(&slot.path, &key, &value),
                Effect::Sync(id) => self.node.sync(&self.slot, self.incarnation, id),
                Effect::DeadLetter(reason) => note_dead_letter(&self.slot, reason),
            }
        }
        self.effects = effects;
        if let Some(reason) = exits {
            self.node.end(&self.slot, Some(self.incarnation), *reason);
        }
    }

    /// A turn asked for a child.
    fn spawn(&self, child: Address, actor: Box<dyn Actor<P>>) {
        let (node, parent) = (&self.node, self.slot.address);
        let Some(slot) = node.directory().find(child.slot()) else { return };
        match node.begin(&slot, actor.mailbox(), Some(parent)) {
            Some(incarnation) => {
                if !self.slot.adopt(self.incarnation, child) {
                    return node.end(&slot, Some(incarnation), Exit::Shutdown);
                }
                node.run(Life::new(node.clone(), slot, incarnation, actor).live());
            }
            None => {
                let told = Signal::Exit { who: child, incarnation: slot.last(), reason: Exit::NameTaken };
                node.signal(child, parent, None, told);
            }
        }
    }
}

impl<P: Protocol> Drop for Life<P> {
    /// Also when the task is dropped with its runtime: no count of timers is left behind.
    fn drop(&mut self) {
        self.timers.clear(&self.node);
    }
}

fn note_dead_letter<P: Protocol>(slot: &Slot<P>, reason: DeadLetter) {
    slot.counters.dead_letter();
    tracing::debug!(path = %slot.path, ?reason, "a message goes nowhere");
}

/// The text of a panic.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

/// The timers of one life, and one alarm for the earliest of them.
#[derive(Default)]
struct Timers {
    armed: Vec<Armed>,
    arms: u32,
    alarm: Option<Pin<Box<Sleep>>>,
}

struct Armed {
    id: TimerId,
    arm: u32,
    due: Instant,
    /// Whether it is in the mailbox already.
    rang: bool,
}

impl Timers {
    fn set<P: Protocol>(&mut self, id: TimerId, due: Instant, node: &Kernel<P>) {
        self.arms += 1;
        let armed = Armed { id, arm: self.arms, due, rang: false };
        match self.armed.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = armed,
            None => {
                self.armed.push(armed);
                node.timers().fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn cancel<P: Protocol>(&mut self, id: TimerId, node: &Kernel<P>) {
        if let Some(at) = self.armed.iter().position(|known| known.id == id) {
            self.armed.swap_remove(at);
            node.timers().fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A timer came to its turn. `false` if it is not this arming that counts.
    fn take<P: Protocol>(&mut self, id: TimerId, arm: u32, node: &Kernel<P>) -> bool {
        let counts = self.armed.iter().any(|known| known.id == id && known.arm == arm);
        if counts {
            self.cancel(id, node);
        }
        counts
    }

    fn clear<P: Protocol>(&mut self, node: &Kernel<P>) {
        node.timers().fetch_sub(self.armed.len(), Ordering::Relaxed);
        self.armed.clear();
    }

    /// The next timer that has run out, the earliest first.
    fn due(&mut self, now: Instant) -> Option<(TimerId, u32)> {
        let ready = self.armed.iter_mut().filter(|timer| !timer.rang && timer.due <= now);
        let timer = ready.min_by_key(|timer| (timer.due, timer.arm))?;
        timer.rang = true;
        Some((timer.id, timer.arm))
    }

    /// Ready when a timer has run out.
    fn poll_alarm(&mut self, cx: &mut std::task::Context<'_>) -> Poll<()> {
        let Some(next) = self.armed.iter().filter(|timer| !timer.rang).map(|timer| timer.due).min() else {
            return Poll::Pending;
        };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next)));
        if alarm.deadline() != next {
            alarm.as_mut().reset(next);
        }
        alarm.as_mut().poll(cx)
    }
}

/// What the host lends an actor for the length of one turn.
struct Lender<'a, P: Protocol> {
    draws: &'a mut dyn Draws,
    writes: &'a mut u64,
    node: &'a Kernel<P>,
    slot: &'a Slot<P>,
}

impl<P: Protocol> Stage for Lender<'_, P> {
    fn draw(&mut self) -> u64 {
        self.draws.draw()
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.draws.choose(options)
    }

    fn child(&mut self, parent: Address, name: &str) -> Address {
        debug_assert_eq!(parent, self.slot.address);
        self.node.directory().child(&self.slot.path, name)
    }

    fn next_write(&mut self) -> WriteId {
        *self.writes += 1;
        WriteId(*self.writes)
    }
}
