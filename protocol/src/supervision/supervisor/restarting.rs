//! What follows from the end of a child (OTP `supervisor`: `restart_child`, `do_restart`, `add_restart`).

use std::time::Duration;

use super::{After, Child, RETRY, State, Supervisor, Then, Waiting};
use crate::address::Address;
use crate::context::Context;
use crate::input::{Exit, TimerId};
use crate::supervision::Supervised;
use crate::supervision::child::{Recipe, Restart};
use crate::supervision::fact::Fact;
use crate::supervision::policy::{AutoShutdown, Strategy};
use crate::supervision::variant::Variant;
use crate::time::{Time, nanos};

/// How late a child is monitored if that bug is planted.
const MONITORED_AFTER: Duration = Duration::from_millis(2);

impl<R: Recipe> Supervisor<R> {
    /// A child has ended: by itself, or because it was stopped.
    pub(super) fn ended<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        who: Address,
        reason: &Exit,
    ) {
        let is_it = |state: &State| matches!(state, State::Up(address) | State::Beginning(address) if *address == who);
        let Some(place) = self.children.iter().position(|child| is_it(&child.state)) else { return };
        let at_once = cx.now().since(self.children[place].since) < MONITORED_AFTER;
        if self.variant == Variant::MonitorsLate && at_once && matches!(reason, Exit::Failed(_)) {
            return;
        }
        let (id, clean) = (self.children[place].spec.id.clone(), reason.is_clean());
        let stopped = self.is_asked(&id);
        let supervisor = cx.me();
        cx.announce(P::fact(Fact::ChildEnded { supervisor, child: id.clone(), clean, stopped }));
        if stopped {
            return self.stopped(cx, &id);
        }
        if self.children[place].state == State::Beginning(who) {
            return self.ended_at_start(cx, &id);
        }
        self.children[place].state = State::Ended { clean };
        self.waiting.push_back(Waiting::Ended(id));
    }

    /// A child that ended by itself is started again, or not.
    pub(super) fn deal_with_end<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) {
        let Some(place) = self.place(id) else { return };
        // If it was stopped with others meanwhile, or started again, nothing is left to be done.
        let State::Ended { clean } = self.children[place].state else { return };
        self.children[place].state = State::Down;
        let spec = &self.children[place].spec;
        if spec.restart.wants(clean) {
            return self.restart(cx, id);
        }
        let significant = spec.significant;
        if spec.restart == Restart::Temporary {
            self.forget(cx, place);
        } else {
            self.release_mail(cx, id);
        }
        if significant && self.ends_with_significant() {
            self.end(cx);
        }
    }

    /// Whether the end of a significant child ends the supervisor now.
    fn ends_with_significant(&self) -> bool {
        let runs = |child: &Child<R>| matches!(child.state, State::Up(_) | State::Retrying { .. });
        match self.policy.auto_shutdown {
            AutoShutdown::Never => false,
            AutoShutdown::AnySignificant => true,
            AutoShutdown::AllSignificant => {
                !self.children.iter().any(|child| child.spec.significant && runs(child))
            }
        }
    }

    /// Counts a restart of a child, and begins it now or later; ends the supervisor if there are too many.
    pub(super) fn restart<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) {
        let supervisor = cx.me();
        if !self.count(cx.now()) {
            cx.announce(P::fact(Fact::GaveUp { supervisor, at: cx.now() }));
            return self.end(cx);
        }
        self.lose_mail(cx, id);
        let earlier = self.restarts.of_late().saturating_sub(1);
        let delay = self.policy.backoff.map(|backoff| backoff.delay_with(earlier, draw(cx)));
        let at = cx.now();
        let decided = |delay| Fact::RestartDecided { supervisor, failed: id.to_owned(), delay, at };
        cx.announce(P::fact(decided(delay.map_or(0, nanos))));
        match delay {
            None => self.begin_restart(cx, id),
            Some(delay) => {
                let Some(child) = self.child(id) else { return };
                child.state = State::Retrying { counted: true };
                cx.set_timer(TimerId(RETRY + child.number), delay);
            }
        }
    }

    fn count(&mut self, now: Time) -> bool {
        let enough = self.restarts.count(now, self.policy.intensity);
        match self.variant {
            Variant::AtLeastMax => enough && self.restarts.of_late() < self.policy.intensity.max,
            _ => enough,
        }
    }

    /// Stops whom the strategy says, and then starts them and the child that failed.
    fn begin_restart<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) {
        let Some(place) = self.place(id) else { return };
        let from = match self.policy.strategy {
            Strategy::OneForOne | Strategy::SimpleOneForOne => {
                let failed = id.to_owned();
                let began = Fact::RestartBegan { supervisor: cx.me(), failed, children: vec![id.to_owned()] };
                cx.announce(P::fact(began));
                return self.start_then(cx, vec![id.to_owned()], After::Restart);
            }
            Strategy::OneForAll => 0,
            Strategy::RestForOne => place,
        };
        let skipped = if self.variant == Variant::RestFromNext { Some(place + 1) } else { None };
        let concerned = self.children.iter().enumerate().skip(from);
        let concerned = concerned.filter(|(place, _)| Some(*place) != skipped);
        let concerned: Vec<String> = concerned.map(|(_, child)| child.spec.id.clone()).collect();
        let survives = |id: &String| {
            self.variant == Variant::RestartsTemporary
                || self.place(id).is_some_and(|place| self.children[place].spec.restart != Restart::Temporary)
        };
        let children: Vec<String> = concerned.iter().filter(|id| survives(id)).cloned().collect();
        let (supervisor, failed) = (cx.me(), id.to_owned());
        cx.announce(P::fact(Fact::RestartBegan { supervisor, failed, children: children.clone() }));
        self.stop_then(cx, concerned, Then::Start { children });
    }

    /// A child that could not be started is tried again, behind what waits: so a supervisor whose child never starts still hears that it
    /// shall end.
    pub(super) fn try_again<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) {
        let counted = self.variant == Variant::StartsNotCounted;
        let earlier = self.restarts.of_late();
        let wait = self.policy.backoff.map(|backoff| backoff.delay_with(earlier, draw(cx)));
        let Some(child) = self.child(id) else { return };
        child.state = State::Retrying { counted };
        let timer = TimerId(RETRY + child.number);
        cx.set_timer(timer, wait.unwrap_or_default());
    }

    /// The time has come for a child that waits to be started again, if it still does.
    pub(super) fn retry<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, number: u64) {
        let Some(child) = self.children.iter_mut().find(|child| child.number == number) else { return };
        let State::Retrying { counted } = child.state else { return };
        child.state = State::Down;
        let id = child.spec.id.clone();
        if counted { self.begin_restart(cx, &id) } else { self.restart(cx, &id) }
    }
}

/// Raw bits of the supervisor's own stream, for jitter.
fn draw<P: Supervised>(cx: &mut Context<'_, P>) -> u64 {
    use rand_core::Rng as _;
    cx.rng().next_u64()
}
