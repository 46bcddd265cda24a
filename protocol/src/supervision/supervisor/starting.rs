//! Children are started in their order, each when the one before runs (OTP `supervisor`: `start_children`).

use std::collections::VecDeque;

use super::{Activity, After, Child, State, Supervisor, Then};
use crate::address::{Address, Incarnation};
use crate::context::Context;
use crate::mailbox::DeadLetter;
use crate::supervision::Supervised;
use crate::supervision::child::{Recipe, Restart, Started};
use crate::supervision::command::{Answer, Command, Refusal};
use crate::supervision::fact::Fact;
use crate::supervision::policy::StateOnRestart;
use crate::supervision::variant::Variant;

impl<R: Recipe> Supervisor<R> {
    /// Starts these children, up to the first that cannot be started; then something follows.
    pub(super) fn start_then<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        ids: Vec<String>,
        then: After,
    ) {
        self.activity = Activity::Watching;
        self.start_next(cx, ids.into(), then);
    }

    fn start_next<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        mut left: VecDeque<String>,
        then: After,
    ) {
        let mut last = None;
        while let Some(id) = left.pop_front() {
            let Some(place) = self.place(&id) else { continue };
            let spec = &self.children[place].spec;
            match P::start(cx, &spec.id, &spec.start, self.begins_with(&then)) {
                Started::Running(address) => {
                    self.keep_mail(cx, address);
                    self.runs(cx, place, address);
                }
                Started::Ignored => self.ignored(cx, place),
                Started::Beginning(address) => {
                    self.keep_mail(cx, address);
                    self.children[place].state = State::Beginning(address);
                    self.activity = Activity::Starting { id, left, then };
                    return;
                }
                Started::Failed => return self.start_failed(cx, id, then),
            }
            last = Some(id);
        }
        self.all_started(cx, last, then);
    }

    /// What children begin with that are started now.
    fn begins_with(&self, then: &After) -> StateOnRestart {
        match then {
            After::Restart if self.restarts.of_late() > 1 => match self.variant {
                Variant::LosesState => StateOnRestart::Initial,
                Variant::KeepsState => StateOnRestart::Recover,
                _ => self.policy.state_on_restart,
            },
            After::Restart => self.policy.state_on_restart,
            After::Begin | After::Answer { .. } => StateOnRestart::Recover,
        }
    }

    fn runs<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, place: usize, address: Address) {
        let child = &mut self.children[place];
        (child.state, child.since) = (State::Up(address), cx.now());
        let (id, restart) = (child.spec.id.clone(), child.spec.restart);
        cx.announce(P::fact(Fact::ChildStarted { supervisor: cx.me(), child: id, restart }));
    }

    fn ignored<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, place: usize) {
        let child = &mut self.children[place];
        child.state = State::Down;
        let (id, restart) = (child.spec.id.clone(), child.spec.restart);
        if self.variant == Variant::IgnoredRuns && self.restarts.of_late() > 0 {
            child.state = State::Up(cx.child(&id));
        }
        cx.announce(P::fact(Fact::StartIgnored { supervisor: cx.me(), child: id.clone() }));
        if restart == Restart::Temporary {
            self.forget(cx, place);
        } else {
            self.release_mail(cx, &id);
        }
    }

    /// A child says that it runs, in this life of the supervisor or in an earlier one.
    pub(super) fn begun<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        who: Address,
        life: Incarnation,
    ) {
        let begins = |child: &Child<R>| life == cx.incarnation() && child.state == State::Beginning(who);
        let Some(place) = self.children.iter().position(begins) else {
            return cx.dead_letter(DeadLetter::LateChild);
        };
        self.runs(cx, place, who);
        let id = &self.children[place].spec.id;
        match std::mem::replace(&mut self.activity, Activity::Watching) {
            Activity::Starting { id: present, left, then } if present == *id => {
                self.start_next(cx, left, then);
            }
            other => self.activity = other,
        }
    }

    /// A child ended before it ran.
    pub(super) fn ended_at_start<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) {
        match std::mem::replace(&mut self.activity, Activity::Watching) {
            Activity::Starting { id: present, then, .. } if present == id => {
                self.start_failed(cx, present, then);
            }
            other => self.activity = other,
        }
    }

    fn all_started<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        last: Option<String>,
        then: After,
    ) {
        match then {
            After::Restart => {}
            After::Begin => {
                if let Some((above, life)) = self.above {
                    cx.send(above, P::tell(Command::Begun { life }));
                }
            }
            After::Answer { to, .. } => {
                let Some(id) = last else { return };
                let runs = self.child(&id).is_some_and(|child| matches!(child.state, State::Up(_)));
                let answer = if runs { Answer::Started(id) } else { Answer::Ignored(id) };
                cx.send(to, P::answer(answer));
            }
        }
    }

    fn start_failed<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: String, then: After) {
        cx.announce(P::fact(Fact::StartFailed { supervisor: cx.me(), child: id.clone() }));
        let Some(place) = self.place(&id) else { return };
        self.children[place].state = State::Down;
        match then {
            // At the beginning no start is tried again: whoever started this supervisor decides.
            After::Begin => {
                let failed = Some(format!("`{id}` could not be started"));
                self.stop_then(cx, self.ids(), Then::End { failed });
            }
            After::Restart => self.try_again(cx, &id),
            After::Answer { to, is_new } => {
                if is_new {
                    self.children.remove(place);
                }
                cx.send(to, P::answer(Answer::Refused(Refusal::StartFailed)));
            }
        }
    }
}
