//! Who is supervised by whom: a supervisor has one counter, and beside it nobody.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::supervision::{
    self, Answer, ChildSpec, Command, Policy, Shutdown, Started, StateOnRestart, Supervised, Supervisor,
};

use super::counter::Counter;
use super::fact::Fact;
use super::message::{Job, Message};
use super::protocol::Asks;

/// One start in so many finds nothing to run, if chance has it.
pub const STARTS: u32 = 16;

/// The name of the counter below its supervisor.
pub const COUNTER: &str = "counter";

/// The supervisor of a counter, which these ask. It waits for its end as long as it takes.
pub fn supervisor(policy: Policy, clients: Vec<Address>, planted: supervision::Variant) -> Supervisor<Job> {
    let job = Job { mailbox: policy.mailbox_on_restart, state: policy.state_on_restart, clients };
    let counter = ChildSpec::worker(COUNTER, job).stopped(Shutdown::Infinity);
    Supervisor::new(policy, [counter]).planted(planted)
}

impl Supervised for Asks {
    type Recipe = Job;

    fn start(cx: &mut Context<'_, Self>, name: &str, job: &Job, state: StateOnRestart) -> Started {
        if cx.choose(STARTS) == STARTS - 1 {
            return Started::Ignored;
        }
        let counter = Counter::new(cx.me(), job.clone(), state);
        Started::Running(cx.spawn(name, counter))
    }

    fn command(message: Message) -> Option<Command<Job>> {
        match message {
            Message::Command(command) => Some(*command),
            Message::Here { .. } | Message::Count { .. } | Message::Counted { .. } | Message::Answer(_) => {
                None
            }
        }
    }

    fn tell(command: Command<Job>) -> Message {
        Message::Command(Box::new(command))
    }

    fn answer(answer: Answer) -> Message {
        Message::Answer(Box::new(answer))
    }

    fn fact(fact: supervision::Fact) -> Fact {
        Fact::Supervision(fact)
    }
}
