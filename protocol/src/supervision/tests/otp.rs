//! The rules of OTP written down a second time, from its documentation (`supervisor`, `sup_princ`; `actors.md` C.1), as plain functions over
//! a tree. Nothing is shared with the actor but the data types of the policy.
//!
//! Everything happens at once here: to stop a child takes no time, unless it is stubborn, which takes its whole limit.

use std::collections::VecDeque;
use std::time::Duration;

use super::company::Job;
use crate::supervision::{AutoShutdown, ChildSpec, Policy, Restart, Shutdown, Strategy};

/// A supervisor and what is under it.
pub(super) struct Model {
    root: Option<Lead>,
    /// Nanoseconds.
    pub(super) now: u64,
    starts: VecDeque<u8>,
    pub(super) diary: Vec<String>,
}

struct Lead {
    path: String,
    policy: Policy,
    /// In the order of their starts.
    children: Vec<Child>,
    restarts: Vec<u64>,
}

struct Child {
    spec: ChildSpec<Job>,
    state: State,
}

enum State {
    Undefined,
    /// Its start failed; it is to be tried again.
    Restarting,
    Worker,
    Lead(Box<Lead>),
}

/// Why a child ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Clean,
    Abnormal,
}

/// Whether a supervisor goes on.
#[derive(PartialEq, Eq)]
enum Goes {
    On,
    /// It has stopped its children and exits with `shutdown`.
    Down,
}

struct Failed;

impl Model {
    pub(super) fn new(policy: Policy, children: Vec<ChildSpec<Job>>, starts: Vec<u8>) -> Self {
        let mut model = Self { root: None, now: 0, starts: starts.into(), diary: Vec::new() };
        model.diary.push("+".to_owned());
        model.root = match model.begun(String::new(), policy, children) {
            Ok(lead) => Some(lead),
            Err(Failed) => {
                model.diary.push("-".to_owned());
                None
            }
        };
        model
    }

    pub(super) fn advance(&mut self, span: Duration) {
        self.now += span.as_nanos() as u64;
    }

    /// The worker or supervisor at a path ends by itself.
    pub(super) fn fail(&mut self, path: &str, clean: bool) {
        let end = if clean { End::Clean } else { End::Abnormal };
        let Some(mut root) = self.root.take() else { return };
        let names: Vec<&str> = path.split('/').skip(1).collect();
        if self.fail_below(&mut root, &names, end) == Goes::On {
            self.root = Some(root);
        } else {
            self.diary.push("-".to_owned());
        }
    }

    pub(super) fn shut_down(&mut self) {
        if let Some(mut root) = self.root.take() {
            self.stop_all(&mut root);
            self.diary.push("-".to_owned());
        }
    }

    fn fail_below(&mut self, lead: &mut Lead, names: &[&str], end: End) -> Goes {
        let Some(place) = lead.children.iter().position(|child| child.spec.id == names[0]) else {
            return Goes::On;
        };
        let path = format!("{}/{}", lead.path, names[0]);
        if names.len() > 1 {
            let State::Lead(mut below) = std::mem::replace(&mut lead.children[place].state, State::Undefined)
            else {
                return Goes::On;
            };
            if self.fail_below(&mut below, &names[1..], end) == Goes::On {
                lead.children[place].state = State::Lead(below);
                return Goes::On;
            }
            // A supervisor that gives up exits with the reason `shutdown`, which is clean.
            self.diary.push(format!("-{path}"));
            return self.child_ended(lead, place, End::Clean);
        }
        match std::mem::replace(&mut lead.children[place].state, State::Undefined) {
            State::Worker => {}
            State::Lead(below) => self.perish(&below),
            other => {
                lead.children[place].state = other;
                return Goes::On;
            }
        }
        self.diary.push(format!("-{path}"));
        self.child_ended(lead, place, end)
    }

    /// Those who are linked to a supervisor end with it.
    fn perish(&mut self, lead: &Lead) {
        for child in lead.children.iter().rev() {
            match &child.state {
                State::Undefined | State::Restarting => continue,
                State::Worker => {}
                State::Lead(below) => self.perish(below),
            }
            self.diary.push(format!("-{}/{}", lead.path, child.spec.id));
        }
    }

    fn child_ended(&mut self, lead: &mut Lead, place: usize, end: End) -> Goes {
        let spec = &lead.children[place].spec;
        let restart = match spec.restart {
            Restart::Permanent => true,
            Restart::Transient => end == End::Abnormal,
            Restart::Temporary => false,
        };
        if restart {
            return self.restart(lead, spec.id.clone());
        }
        let significant = spec.significant;
        if spec.restart == Restart::Temporary {
            lead.children.remove(place);
        }
        let others = lead
            .children
            .iter()
            .any(|child| child.spec.significant && !matches!(child.state, State::Undefined));
        let auto = match lead.policy.auto_shutdown {
            AutoShutdown::Never => false,
            AutoShutdown::AnySignificant => significant,
            AutoShutdown::AllSignificant => significant && !others,
        };
        if auto {
            self.stop_all(lead);
            return Goes::Down;
        }
        Goes::On
    }

    /// Counts and restarts; a start that fails is tried again, which counts again.
    fn restart(&mut self, lead: &mut Lead, id: String) -> Goes {
        let mut next = Some(id);
        while let Some(id) = next.take() {
            let period = lead.policy.intensity.within.as_nanos() as u64;
            lead.restarts.push(self.now);
            let now = self.now;
            lead.restarts.retain(|then| now - then <= period);
            if lead.restarts.len() > lead.policy.intensity.max as usize {
                self.stop_all(lead);
                return Goes::Down;
            }
            let place = lead.children.iter().position(|child| child.spec.id == id).expect("it is known");
            let concerned = match lead.policy.strategy {
                Strategy::OneForOne | Strategy::SimpleOneForOne => place..place + 1,
                Strategy::OneForAll => 0..lead.children.len(),
                Strategy::RestForOne => place..lead.children.len(),
            };
            lead.children[place].state = State::Undefined;
            let ids: Vec<String> =
                lead.children[concerned].iter().map(|child| child.spec.id.clone()).collect();
            self.stop(lead, &ids);
            if let Err(at) = self.start_all(lead, &ids) {
                let child = lead.children.iter_mut().find(|child| child.spec.id == at).expect("it is known");
                child.state = State::Restarting;
                next = Some(at);
            }
        }
        Goes::On
    }

    fn stop_all(&mut self, lead: &mut Lead) {
        if lead.policy.strategy == Strategy::SimpleOneForOne {
            return self.stop_together(lead);
        }
        let ids: Vec<String> = lead.children.iter().map(|child| child.spec.id.clone()).collect();
        self.stop(lead, &ids);
    }

    /// Children of one kind are all asked at once, and have the same time; temporary ones are forgotten.
    fn stop_together(&mut self, lead: &mut Lead) {
        let mut limit = 0;
        for child in &mut lead.children {
            if !matches!(std::mem::replace(&mut child.state, State::Undefined), State::Worker) {
                continue;
            }
            if let (Job::Stubborn, Shutdown::Within(span)) = (&child.spec.start, child.spec.shutdown) {
                limit = span.as_nanos() as u64;
            }
            self.diary.push(format!("-{}/{}", lead.path, child.spec.id));
        }
        self.now += limit;
        lead.children.retain(|child| child.spec.restart != Restart::Temporary);
    }

    /// The last first; temporary ones are forgotten.
    fn stop(&mut self, lead: &mut Lead, ids: &[String]) {
        for id in ids.iter().rev() {
            let place = lead.children.iter().position(|child| child.spec.id == *id).expect("it is known");
            let path = format!("{}/{id}", lead.path);
            let child = &mut lead.children[place];
            match std::mem::replace(&mut child.state, State::Undefined) {
                State::Undefined | State::Restarting => {}
                State::Worker => {
                    if let (Job::Stubborn, Shutdown::Within(limit)) = (&child.spec.start, child.spec.shutdown)
                    {
                        self.now += limit.as_nanos() as u64;
                    }
                    self.diary.push(format!("-{path}"));
                }
                State::Lead(mut below) => {
                    if child.spec.shutdown == Shutdown::Brutal {
                        self.perish(&below);
                    } else {
                        self.stop_all(&mut below);
                    }
                    self.diary.push(format!("-{path}"));
                }
            }
            if lead.children[place].spec.restart == Restart::Temporary {
                lead.children.remove(place);
            }
        }
    }

    /// Up to the first that fails, whose id is the error.
    fn start_all(&mut self, lead: &mut Lead, ids: &[String]) -> Result<(), String> {
        for id in ids {
            let Some(place) = lead.children.iter().position(|child| child.spec.id == *id) else { continue };
            let spec = lead.children[place].spec.clone();
            let path = format!("{}/{id}", lead.path);
            match self.starts.pop_front().unwrap_or(0) {
                1 => return Err(id.clone()),
                2 => {
                    if spec.restart == Restart::Temporary {
                        lead.children.remove(place);
                    }
                    continue;
                }
                _ => {}
            }
            self.diary.push(format!("+{path}"));
            lead.children[place].state = match spec.start {
                Job::Willing | Job::Stubborn => State::Worker,
                Job::Lead(policy, children) => match self.begun(path.clone(), policy, children) {
                    Ok(below) => State::Lead(Box::new(below)),
                    Err(Failed) => {
                        self.diary.push(format!("-{path}"));
                        return Err(id.clone());
                    }
                },
            };
        }
        Ok(())
    }

    /// A supervisor that starts its children; if one cannot be started, those before it are stopped, and it fails.
    fn begun(&mut self, path: String, policy: Policy, specs: Vec<ChildSpec<Job>>) -> Result<Lead, Failed> {
        let children = specs.into_iter().map(|spec| Child { spec, state: State::Undefined }).collect();
        let mut lead = Lead { path, policy, children, restarts: Vec::new() };
        let ids: Vec<String> = lead.children.iter().map(|child| child.spec.id.clone()).collect();
        match self.start_all(&mut lead, &ids) {
            Ok(()) => Ok(lead),
            Err(_) => {
                self.stop_all(&mut lead);
                Err(Failed)
            }
        }
    }
}
