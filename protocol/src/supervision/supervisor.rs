//! The supervisor: an actor that starts, watches, stops and starts again.
//!
//! - `starting` — children are started, one after another, and something follows;
//! - `restarting` — what follows from the end of a child;
//! - `stopping` — children are stopped, one after another, and something follows;
//! - `commands` — what is asked of it;
//! - `mail` — what waits for a child when it is started again.
//!
//! OTP's supervisor blocks while it stops children, and what comes meanwhile waits in its mailbox. An actor never blocks: this one keeps what comes
//! until it is done with what it does.

mod commands;
mod mail;
mod restarting;
mod starting;
mod stopping;

use std::collections::VecDeque;

use super::Supervised;
use super::child::{ChildSpec, Recipe, Restart};
use super::command::{Answer, Command, Refusal};
use super::fact::Fact;
use super::intensity::Restarts;
use super::policy::Policy;
use super::variant::Variant;
use crate::actor::Actor;
use crate::address::{Address, Incarnation};
use crate::context::Context;
use crate::input::{Input, Signal, TimerId};
use crate::mailbox::DeadLetter;
use crate::time::{Time, nanos};

/// How long a child may take to stop.
const STOP: TimerId = TimerId(0);
/// From here on, the timers of children that wait to be started again, by their numbers.
const RETRY: u64 = 1;

/// Starts children in order, and starts them again as its policy says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Supervisor<R> {
    policy: Policy,
    variant: Variant,
    children: Vec<Child<R>>,
    restarts: Restarts,
    activity: Activity,
    /// What came while something else went on.
    waiting: VecDeque<Waiting<R>>,
    /// Whom to tell when all children run for the first time, and in which life of it.
    above: Option<(Address, Incarnation)>,
    /// How many children there ever were; the number of the next.
    made: u64,
}

/// A child as its supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Child<R> {
    spec: ChildSpec<R>,
    number: u64,
    state: State,
    /// When it was started last.
    since: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    /// It does not run.
    Down,
    /// It is being started, and has not said that it runs.
    Beginning(Address),
    /// It runs.
    Up(Address),
    /// It has ended, and that has not been dealt with.
    Ended { clean: bool },
    /// It waits to be started again.
    Retrying {
        /// Whether its restart is counted already.
        counted: bool,
    },
}

/// What the supervisor is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Activity {
    /// It watches.
    Watching,
    /// It starts children, the present one of which has not said that it runs.
    Starting {
        /// The present one.
        id: String,
        /// Those that come after it.
        left: VecDeque<String>,
        /// What follows.
        then: After,
    },
    /// It stops children.
    Stopping {
        /// Those that have not been asked, in the order of their start.
        left: Vec<String>,
        /// Those that have been asked and are not down.
        asked: Vec<String>,
        /// What follows.
        then: Then,
    },
    /// It has asked its stage to end it.
    Ended,
}

/// What follows when children are down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Then {
    /// These are started, in this order.
    Start { children: Vec<String> },
    /// Someone is told that it is done.
    Answer { to: Address },
    /// The supervisor ends, in good order or because it could not begin.
    End { failed: Option<String> },
}

/// What follows when children were started, or one could not be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum After {
    /// The supervisor runs, or ends.
    Begin,
    /// It watches, and tries again.
    Restart,
    /// Someone is told how it went.
    Answer { to: Address, is_new: bool },
}

/// What waits until the supervisor is done with what it does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Waiting<R> {
    Ended(String),
    Retry(u64),
    Command(Address, Command<R>),
}

impl<R> Child<R> {
    /// Where it runs or begins.
    fn address(&self) -> Option<Address> {
        match self.state {
            State::Up(address) | State::Beginning(address) => Some(address),
            State::Down | State::Ended { .. } | State::Retrying { .. } => None,
        }
    }
}

impl<R: Recipe> Supervisor<R> {
    /// A supervisor of these children, which are started in this order.
    ///
    /// # Panics
    ///
    /// If two children have the same id, or a permanent one is significant.
    pub fn new(policy: Policy, children: impl IntoIterator<Item = ChildSpec<R>>) -> Self {
        let mut supervisor = Self {
            policy,
            variant: Variant::Reference,
            children: Vec::new(),
            restarts: Restarts::default(),
            activity: Activity::Watching,
            waiting: VecDeque::new(),
            above: None,
            made: 0,
        };
        for spec in children {
            assert!(supervisor.place(&spec.id).is_none(), "two children have the id `{}`", spec.id);
            let odd = spec.significant && spec.restart == Restart::Permanent;
            assert!(!odd, "`{}` is permanent: its end cannot be significant", spec.id);
            supervisor.add(spec);
        }
        supervisor
    }

    /// The same with a planted bug.
    #[must_use]
    pub fn planted(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    /// The same as a child of another supervisor, which spawns it now and is told when it runs.
    #[must_use]
    pub fn under<P: Supervised<Recipe = R>>(self, above: &Context<'_, P>) -> Self {
        Self { above: Some((above.me(), above.incarnation())), ..self }
    }

    /// The children in the order of their start, and whether each runs.
    pub fn children(&self) -> impl Iterator<Item = (&str, bool)> {
        self.children.iter().map(|child| (child.spec.id.as_str(), matches!(child.state, State::Up(_))))
    }

    fn add(&mut self, spec: ChildSpec<R>) {
        self.children.push(Child { spec, number: self.made, state: State::Down, since: Time::ZERO });
        self.made += 1;
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.children.iter().position(|child| child.spec.id == id)
    }

    fn child(&mut self, id: &str) -> Option<&mut Child<R>> {
        self.children.iter_mut().find(|child| child.spec.id == id)
    }

    fn ids(&self) -> Vec<String> {
        self.children.iter().map(|child| child.spec.id.clone()).collect()
    }

    fn begin<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        let Policy { strategy, intensity, .. } = self.policy;
        let (supervisor, within) = (cx.me(), nanos(intensity.within));
        let children =
            self.children.iter().map(|child| (child.spec.id.clone(), child.spec.restart)).collect();
        let began = Fact::SupervisorBegan { supervisor, strategy, max: intensity.max, within, children };
        cx.announce(P::fact(began));
        self.start_then(cx, self.ids(), After::Begin);
    }

    fn forget<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>, place: usize) {
        let child = self.children.remove(place);
        self.release_mail(cx, &child.spec.id);
        cx.announce(P::fact(Fact::ChildForgotten { supervisor: cx.me(), child: child.spec.id }));
    }

    /// Does what waits, as long as nothing else goes on.
    fn serve<P: Supervised<Recipe = R>>(&mut self, cx: &mut Context<'_, P>) {
        while self.activity == Activity::Watching
            && let Some(next) = self.waiting.pop_front()
        {
            match next {
                Waiting::Ended(id) => self.deal_with_end(cx, &id),
                Waiting::Retry(number) => self.retry(cx, number),
                Waiting::Command(from, command) => self.obey(cx, from, command),
            }
        }
    }
}

impl<P: Supervised> Actor<P> for Supervisor<P::Recipe> {
    fn receive(&mut self, cx: &mut Context<'_, P>, input: Input<P>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Message(envelope) => match P::command(envelope.message) {
                Some(Command::Begun { life }) => self.begun(cx, envelope.from, life),
                // Whoever looks does not wait: it may be a child that is being stopped, for which this supervisor waits.
                Some(command) if command.only_looks() && self.variant != Variant::LooksLate => {
                    self.obey(cx, envelope.from, command);
                }
                Some(_) if self.is_ending() => {
                    cx.send(envelope.from, P::answer(Answer::Refused(Refusal::Ending)));
                }
                Some(command) => self.waiting.push_back(Waiting::Command(envelope.from, command)),
                None => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(STOP) => self.stop_timed_out(cx),
            Input::Timer(TimerId(timer)) => self.waiting.push_back(Waiting::Retry(timer - RETRY)),
            Input::Signal(Signal::Exit { who, reason, .. }) => self.ended(cx, who, &reason),
            Input::Signal(Signal::Shutdown) => self.end_asked(cx),
            Input::Signal(Signal::Interrupt { .. } | Signal::Refused { .. }) | Input::Synced(_) => {}
        }
        self.serve(cx);
    }
}
