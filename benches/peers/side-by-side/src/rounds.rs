//! Runs the cases in turns.

use std::process::Command;

use crate::case::Case;
use crate::measurement::Measurement;

/// The measurements of all cases, a row for each, a column for each round.
pub struct Measured<'a> {
    /// Each case with its rounds.
    pub rows: Vec<(&'a Case, Vec<Measurement>)>,
}

impl Measured<'_> {
    /// Rates are by seconds on the CPU from now on.
    pub fn by_cpu_time(&mut self) {
        for round in self.rows.iter_mut().flat_map(|(_, rounds)| rounds) {
            round.rate = round.count as f64 / round.cpu;
        }
    }

    /// Whether each case did the same in all rounds.
    pub fn all_same(&self) -> bool {
        self.rows.iter().all(|(_, rounds)| rounds.iter().all(|round| round.is_same(&rounds[0])))
    }
}

/// Runs every case once a round.
///
/// # Errors
///
/// If a case fails, with what it said.
pub fn run(cases: &[Case], rounds: u32, cpu: u32) -> Result<Measured<'_>, String> {
    let pinned = Command::new("taskset").arg("--version").output().is_ok().then_some(cpu);
    let mut rows: Vec<_> = cases.iter().map(|case| (case, Vec::new())).collect();
    for round in 1..=rounds {
        for (case, measured) in &mut rows {
            measured.push(once(case, &mut case.command(pinned))?);
        }
        eprintln!("round {round} of {rounds} is over");
    }
    Ok(Measured { rows })
}

/// Runs a case.
///
/// # Errors
///
/// If it fails, with what it said.
pub fn once(case: &Case, command: &mut Command) -> Result<Measurement, String> {
    let what = format!("{}/{}", case.program, case.name);
    let output = command.output().map_err(|error| format!("{what} does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("{what} failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Measurement::of(&said).ok_or_else(|| format!("{what} said what is no measurement: {said}"))
}
