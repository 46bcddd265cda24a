//! The command line for any set of scenarios.
//!
//! A crate with scenarios of its own gets all of it with one line:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! # use rehearsal::registry::Entry;
//! static SCENARIOS: &[&Entry] = &[];
//!
//! fn main() -> ExitCode {
//!     rehearsal_cli::main(SCENARIOS)
//! }
//! ```
//!
//! - `args` — what can be typed;
//! - `seed`, `span` — seeds and times as they are typed;
//! - `selection` — what was typed, found in the registry;
//! - `list`, `run`, `fuzz`, `replay`, `shrink`, `explain`, `compare`, `check` — one file a command;
//! - `staged` — `run` and `fuzz` on other stages than the world;
//! - `output` — stdout, stderr, and files that are whole or not there;
//! - `error` — what was wrong, where, and the mend.

mod args;
mod check;
mod compare;
mod doctor;
mod error;
mod explain;
mod explore;
mod fuzz;
mod interleavings;
mod list;
mod output;
mod policy;
mod replay;
mod run;
mod score;
mod seed;
mod selection;
mod shrink;
mod span;
mod staged;
mod states;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser;
use rehearsal::registry::Entry;
use rehearsal::stage::Stage;
pub use rehearsal_host::scenario::tokio::TOKIO;
use rehearsal_reports::Tool;

use args::{Arguments, Command};
use error::Error;
use output::Output;
use selection::Registry;

/// Runs the command line over these scenarios: call it from `main` and return what it returns.
///
/// The exit code is 0 if nothing is wrong; 1 if a property failed, a goal was not reached or a replay did not reproduce; 2
/// for bad usage or bad input; 3 if the tool itself failed.
pub fn main(scenarios: &'static [&'static Entry]) -> ExitCode {
    main_on(scenarios, STAGES)
}

/// Where scenarios can run beside the world in every build.
pub static STAGES: &[&dyn Stage] = &[&TOKIO];

/// [`main`] with other stages beside the world: for builds that have their own.
pub fn main_on(scenarios: &'static [&'static Entry], stages: &'static [&'static dyn Stage]) -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let end = catch_unwind(|| started(scenarios, stages, typed)).unwrap_or_else(|_| {
        output::complain("rehearsal itself failed; the panic above is a bug worth reporting");
        End::ToolFailed
    });
    end.into()
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Fine,
    Failed,
    BadInput,
    ToolFailed,
}

impl End {
    fn of(passed: bool) -> Self {
        if passed { Self::Fine } else { Self::Failed }
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(match end {
            End::Fine => 0,
            End::Failed => 1,
            End::BadInput => 2,
            End::ToolFailed => 3,
        })
    }
}

fn started(
    scenarios: &'static [&'static Entry],
    stages: &'static [&'static dyn Stage],
    typed: Vec<OsString>,
) -> End {
    let binary = typed.first().map_or_else(|| "rehearse".into(), |name| name.to_string_lossy().into_owned());
    let arguments = match Arguments::try_parse_from(typed) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Also help and version, which are no error; a closed pipe is nothing to fail for.
            let _ = error.print();
            return if error.use_stderr() { End::BadInput } else { End::Fine };
        }
    };
    let tool = Tool { binary };
    let registry = Registry { scenarios, stages, tool: &tool };
    let output = Output { json: arguments.common.json };
    let result = match &arguments.command {
        Command::Compare(args) => compare::compare(&registry, &arguments.common, args, output),
        Command::Check(args) => check::check(&registry, &arguments.common, args, output),
        Command::List(args) => list::list(&registry, &arguments.common, args, output),
        Command::Run(args) => run::run(&registry, &arguments.common, args, output),
        Command::Fuzz(args) => fuzz::fuzz(&registry, &arguments.common, args, output),
        Command::Replay(args) => replay::replay(&registry, &arguments.common, args, output),
        Command::Doctor(args) => doctor::doctor(&registry, &arguments.common, args, output),
        Command::Explore(args) => explore::explore(&registry, &arguments.common, args, output),
        Command::Score(args) => score::score(&registry, &arguments.common, args, output),
        Command::Explain(args) => explain::explain(&registry, &arguments.common, args, output),
        Command::Shrink(args) => shrink::shrink(&registry, &arguments.common, args, output),
    };
    result.unwrap_or_else(|error| {
        output::complain(&error.to_string());
        match error {
            Error::Tool(_) | Error::Nondeterminism(_) => End::ToolFailed,
            _ => End::BadInput,
        }
    })
}
