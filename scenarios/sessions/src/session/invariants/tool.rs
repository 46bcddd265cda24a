//! Calls and results.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, fold, on, unique};
use rehearsal_protocol::{Address, Time};
use rehearsal_sessions::session::{AgentName, CallId, Class, Fact, Role, RunId};

use super::ledger::Ledger;
use super::{Sentence, What};

/// TOOL-1: before the next model call every call has one end and one result.
pub fn calls_are_complete() -> impl Monitor<Fact> {
    #[derive(Clone, Copy, Default, Hash)]
    struct Counts {
        ends: u32,
        results: u32,
    }
    #[derive(Clone, Default, Hash)]
    struct Calls(Ledger<CallId, Counts>);
    impl Monitor<Fact> for Calls {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(calls) = self;
            match fact {
                Fact::CallIssued { call, .. } | Fact::CallStopped { call } => {
                    *calls.entry(*call) = Counts::default();
                }
                Fact::CallEnded { call, .. } => calls.entry(*call).ends += 1,
                Fact::ResultPersisted { call } => calls.entry(*call).results += 1,
                Fact::ModelCall { run, step, .. } => {
                    let open = |(call, counts): &&(CallId, Counts)| {
                        call.run.key == run.key && (counts.ends, counts.results) != (1, 1)
                    };
                    if let Some((call, Counts { ends, results })) = calls.iter().find(open) {
                        return Err(format!(
                            "step {step} of {run} calls the model while {call} has {ends} ends and {results} results"
                        ));
                    }
                    calls.retain(|call, _| call.run.key != run.key);
                }
                // What is open after a crash is told anew.
                Fact::Recovering { key } => calls.retain(|call, _| call.run.key != *key),
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(
        ["CallIssued", "CallStopped", "CallEnded", "ResultPersisted", "ModelCall", "Recovering"],
        Calls::default(),
    )
}

/// TOOL-2: only results of calls of the present run are stored.
pub fn stored_results_were_asked_for() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Present {
        runs: Ledger<Address, Option<RunId>>,
        issued: Vec<(Address, CallId)>,
    }
    impl Monitor<Fact> for Present {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let by = moment.actor;
            match fact {
                Fact::RunStarted { run, .. } => {
                    *self.runs.entry(by) = Some(*run);
                    self.issued.retain(|(whose, _)| *whose != by);
                }
                Fact::RunEnded { .. } => *self.runs.entry(by) = None,
                Fact::CallIssued { call, .. } | Fact::CallStopped { call } => self.issued.push((by, *call)),
                Fact::ResultPersisted { call } => {
                    if *self.runs.entry(by) != Some(call.run) {
                        return Err(format!(
                            "the result of {call} is stored though {} is not active",
                            call.run
                        ));
                    }
                    if !self.issued.contains(&(by, *call)) {
                        return Err(format!("the result of {call} is stored and nobody has made that call"));
                    }
                }
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.runs.clear();
            self.issued.clear();
        }
    }
    on(["RunStarted", "RunEnded", "CallIssued", "CallStopped", "ResultPersisted"], Present::default())
}

/// TOOL-3: a call ends once and its result is stored once.
pub fn results_count_once() -> impl Monitor<Fact> {
    on(
        ["CallEnded", "ResultPersisted"],
        unique(|fact: &Fact| match fact {
            Fact::CallEnded { call, .. } => Some(Sentence { who: *call, what: What::Ends }),
            Fact::ResultPersisted { call } => Some(Sentence { who: *call, what: What::HasItsResultStored }),
            _ => None,
        }),
    )
}

/// TOOL-4: no two messages of a session have the same place: each is stored after those of earlier runs, steps and roles.
pub fn messages_have_their_own_place() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Last(Ledger<Address, Option<(u32, u16, u8)>>);
    impl Monitor<Fact> for Last {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(last) = self;
            let Fact::RowStored { run, step, role, .. } = fact else { return Ok(()) };
            let (rank, what) = match role {
                Role::User { .. } => (0, "the user's message"),
                Role::Assistant { .. } => (1, "the model's message"),
                Role::Results { .. } => (2, "the message with results"),
            };
            let place = (run.number, *step, rank);
            match last.entry(moment.actor).replace(place) {
                Some(before) if before >= place => {
                    let (number, before, _) = before;
                    Err(format!(
                        "{what} of step {step} of {run} is stored after step {before} of run {number}"
                    ))
                }
                Some(_) | None => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["RowStored"], Last::default())
}

/// TOOL-5 and TOOL-6: how many calls of a key hold a permit of their class.
fn permits(class: Class, most: u16) -> impl Monitor<Fact> {
    #[derive(Clone, Hash)]
    struct Permits {
        class: Class,
        most: u16,
        counted: Vec<CallId>,
        held: Vec<CallId>,
    }
    impl Monitor<Fact> for Permits {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            match fact {
                Fact::CallIssued { call, class } if *class == self.class => self.counted.push(*call),
                Fact::CallStarted { call } if self.counted.contains(call) => {
                    self.held.push(*call);
                    let held = self.held.iter().filter(|held| held.run.key == call.run.key).count();
                    if held > usize::from(self.most) {
                        let class = if self.class == Class::Serial { "serial" } else { "parallel" };
                        return Err(format!(
                            "{call} begins, so {held} {class} calls of {} run",
                            call.run.key
                        ));
                    }
                }
                Fact::PermitFreed { call } => self.held.retain(|held| held != call),
                Fact::Recovering { key } => self.held.retain(|held| held.run.key != *key),
                // A call begins at most one run late.
                Fact::RunStarted { run, .. } => {
                    self.counted.retain(|call| call.run.key != run.key || call.run.number + 1 >= run.number);
                }
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.counted.clear();
            self.held.clear();
        }
    }
    on(
        ["CallIssued", "CallStarted", "PermitFreed", "Recovering", "RunStarted"],
        Permits { class, most, counted: Vec::new(), held: Vec::new() },
    )
}

/// TOOL-5: serial calls of a key never overlap.
pub fn serial_calls_never_overlap() -> impl Monitor<Fact> {
    permits(Class::Serial, 1)
}

/// TOOL-6: no more parallel calls of a key run than the width allows.
pub fn parallel_calls_keep_the_width(width: u16) -> impl Monitor<Fact> {
    permits(Class::Parallel, width)
}

/// TOOL-7: a call has its effect at most as often as attempts at it are recorded.
pub fn effects_are_recorded() -> impl Monitor<Fact> {
    #[derive(Clone, Copy, Default, Hash)]
    struct Attempts {
        recorded: u8,
        effects: u8,
    }
    #[derive(Clone, Default, Hash)]
    struct Calls(Ledger<CallId, Attempts>);
    impl Monitor<Fact> for Calls {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(calls) = self;
            match fact {
                Fact::CallIssued { call, .. } => calls.entry(*call).recorded = 1,
                Fact::CallRetried { call, attempt } => calls.entry(*call).recorded = *attempt,
                Fact::Effected { call, .. } if calls.get(call).is_some() => {
                    let attempts = calls.entry(*call);
                    attempts.effects += 1;
                    if attempts.effects > attempts.recorded {
                        return Err(format!(
                            "{call} has its effect {} times, and {} attempts are recorded",
                            attempts.effects, attempts.recorded
                        ));
                    }
                }
                Fact::RunStarted { run, .. } => {
                    calls.retain(|call, _| call.run.key != run.key || call.run.number + 1 >= run.number);
                }
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["CallIssued", "CallRetried", "Effected", "RunStarted"], Calls::default())
}

/// TOOL-7 where nothing crashes: what writes has its effect once, and what reads at most as often as the mode of its run's agent allows.
pub fn effects_keep_to_the_mode() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Effects {
        agents: Ledger<RunId, Option<AgentName>>,
        writes: Vec<CallId>,
        made: Ledger<CallId, u8>,
    }
    on(
        ["StepResolved", "CallIssued", "Effected", "RunStarted"],
        fold(Effects::default(), |effects: &mut Effects, _, fact: &Fact| {
            match fact {
                Fact::StepResolved { run, pin, .. } => *effects.agents.entry(*run) = Some(pin.agent),
                Fact::CallIssued { call, class: Class::Serial } => effects.writes.push(*call),
                Fact::Effected { call, .. } => {
                    let made = effects.made.entry(*call);
                    *made += 1;
                    let agent = effects.agents.get(&call.run).copied().flatten().unwrap_or_default();
                    let writes = effects.writes.contains(call);
                    let most = if writes { 1 } else { agent.entry().mode.tool_attempts };
                    if *made > most {
                        return Err(format!(
                            "{call} has its effect {made} times, and {most} is all that {agent:?} has"
                        ));
                    }
                }
                Fact::RunStarted { run, .. } => {
                    let recent = |other: &RunId| other.key != run.key || other.number + 1 >= run.number;
                    effects.agents.retain(|run, _| recent(run));
                    effects.writes.retain(|call| recent(&call.run));
                    effects.made.retain(|call, _| recent(&call.run));
                }
                _ => {}
            }
            Ok(())
        }),
    )
}

/// TOOL-9: a call is over when its deadline has passed, however often it is tried, and no process of it is left.
///
/// What a sandbox begins after the call was over is not judged: it has forgotten in a crash that it was told to stop, and nobody knows of it.
pub fn calls_keep_their_deadline(within: Duration) -> impl Monitor<Fact> {
    let within = within + Duration::from_millis(100);
    on(
        ["CallStarted", "PermitFreed", "Recovering", "ProcessesBegan", "ProcessesGone"],
        Deadlines { within, ..Deadlines::default() },
    )
}

/// The calls that are under way, and those of which processes are left.
#[derive(Clone, Debug, Default, Hash)]
struct Deadlines {
    within: Duration,
    since: Ledger<CallId, Time>,
    processes: Ledger<CallId, Processes>,
}

#[derive(Clone, Copy, Debug, Default, Hash)]
struct Processes {
    /// Since when they should be gone.
    over: Option<Time>,
}

impl Monitor<Fact> for Deadlines {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::CallStarted { call } => *self.since.entry(*call) = moment.at,
            Fact::PermitFreed { call } => {
                let processes = self.processes.iter().any(|(with, _)| with == call);
                if processes {
                    self.processes.entry(*call).over = Some(moment.at);
                }
                let late = |since: &Time| moment.at.since(*since) > self.within;
                if let Some(since) = self.since.remove(call).filter(late) {
                    let within = self.within;
                    return Err(format!(
                        "{call} began at {since} and is over only now, not within {within:?}"
                    ));
                }
            }
            Fact::ProcessesBegan { call, .. } => drop(self.processes.entry(*call)),
            Fact::ProcessesGone { call, .. } => drop(self.processes.remove(call)),
            Fact::Recovering { key } => {
                self.since.retain(|call, _| call.run.key != *key);
                self.processes.retain(|call, _| call.run.key != *key);
            }
            _ => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(call, processes): &(CallId, Processes)| {
            Some(Owed {
                since: processes.over?,
                within: Duration::from_secs(1),
                what: format!("the end of the processes of {call}"),
            })
        };
        self.processes.iter().filter_map(owe).collect()
    }

    fn reset(&mut self) {
        let within = self.within;
        *self = Self { within, ..Self::default() };
    }
}

/// TOOL-8: a call that its agent may not make never begins.
pub fn only_allowed_tools_run() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Forbidden(Vec<CallId>);
    impl Monitor<Fact> for Forbidden {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(forbidden) = self;
            match fact {
                Fact::CallIssued { call, class: Class::Forbidden } => forbidden.push(*call),
                Fact::CallStarted { call } if forbidden.contains(call) => {
                    return Err(format!("{call} begins, and its agent may not make it"));
                }
                Fact::RunStarted { run, .. } => {
                    forbidden.retain(|call| call.run.key != run.key || call.run.number + 1 >= run.number);
                }
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["CallIssued", "CallStarted", "RunStarted"], Forbidden::default())
}
