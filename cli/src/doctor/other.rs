//! The other process: this binary once more, which runs other seeds first and the same ones backwards.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use rehearsal::doctor::{RunHash, Transcript, hashes};
use rehearsal_reports::Subject;
use serde::de::DeserializeOwned;

use super::{OTHERS, specs, under_watch};
use crate::End;
use crate::args::Doctor;
use crate::error::Error;

/// Asks the other process for the hashes of all seeds.
pub(super) fn second_pass(subject: &Subject, args: &Doctor, first: u64) -> Result<Vec<RunHash>, Error> {
    asked(subject, args, &["--second-pass", "--seed", &format!("{first:#x}")])
}

/// Asks the other process for all events of one seed.
pub(super) fn transcript(subject: &Subject, args: &Doctor, seed: u64) -> Result<Transcript, Error> {
    asked(subject, args, &["--events-of", &format!("{seed:#x}")])
}

fn asked<T: DeserializeOwned>(subject: &Subject, args: &Doctor, what: &[&str]) -> Result<T, Error> {
    let failed = |why: String| Error::Tool(format!("the second process of doctor: {why}"));
    let binary = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(binary);
    command.args(["doctor", subject.entry.name, "--faults", subject.profile.name]);
    command.args(["--strategy", subject.strategy.name, "--seeds", &args.seeds.to_string()]);
    command.args(["--turn-limit", &format!("{}ms", args.patience.turn_limit.as_millis())]);
    if let Some(variant) = subject.variant_name() {
        command.args(["--variant", variant]);
    }
    let output = command.args(what).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("it ended with {}", output.status)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
}

/// What the other process does: runs, and prints what was asked for as JSON.
pub(super) fn serve(subject: &Subject, args: &Doctor, first: u64) -> Result<End, Error> {
    let count = u64::from(args.seeds);
    let others = specs(subject, first.saturating_add(count), OTHERS);
    if let Some(seed) = args.events_of {
        let spec = subject.spec(seed);
        let transcript = under_watch(subject, args, move |runner| {
            hashes(runner, others);
            Transcript::of(runner, &spec)
        })?;
        return printed(&transcript);
    }
    let mut same = specs(subject, first, count);
    same.reverse();
    let found = under_watch(subject, args, move |runner| {
        hashes(runner, others);
        hashes(runner, same)
    })?;
    printed(&found)
}

fn printed<T: serde::Serialize>(document: &T) -> Result<End, Error> {
    let text = serde_json::to_string(document).map_err(|error| Error::Tool(error.to_string()))?;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::Stdout)?;
    Ok(End::Fine)
}
