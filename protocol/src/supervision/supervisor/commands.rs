//! What is asked of a supervisor.

use super::{After, Child, State, Supervisor, Then};
use crate::address::Address;
use crate::context::Context;
use crate::supervision::Supervised;
use crate::supervision::child::{ChildSpec, Kind, Recipe};
use crate::supervision::command::{Answer, Command, Refusal};
use crate::supervision::policy::Strategy;

impl<R: Recipe> Supervisor<R> {
    pub(super) fn obey<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        from: Address,
        command: Command<R>,
    ) {
        let simple = self.policy.strategy == Strategy::SimpleOneForOne;
        let answer = match command {
            Command::StartChild(spec) => return self.start_child(cx, from, spec),
            Command::RestartChild(_) | Command::DeleteChild(_) if simple => {
                Answer::Refused(Refusal::SimpleOneForOne)
            }
            Command::TerminateChild(id) => match self.place(&id) {
                None => Answer::Refused(Refusal::NotFound),
                Some(_) => return self.stop_then(cx, vec![id], Then::Answer { to: from }),
            },
            Command::RestartChild(id) => return self.restart_child(cx, from, id),
            Command::DeleteChild(id) => self.delete_child(cx, &id),
            Command::WhichChildren => Answer::Children(self.named()),
            Command::CountChildren => self.counted(),
            Command::Begun { .. } => unreachable!("it is handled where it comes in"),
        };
        cx.send(from, P::answer(answer));
    }

    fn start_child<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        from: Address,
        spec: ChildSpec<R>,
    ) {
        if let Some(place) = self.place(&spec.id) {
            let down = self.children[place].state == State::Down;
            let why = if down { Refusal::AlreadyPresent } else { Refusal::AlreadyStarted };
            return cx.send(from, P::answer(Answer::Refused(why)));
        }
        let id = spec.id.clone();
        self.add(spec);
        self.start_then(cx, vec![id], After::Answer { to: from, is_new: true });
    }

    fn restart_child<P: Supervised<Recipe = R>>(
        &mut self,
        cx: &mut Context<'_, P>,
        from: Address,
        id: String,
    ) {
        let refused = match self.place(&id).map(|place| &self.children[place].state) {
            None => Refusal::NotFound,
            Some(State::Up(_)) => Refusal::Running,
            Some(State::Beginning(_) | State::Ended { .. } | State::Retrying { .. }) => Refusal::Restarting,
            Some(State::Down) => {
                return self.start_then(cx, vec![id], After::Answer { to: from, is_new: false });
            }
        };
        cx.send(from, P::answer(Answer::Refused(refused)));
    }

    fn delete_child<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, id: &str) -> Answer {
        let Some(place) = self.place(id) else { return Answer::Refused(Refusal::NotFound) };
        match self.children[place].state {
            State::Up(_) => Answer::Refused(Refusal::Running),
            State::Beginning(_) | State::Ended { .. } | State::Retrying { .. } => {
                Answer::Refused(Refusal::Restarting)
            }
            State::Down => {
                self.forget(cx, place);
                Answer::Done
            }
        }
    }

    fn named(&self) -> Vec<(String, Kind, bool)> {
        let named =
            |child: &Child<R>| (child.spec.id.clone(), child.spec.kind, matches!(child.state, State::Up(_)));
        self.children.iter().map(named).collect()
    }

    fn counted(&self) -> Answer {
        let count = |wanted: &dyn Fn(&Child<R>) -> bool| {
            self.children.iter().filter(|child| wanted(child)).count() as u32
        };
        Answer::Counts {
            specs: self.children.len() as u32,
            active: count(&|child| matches!(child.state, State::Up(_))),
            supervisors: count(&|child| child.spec.kind == Kind::Supervisor),
            workers: count(&|child| child.spec.kind == Kind::Worker),
        }
    }
}
