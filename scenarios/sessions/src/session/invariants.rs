//! The invariants of sessions (`actors.md` G), each a named sentence with a monitor.
//!
//! Monitors that follow one session go by who announces, not by key: if a bug gives a key two actors, that is for SES-1 to
//! say, and each of the two is judged on its own by the others.
//!
//! - [`agent`] — attempts, agents, models, and what is said about them (RETRY-1, MODEL-1, MODE-1, MBX-4, OBS-1);
//! - [`session`] — runs, acceptance, queues (SES);
//! - [`isolation`] — between keys (ISO);
//! - [`mailbox`] — nothing is lost, lanes, bounds (MBX);
//! - [`metrics`] — what sessions say that they have done (MET-1);
//! - [`interrupt`] — what an interrupt may and must do (INT);
//! - [`people`] — runs that wait for people, plans (SES-11, SES-12, PLAN);
//! - [`recovery`] — what a crash must leave (SES-7, SES-8, INT-11);
//! - [`tool`] — calls and results (TOOL);
//! - [`ledger`] — what a monitor remembers.

#![expect(
    clippy::inline_always,
    reason = "fused monitors are compiled into one piece of code for each kind of fact"
)]

pub mod agent;
pub mod interrupt;
pub mod isolation;
pub mod ledger;
pub mod mailbox;
pub mod metrics;
pub mod people;
pub mod recovery;
pub mod session;
pub mod tool;

use std::fmt;
use std::time::Duration;

use rehearsal::check::{Fused, Monitors, Properties};
use rehearsal_sessions::session::{Config, Fact};

/// Within a session's own node, once there are no faults: some commits and a few local messages.
const PROMPTLY: Duration = Duration::from_secs(1);
/// Longer than all the work that can be ahead of a message: its queue's runs, each with all its steps at their timeouts.
const IN_THE_END: Duration = Duration::from_secs(300);

/// States the invariants. Where one fact breaks two of them, the one that says more comes first.
pub fn state(check: &mut Properties<Fact>, config: &Config) {
    check.fused(|all| {
        let all = state_session(all, config);
        let all = state_isolation_and_mailbox(all, config);
        let all = all.always(
            "TOOL-4",
            "no two messages have the same place",
            tool::messages_have_their_own_place(),
        );
        let all = state_interrupt(all, config);
        let all = state_tool(all, config);
        all.always("OBS-1", "a run that fails says so before it ends", session::failures_are_told())
    });
}

/// States what must hold between many keys.
pub fn state_many(check: &mut Properties<Fact>) {
    check.always(
        "SES-1",
        "at most one run of a key is active, and no run starts twice",
        session::runs_are_disjoint(),
    );
    check.always(
        "SES-9",
        "a command is answered promptly whatever other keys do",
        session::keys_do_not_wait(),
    );
    check.always(
        "ISO-1",
        "what a run reads and writes belongs to its key",
        isolation::runs_keep_to_their_key(),
    );
    check.always(
        "ISO-2",
        "an interrupt ends only runs of its key",
        isolation::interrupts_keep_to_their_key(),
    );
}

/// States what must hold though people decide slowly, and the runtime crashes.
pub fn state_people(check: &mut Properties<Fact>) {
    check.always(
        "SES-11",
        "a run that waits for people holds no permit, and none of its calls begins",
        people::parked_runs_hold_nothing(),
    );
    check.always(
        "SES-12",
        "a run that waits for people goes on when they have decided",
        people::decisions_are_heard(),
    );
    check.always("PLAN-1", "there is one word on each plan", people::plans_have_one_word());
    check.always("PLAN-2", "nothing is written while a plan waits for a word", people::plans_gate_writes());
    check.always(
        "INT-7",
        "an interrupt that was taken is answered, and does what the answer says",
        interrupt::interrupts_are_answered_and_done(),
    );
    check.always(
        "SES-4",
        "accepted work runs in the end, or is a dead letter",
        session::accepted_work_runs(),
    );
}

/// States what must hold though the runtime crashes.
pub fn state_recovery(check: &mut Properties<Fact>, config: &Config) {
    check.always(
        "SES-1",
        "at most one run of a key is active, and no run starts twice",
        session::runs_are_disjoint(),
    );
    check.always("SES-2", "what runs was accepted before, and runs once", session::runs_were_accepted());
    check.always(
        "SES-4",
        "accepted work runs in the end, or is a dead letter",
        session::accepted_work_runs(),
    );
    check.always(
        "SES-10",
        "at most one item is in flight, until its row is stored",
        session::one_item_is_in_flight(),
    );
    check.always("SES-7", "what was told before a crash is known after it", recovery::told_is_known());
    check.always("SES-8", "epochs of commits grow, whatever crashed in between", recovery::epochs_grow());
    check.always(
        "INT-11",
        "an interrupt that is applied again after a crash stops the run that it met",
        recovery::replayed_interrupts_keep_their_run(),
    );
    check.always(
        "INT-7",
        "an interrupt that was taken is answered, and does what the answer says",
        interrupt::interrupts_are_answered(),
    );
    check.always(
        "INT-3",
        "an interrupted run ends as such within the grace",
        interrupt::interrupted_runs_end(config.grace + Duration::from_millis(300)),
    );
    check.always(
        "TOOL-1",
        "before the next model call every call has one end and one result",
        tool::calls_are_complete(),
    );
    check.always(
        "TOOL-7",
        "a call has its effect at most as often as attempts at it are recorded",
        tool::effects_are_recorded(),
    );
    check.always("TOOL-4", "no two messages have the same place", tool::messages_have_their_own_place());
}

/// States what must hold of attempts, agents and models, and of what is said about them.
pub fn state_retries(check: &mut Properties<Fact>, config: &Config) {
    check.always(
        "RETRY-1",
        "a step is tried again as its agent's mode allows, after the waits, and not after text or an interrupt",
        agent::attempts_keep_to_the_mode(),
    );
    check.always(
        "MODEL-1",
        "a step is made by one agent and one model, from its resolution to its end",
        agent::steps_keep_their_model(),
    );
    check.always(
        "MODE-1",
        "a run is made by the agent that its message names, or else by the one it began with",
        agent::runs_keep_their_agent(),
    );
    check.always(
        "TOOL-7",
        "what writes has its effect once, and what reads at most as often as its agent's mode allows",
        tool::effects_keep_to_the_mode(),
    );
    check.always(
        "TOOL-9",
        "a call is over when its deadline has passed, however often it is tried, and no process of it is left",
        tool::calls_keep_their_deadline(config.tool_deadline + config.tool_grace),
    );
    check.always(
        "MET-1",
        "what a session says that it has done is what its facts add up to",
        metrics::metrics_add_up(),
    );
    check.always("MBX-4", "who asks for the state is told, whatever runs", agent::questions_are_answered());
    check.always("OBS-1", "a run that fails says so before it ends, and who asks is told", {
        agent::failures_are_told_and_kept()
    });
}

fn state_session(all: Fused<Fact, impl Monitors<Fact>>, config: &Config) -> Fused<Fact, impl Monitors<Fact>> {
    all.always(
        "SES-1",
        "at most one run of a key is active, and no run starts twice",
        session::runs_are_disjoint(),
    )
    .always("SES-2", "what runs was accepted before, and runs once", session::runs_were_accepted())
    .always(
        "SES-3",
        "work is taken up in order of acceptance, interjections first",
        session::work_is_in_order(),
    )
    .always(
        "SES-5",
        "work that waits behind a failed run is taken up",
        session::failure_takes_up_what_waits(),
    )
    .always("SES-4", "accepted work runs in the end, or is a dead letter", session::accepted_work_runs())
    .always("SES-6", "no queue is longer than its cap", session::queues_keep_their_cap(config.queue_cap))
    .always("SES-9", "a command is answered promptly whatever other keys do", session::keys_do_not_wait())
    .always(
        "SES-10",
        "at most one item is in flight, until its row is stored",
        session::one_item_is_in_flight(),
    )
}

fn state_isolation_and_mailbox(
    all: Fused<Fact, impl Monitors<Fact>>,
    config: &Config,
) -> Fused<Fact, impl Monitors<Fact>> {
    all.always("ISO-1", "what a run reads and writes belongs to its key", isolation::runs_keep_to_their_key())
        .always("ISO-2", "an interrupt ends only runs of its key", isolation::interrupts_keep_to_their_key())
        .always(
            "MBX-1",
            "accepted work is queued, in flight, stored or a dead letter",
            mailbox::no_work_is_lost(),
        )
        .always(
            "MBX-2",
            "nothing is taken while something waits in a higher lane",
            mailbox::lanes_are_in_order(),
        )
        .always(
            "MBX-3",
            "what waits stays within its bounds",
            mailbox::backlogs_keep_their_bounds(config.backlog),
        )
}

fn state_interrupt(
    all: Fused<Fact, impl Monitors<Fact>>,
    config: &Config,
) -> Fused<Fact, impl Monitors<Fact>> {
    let within = config.grace + Duration::from_millis(300);
    all.always(
        "INT-1",
        "an interrupt that comes while idle has no later effect",
        interrupt::idle_interrupts_do_nothing(),
    )
    .always(
        "INT-2",
        "an interrupt ends the run that it met, and only the expected one",
        interrupt::one_run_per_interrupt(),
    )
    .always(
        "INT-4",
        "after an interrupt its run calls neither model nor tools",
        interrupt::interrupted_runs_only_wind_up(),
    )
    .always(
        "INT-5",
        "text that was shown is stored, all of it and in order",
        interrupt::shown_text_is_stored(),
    )
    .always(
        "INT-6",
        "a run ends one stream and completes one turn, with its own cause",
        interrupt::runs_end_once(),
    )
    .always(
        "INT-9",
        "while an interjection waits, no run begins another step",
        interrupt::interjections_are_next(),
    )
    .always("INT-8", "an interrupt never waits behind work", interrupt::interrupts_pass_work())
    .always(
        "INT-7",
        "an interrupt that was taken is answered, and does what the answer says",
        interrupt::interrupts_are_answered(),
    )
    .always(
        "INT-3",
        "an interrupted run ends as such within the grace",
        interrupt::interrupted_runs_end(within),
    )
}

fn state_tool(all: Fused<Fact, impl Monitors<Fact>>, config: &Config) -> Fused<Fact, impl Monitors<Fact>> {
    all.always(
        "TOOL-2",
        "only results of calls of the present run are stored",
        tool::stored_results_were_asked_for(),
    )
    .always("TOOL-3", "a call ends once and its result is stored once", tool::results_count_once())
    .always(
        "TOOL-1",
        "before the next model call every call has one end and one result",
        tool::calls_are_complete(),
    )
    .always("TOOL-5", "serial calls of a key never overlap", tool::serial_calls_never_overlap())
    .always(
        "TOOL-6",
        "no more parallel calls of a key run than the width allows",
        tool::parallel_calls_keep_the_width(config.width),
    )
    .always(
        "TOOL-7",
        "a call has its effect at most as often as attempts at it are recorded",
        tool::effects_are_recorded(),
    )
    .always("TOOL-8", "a call that its agent may not make never begins", tool::only_allowed_tools_run())
}

/// The key of a ready-made monitor, which prints keys with `Debug`: so what it says is a sentence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sentence<K> {
    who: K,
    what: What,
}

/// What is said of a key. A name of its own and no words, for it is compared with each fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum What {
    HasNotRun,
    HasWorkThatWaits,
    Ends,
    HasItsResultStored,
    AsksAndIsNotTold,
}

impl<K: fmt::Display> fmt::Debug for Sentence<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::HasNotRun => "was accepted and has not run",
            What::HasWorkThatWaits => "has work that waits since a run failed",
            What::Ends => "ends",
            What::HasItsResultStored => "has its result stored",
            What::AsksAndIsNotTold => "asks for the state and is not told",
        };
        write!(f, "{} {what}", self.who)
    }
}
