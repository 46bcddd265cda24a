//! A small protocol of workers under supervisors.

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Protocol};
use crate::context::Context;
use crate::input::{Input, Signal};
use crate::supervision::{
    Answer, ChildSpec, Command, Fact, Policy, Started, StateOnRestart, Supervised, Supervisor,
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Company;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Message {
    Command(Command<Job>),
    Answer(Answer),
}

/// How a child is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Job {
    /// Stops when it is asked.
    Willing,
    /// Does not stop when it is asked.
    Stubborn,
    /// A supervisor of others.
    Lead(Policy, Vec<ChildSpec<Job>>),
}

impl Protocol for Company {
    type Message = Message;
    type Fact = Fact;
}

impl Supervised for Company {
    type Recipe = Job;

    /// The stage decides how each start goes: 0 well, 1 not at all, 2 nothing to run.
    fn start(cx: &mut Context<'_, Self>, name: &str, job: &Job, _: StateOnRestart) -> Started {
        match cx.choose(3) {
            1 => return Started::Failed,
            2 => return Started::Ignored,
            _ => {}
        }
        match job {
            Job::Willing => Started::Running(cx.spawn(name, Worker { stubborn: false })),
            Job::Stubborn => Started::Running(cx.spawn(name, Worker { stubborn: true })),
            Job::Lead(policy, children) => {
                let lead = Supervisor::new(policy.clone(), children.clone()).under(cx);
                Started::Beginning(cx.spawn(name, lead))
            }
        }
    }

    fn command(message: Message) -> Option<Command<Job>> {
        match message {
            Message::Command(command) => Some(command),
            Message::Answer(_) => None,
        }
    }

    fn tell(command: Command<Job>) -> Message {
        Message::Command(command)
    }

    fn answer(answer: Answer) -> Message {
        Message::Answer(answer)
    }

    fn fact(fact: Fact) -> Fact {
        fact
    }
}

#[derive(Clone, Debug, Hash)]
pub(super) struct Worker {
    stubborn: bool,
}

impl Actor<Company> for Worker {
    fn receive(&mut self, cx: &mut Context<'_, Company>, input: Input<Company>) {
        if let Input::Signal(Signal::Shutdown) = input
            && !self.stubborn
        {
            cx.shut_down();
        }
    }
}
