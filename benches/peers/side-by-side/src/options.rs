//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use regex_lite::Regex;

use crate::case::cases_of;
use crate::programs::{self, PROGRAMS, Program};
use crate::{bar, check, misses, plot, profile, rounds, table};

/// Rehearsal, its peers and the limit of this machine, side by side on the same work.
#[derive(Parser)]
#[command(version)]
pub struct Options {
    /// How often each case runs
    #[arg(default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only cases whose name matches, `w2|w3`
    #[arg(default_value = ".")]
    cases: Regex,
    /// Only these programs
    #[arg(long, value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(programs::names()))]
    programs: Vec<String>,
    /// Small sizes, counts and digests only: fails if one is not as kept
    #[arg(long)]
    check: bool,
    /// With `--check`: keeps the counts and digests of this run from now on
    #[arg(long, requires = "check")]
    keep: bool,
    /// Counts cache misses per turn of the cases `scale_…` with valgrind, instead of measuring
    #[arg(long, conflicts_with_all = ["check", "plot"])]
    misses: bool,
    /// Lists the source files in which the cases spend their time, with perf, instead of measuring
    #[arg(long, conflicts_with_all = ["check", "misses", "plot"])]
    profile: bool,
    /// Draws cost per turn against number of actors into this SVG, from the cases `scale_…`
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Counts units by seconds on the CPU and not on the wall: for a machine that others use at the same time
    #[arg(long)]
    cpu_time: bool,
    /// The CPU on which cases run, where there is `taskset`
    #[arg(long, default_value_t = 1)]
    cpu: u32,
}

impl Options {
    /// Does what was asked for.
    ///
    /// # Errors
    ///
    /// In words: what is wrong, and the mend.
    pub fn run(&self) -> Result<ExitCode, String> {
        let mut cases = Vec::new();
        for program in PROGRAMS.iter().filter(|program| self.wants(program)) {
            cases.extend(cases_of(program, &self.cases, !(self.check || self.misses || self.profile))?);
        }
        if cases.is_empty() {
            return Err(format!("no case matches `{}`; leave it out to run all", self.cases));
        }
        if self.check {
            return check::run(&cases, self.keep);
        }
        if self.misses {
            print!("{}", misses::table(&cases)?);
            return Ok(ExitCode::SUCCESS);
        }
        if self.profile {
            print!("{}", profile::lists(&cases)?);
            return Ok(ExitCode::SUCCESS);
        }
        let mut measured = rounds::run(&cases, self.rounds, self.cpu)?;
        if self.cpu_time {
            measured.by_cpu_time();
        }
        print!("{}{}", table::Table::of(&measured), bar::table(&measured));
        if let Some(path) = &self.plot {
            let written = std::fs::write(path, plot::cost_per_turn(&measured)?);
            written.map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
        let same = measured.all_same();
        Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn wants(&self, program: &Program) -> bool {
        self.programs.is_empty() || self.programs.iter().any(|name| name == program.name)
    }
}
