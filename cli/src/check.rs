//! `check`: the monitors of a scenario over facts that were logged elsewhere.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use rehearsal::stage::facts::{Log, Logs};
use rehearsal_reports::check::CheckResult;
use rehearsal_reports::{json, terminal};

use crate::End;
use crate::args::{Check, Common};
use crate::error::Error;
use crate::output::Output;
use crate::selection::Registry;

pub(crate) fn check(
    registry: &Registry<'_>,
    common: &Common,
    args: &Check,
    output: Output,
) -> Result<End, Error> {
    registry.only_world(common, "check")?;
    let subject = registry.subject(&args.scenario, common)?;
    let logs = args.logs.iter().map(|path| read(path)).collect::<Result<Vec<Log>, Error>>()?;
    let logs = Logs::of(logs).map_err(|what| {
        Error::Usage(format!(
            "these logs do not belong together: {what}\n  give one log of all nodes, or one of each"
        ))
    })?;
    if logs.system() != subject.entry.name {
        return Err(Error::Usage(format!(
            "these are facts of the system `{}`, and `{}` does not know them\n  name the scenario whose name the system has",
            logs.system(),
            subject.entry.name
        )));
    }
    let mut judge = subject.rehearsal().judge();
    let checked = logs.judged(&mut judge).map_err(|what| {
        Error::Usage(format!("{what}\n  was the log written by another version of the protocol?"))
    })?;
    let result = CheckResult { subject, checked, goals: judge.goals().to_vec() };
    output.document(|| json::check(&result))?;
    output.answer(|screen| terminal::check::check(screen, &result))?;
    Ok(End::of(result.checked.violation.is_none()))
}

fn read(path: &Path) -> Result<Log, Error> {
    let unreadable = |what: String| {
        Error::Usage(format!(
            "{} is no log of facts that can be read: {what}\n  `run --facts FILE` writes one, and so do nodes",
            path.display()
        ))
    };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    Log::read(&mut BufReader::new(file)).map_err(|error| unreadable(error.to_string()))
}
