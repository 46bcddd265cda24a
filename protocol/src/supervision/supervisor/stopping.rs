//! Children are stopped, the last started first, each when the one before is down (OTP `supervisor`: `terminate_children`).

use super::{Activity, After, Child, RETRY, STOP, State, Supervisor, Then, Waiting};
use crate::context::Context;
use crate::input::TimerId;
use crate::supervision::Supervised;
use crate::supervision::child::{Recipe, Restart, Shutdown};
use crate::supervision::command::{Answer, Refusal};
use crate::supervision::fact::Fact;
use crate::supervision::policy::Strategy;
use crate::supervision::variant::Variant;

impl<R: Recipe> Supervisor<R> {
    /// Stops these children, which are in the order of their start; then something follows.
    pub(super) fn stop_then<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        ids: Vec<String>,
        then: Then,
    ) {
        let mut left = Vec::new();
        for id in ids {
            let Some(place) = self.place(&id) else { continue };
            if self.children[place].address().is_some() {
                left.push(id);
            } else {
                self.settle(cx, &id, &then);
            }
        }
        self.activity = Activity::Stopping { left, asked: Vec::new(), then };
        self.stop_next(cx);
    }

    /// Asks the next child to stop; when none is left, what follows begins.
    fn stop_next<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        let at_once = self.policy.strategy == Strategy::SimpleOneForOne;
        let Activity::Stopping { left, asked, .. } = &mut self.activity else { return };
        if !asked.is_empty() {
            return;
        }
        let next = if at_once { std::mem::take(left) } else { left.pop().into_iter().collect() };
        if next.is_empty() {
            return self.proceed(cx);
        }
        asked.clone_from(&next);
        for id in next {
            self.ask(cx, &id);
        }
    }

    fn ask<P: Supervised<Recipe = R>>(&self, cx: &mut Context<'_, P>, id: &str) {
        let Some(place) = self.place(id) else { return };
        let Some(address) = self.children[place].address() else { return };
        let (supervisor, child) = (cx.me(), id.to_owned());
        match self.children[place].spec.shutdown {
            Shutdown::Brutal => {
                cx.announce(P::fact(Fact::ChildKilled { supervisor, child }));
                cx.kill(address);
            }
            Shutdown::Within(limit) => {
                cx.announce(P::fact(Fact::StopAsked { supervisor, child }));
                cx.stop(address);
                cx.set_timer(STOP, limit);
            }
            Shutdown::Infinity => {
                cx.announce(P::fact(Fact::StopAsked { supervisor, child }));
                cx.stop(address);
            }
        }
    }

    /// Whoever was asked is not down in time.
    pub(super) fn stop_timed_out<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        if self.variant == Variant::WaitsForever {
            return;
        }
        let Activity::Stopping { left, asked, .. } = &mut self.activity else { return };
        let (supervisor, late) = (cx.me(), asked.clone());
        if self.variant == Variant::ParallelStop {
            let others = std::mem::take(left);
            asked.extend(others.iter().cloned());
            others.iter().for_each(|id| self.ask(cx, id));
        }
        for id in late {
            let Some(address) = self.child(&id).and_then(|child| child.address()) else { continue };
            cx.announce(P::fact(Fact::ChildKilled { supervisor, child: id }));
            cx.kill(address);
        }
    }

    /// Whether a child has been asked to stop.
    pub(super) fn is_asked(&self, id: &str) -> bool {
        match &self.activity {
            // One that ends before it is asked is as good as stopped.
            Activity::Stopping { left, asked, .. } => left.iter().chain(asked).any(|one| one == id),
            Activity::Watching | Activity::Starting { .. } | Activity::Ended => false,
        }
    }

    /// A child that was to be stopped is down.
    pub(super) fn stopped<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) {
        let Activity::Stopping { left, asked, then } = &mut self.activity else { return };
        left.retain(|one| one != id);
        asked.retain(|one| one != id);
        let (done, then) = (asked.is_empty(), then.clone());
        if done {
            cx.cancel_timer(STOP);
        }
        self.settle(cx, id, &then);
        self.stop_next(cx);
    }

    /// A child that was to be stopped does not run: a temporary one is forgotten.
    fn settle<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str, then: &Then) {
        let Some(place) = self.place(id) else { return };
        let child = &mut self.children[place];
        if matches!(child.state, State::Retrying { .. }) {
            cx.cancel_timer(TimerId(RETRY + child.number));
        }
        child.state = State::Down;
        let kept = self.variant == Variant::RestartsTemporary && matches!(then, Then::Start { .. });
        if child.spec.restart == Restart::Temporary && !kept {
            self.forget(cx, place);
        } else if !matches!(then, Then::Start { .. }) {
            self.release_mail(cx, id);
        }
    }

    /// All are down.
    fn proceed<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        let Activity::Stopping { then, .. } = std::mem::replace(&mut self.activity, Activity::Watching)
        else {
            return;
        };
        match then {
            Then::Start { children } => self.start_then(cx, children, After::Restart),
            Then::Answer { to } => cx.send(to, P::answer(Answer::Done)),
            Then::End { failed } => {
                self.activity = Activity::Ended;
                cx.announce(P::fact(Fact::SupervisorEnded { supervisor: cx.me() }));
                match failed {
                    None => cx.shut_down(),
                    Some(reason) => cx.fail(reason),
                }
            }
        }
    }

    /// Stops all children and ends.
    pub(super) fn end<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        self.stop_then(cx, self.ids(), Then::End { failed: None });
    }

    /// The supervisor is asked to end. Who is being stopped is waited for; then the others follow.
    pub(super) fn end_asked<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        cx.announce(P::fact(Fact::EndAsked { supervisor: cx.me() }));
        let waits = |child: &Child<R>| matches!(child.state, State::Retrying { counted: true });
        if self.variant == Variant::DeafBackoff && self.children.iter().any(waits) {
            return;
        }
        for waiting in std::mem::take(&mut self.waiting) {
            if let Waiting::Command(from, _) = waiting {
                cx.send(from, P::answer(Answer::Refused(Refusal::Ending)));
            }
        }
        let one_is_down = self.children.iter().any(|child| child.address().is_none());
        let others = if self.variant == Variant::EndsFirst && one_is_down { Vec::new() } else { self.ids() };
        if let Activity::Starting { then: After::Answer { to, .. }, .. } = &self.activity {
            cx.send(*to, P::answer(Answer::Refused(Refusal::Ending)));
        }
        let Activity::Stopping { asked, then, .. } = &mut self.activity else {
            if self.activity != Activity::Ended {
                self.stop_then(cx, others, Then::End { failed: None });
            }
            return;
        };
        if let Then::Answer { to } = then {
            cx.send(*to, P::answer(Answer::Refused(Refusal::Ending)));
        }
        if !matches!(then, Then::End { .. }) {
            *then = Then::End { failed: None };
        }
        let (asked, then) = (asked.clone(), then.clone());
        let mut unasked = Vec::new();
        for id in others.into_iter().filter(|id| !asked.contains(id)) {
            if self.child(&id).is_some_and(|child| child.address().is_some()) {
                unasked.push(id);
            } else {
                self.settle(cx, &id, &then);
            }
        }
        self.activity = Activity::Stopping { left: unasked, asked, then };
        self.stop_next(cx);
    }

    /// Whether the supervisor is on its way out.
    pub(super) fn is_ending(&self) -> bool {
        match &self.activity {
            Activity::Watching | Activity::Starting { .. } => false,
            Activity::Stopping { then, .. } => matches!(then, Then::End { .. }),
            Activity::Ended => true,
        }
    }
}
