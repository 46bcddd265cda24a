//! What can be typed.

mod search;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rehearsal::Profile;
use rehearsal::case::shrink::BUDGET;
use rehearsal::fault::PROFILES;
use rehearsal::search::{STRATEGIES, Strategy};

use crate::seed::Seeds;
use crate::{seed, span};
use search::{DOCTOR_EXAMPLES, EXPLORE_EXAMPLES, SCORE_EXAMPLES};
pub(crate) use search::{Doctor, Explore, Score};

/// Rehearses actor protocols: seeded runs under faults, judged by invariants.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing is wrong
  1  a property failed, a goal was not reached, or a replay did not reproduce
  2  bad usage or bad input: the text says what, where and the mend
  3  the tool itself failed";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show scenarios with their invariants, goals, variants and fault profiles
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
    /// Run a scenario once, from one seed
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Run a campaign: many seeds, one verdict; each new failure is written as a case
    #[command(after_help = FUZZ_EXAMPLES)]
    Fuzz(Fuzz),
    /// Run a case again and tell whether it is the same run
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Replay),
    /// Make a case smaller: the fewest deviations that still show the same failure
    #[command(after_help = SHRINK_EXAMPLES)]
    Shrink(Shrink),
    /// Tell what had to go wrong: the choices that are needed, when it became likely, and the few events that matter
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Make every run that has at most a few deviations from the dull run
    #[command(after_help = EXPLORE_EXAMPLES)]
    Explore(Explore),
    /// Find planted bugs by each search strategy, and tell how soon
    #[command(after_help = SCORE_EXAMPLES)]
    Score(Score),
    /// Run the same seeds under several policies, and tell the differences
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Compare),
    /// Judge logs of facts that real nodes wrote, by the monitors of a scenario
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Tell whether runs are a function of their seeds, and what the machine has
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor(Doctor),
}

const LIST_EXAMPLES: &str = "\
Examples:
  rehearse list             all scenarios
  rehearse list session     everything about one
  rehearse list --json";

const RUN_EXAMPLES: &str = "\
Examples:
  rehearse run session                                  seed 0x0 under chaos
  rehearse run session --faults lossy --seed 0x1f
  rehearse run session --seed 0x1f --trace run.jsonl    keep every event
  rehearse run session --trace run.html --format html   a page to walk through it";

const FUZZ_EXAMPLES: &str = "\
Examples:
  rehearse fuzz                                  every scenario, 10 seconds each
  rehearse fuzz session --seeds 100000
  rehearse fuzz session --seeds 0x100..0x200     the end is not part of it
  rehearse fuzz session --strategy pct           only one of the portfolio's strategies
  rehearse fuzz --time 5m --junit junit.xml --html report.html
  rehearse fuzz session --seeds 5000000 --resume     the same options, after Ctrl-C or a crash

Ctrl-C ends the campaign in order: what was found is kept and the summary printed.
Press it again to kill.";

const REPLAY_EXAMPLES: &str = "\
Examples:
  rehearse replay target/rehearsal/cases/session-int-1-5f0c2a11.toml
  rehearse replay CASE --tolerant
  rehearse replay CASE --until 120 --inspect /runtime/gateway
  rehearse replay CASE --html run.html          walk through it in a browser

A replay is strict: the same failure and the same trace hash. If so, the exit code is
0 although the case shows a failure, for what was asked for holds; if not, it is 1.
With --tolerant the same failure is enough: a case survives edits that do not concern it.";

const SHRINK_EXAMPLES: &str = "\
Examples:
  rehearse shrink target/rehearsal/cases/session-int-1-5f0c2a11.toml
  rehearse shrink CASE --budget 20000

The smaller case takes the place of the old one, whose run can be had again from its
seed. If nothing can be left out, or the case does not fail as it says, the file
stays as it is.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  rehearse explain target/rehearsal/cases/session-int-1-5f0c2a11.toml
  rehearse explain CASE --diff                  beside the nearest run that passes
  rehearse explain CASE --mermaid why.mmd       the diagram, for a document or an issue
  rehearse explain CASE --html why.html         all of it, and the run to walk through

A case that is not shrunk is shrunk first; its file stays as it is.";

const COMPARE_EXAMPLES: &str = "\
Examples:
  rehearse compare pipeline                                         all of its policies
  rehearse compare pipeline --policies one-for-one,rest-for-one --seeds 2000
  rehearse compare pipeline --policies one-for-one,rest-for-one --seeds 0x1f..0x20   a seed that swings
  rehearse compare pipeline --policies backoff,own.toml                 a policy of your own: scenarios/services/docs/policies.md
  rehearse compare pipeline --csv differences.csv --html compare.html
  rehearse compare pipeline --html compare.html --pareto \"availability,restarts\"

All policies have the same weather: arrivals, latencies and faults of a seed are the same for each. An
interval has 95 % of the bootstrap over seeds; beside it stands how wide it would be with seeds of their own.";

const CHECK_EXAMPLES: &str = "\
Examples:
  rehearse check lease facts/store.jsonl facts/alice.jsonl facts/bob.jsonl
  rehearse run session --stage tokio --facts session.jsonl && rehearse check session session.jsonl

The logs of several nodes are put together by their vector clocks. Where facts have an order
that no message gives them, several orders are tried; if the verdict depends on it, or a log is
missing or not closed, the verdict is presumptive, and the text says why.";

/// The options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// Print one JSON document on stdout, everything else on stderr
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The seed, or the first one of a campaign; hex as 0x1f, or decimal
    #[arg(long, global = true, value_name = "SEED", value_parser = seed::parse)]
    pub(crate) seed: Option<u64>,
    /// The planted bug
    #[arg(long, global = true, value_name = "VARIANT")]
    pub(crate) variant: Option<String>,
    /// Another size of the scenario, as clients=5; `list SCENARIO` shows what can be set
    #[arg(long, global = true, value_name = "NAME=NUMBER", value_parser = setting)]
    pub(crate) set: Vec<(String, u32)>,
    /// The design alternative: a name that `list SCENARIO` shows, or a TOML file
    #[arg(long, global = true, value_name = "POLICY")]
    pub(crate) policy: Option<String>,
    /// Where actors run: `world`, simulated, or `tokio`, for real; `madsim` in a build of its own
    #[arg(long, global = true, value_name = "STAGE")]
    pub(crate) stage: Option<String>,
    /// The profile of faults; that of the scenario by default, which is chaos for most
    #[arg(long, global = true, value_name = "PROFILE", hide_possible_values = true, value_parser = profile())]
    pub(crate) faults: Option<&'static Profile>,
    /// The search strategy, how choices are filled in; `portfolio` by default in `fuzz`, `random` for a single seed
    #[arg(long, global = true, value_name = "STRATEGY", hide_possible_values = true, value_parser = strategy())]
    pub(crate) strategy: Option<&'static Strategy>,
    /// The folder to write to; cases go to DIR/cases
    #[arg(long, global = true, value_name = "DIR", default_value = "target/rehearsal")]
    pub(crate) out: PathBuf,
}

impl Common {
    /// The profile of faults for planted bugs: the harshest if none was typed.
    pub(crate) fn profile(&self) -> &'static Profile {
        self.faults.unwrap_or(&Profile::CHAOS)
    }

    /// The folder of cases.
    pub(crate) fn cases(&self) -> PathBuf {
        self.out.join("cases")
    }
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Show everything about this scenario
    pub(crate) scenario: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The scenario; `list` shows all
    pub(crate) scenario: String,
    /// Write the facts of the run to this file, in the format that `check` reads
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<PathBuf>,
    /// Write the trace, every event of the run, to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// The format of the trace
    #[arg(long, requires = "trace", default_value = "jsonl")]
    pub(crate) format: TraceFormat,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// The formats of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// JSON Lines; its keys are in sim/docs/trace.md
    Jsonl,
    /// Vector clocks, for ShiViz
    Shiviz,
    /// The Trace Event Format, for Perfetto and Chrome
    Perfetto,
    /// A sequence diagram of the whole run: for short ones
    Mermaid,
    /// A page to walk through the run, with the states of its actors
    Html,
}

#[derive(Args, Debug)]
pub(crate) struct Fuzz {
    /// The scenarios; all that take part in campaigns if none is named
    pub(crate) scenarios: Vec<String>,
    /// How many seeds for each scenario, as N or A..B
    #[arg(long, value_name = "N|A..B", value_parser = seed::parse_seeds)]
    pub(crate) seeds: Option<Seeds>,
    /// How long in all; 10s for each scenario if neither this nor --seeds is given
    #[arg(long, value_name = "TIME", value_parser = span::parse)]
    pub(crate) time: Option<Duration>,
    /// How many runs at the same time; one on each core by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// End with the first failure
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Keep failures as they were found
    #[arg(long)]
    pub(crate) no_shrink: bool,
    /// How many runs shrinking one failure may take
    #[arg(long, value_name = "RUNS", default_value_t = BUDGET, conflicts_with = "no_shrink")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) shrink_budget: u32,
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write a SARIF 2.1.0 report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Write a page with everything that was found, each failing run to walk through
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Go on with an interrupted campaign of the same seeds, from the last seed that is done
    #[arg(long, conflicts_with = "fail_fast")]
    pub(crate) resume: bool,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// The scenario; `list SCENARIO` shows its policies
    pub(crate) scenario: String,
    /// The policies, at least two; all of the scenario by default
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) policies: Vec<String>,
    /// How many seeds, as N or A..B
    #[arg(long, value_name = "N|A..B", default_value = "1000", value_parser = seed::parse_seeds)]
    pub(crate) seeds: Seeds,
    /// How many runs at the same time; one on each core by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Write the differences to this file, one line for each pair and metric
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write a page with plots: differences, distributions, two metrics against each other, one seed under each policy
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The two metrics that the page sets against each other; the first and the last by default
    #[arg(long, value_name = "METRIC,METRIC", value_delimiter = ',', requires = "html")]
    pub(crate) pareto: Vec<String>,
    /// The seed that the page shows under each policy; the one that swings most by default
    #[arg(long, value_name = "SEED", value_parser = seed::parse, requires = "html")]
    pub(crate) timeline: Option<u64>,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The scenario whose monitors judge; `list` shows all
    pub(crate) scenario: String,
    /// The logs: one of all nodes, or one of each
    #[arg(required = true, value_name = "FACTS.jsonl")]
    pub(crate) logs: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// The case: a file that `fuzz` or `run` wrote
    pub(crate) case: PathBuf,
    /// Take it for reproduced if the same failure comes, whatever else differs, and say where
    #[arg(long)]
    pub(crate) tolerant: bool,
    /// Stop before this event, to look at the actors there
    #[arg(long, value_name = "EVENT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) until: Option<u64>,
    /// Show the state of this actor, at the end or at --until
    #[arg(long, value_name = "ACTOR")]
    pub(crate) inspect: Option<String>,
    /// Write a page to walk through the run, with the states of its actors
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

#[derive(Args, Debug)]
pub(crate) struct Shrink {
    /// The case: a file that `fuzz` or `run` wrote
    pub(crate) case: PathBuf,
    /// How many runs it may take
    #[arg(long, value_name = "RUNS", default_value_t = BUDGET, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The case: a file that `fuzz` or `run` wrote
    pub(crate) case: PathBuf,
    /// Show the nearest run that passes beside it, from where the two part
    #[arg(long)]
    pub(crate) diff: bool,
    /// Write the sequence diagram to this file, in Mermaid's language
    #[arg(long, value_name = "FILE")]
    pub(crate) mermaid: Option<PathBuf>,
    /// Write a page with the explanation and the run to walk through
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// How long a turn may take.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long one turn may take before its actor counts as stuck
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = span::parse)]
    pub(crate) turn_limit: Duration,
}

fn profile() -> impl clap::builder::TypedValueParser<Value = &'static Profile> {
    let values = PROFILES.iter().map(|profile| PossibleValue::new(profile.name).help(profile.sentence));
    PossibleValuesParser::new(values).try_map(|name| Profile::named(&name).ok_or("no such profile"))
}

fn setting(text: &str) -> Result<(String, u32), String> {
    let wrong = || format!("`{text}` sets nothing; write a name and a whole number, as clients=5");
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok((name.to_owned(), value.parse().map_err(|_| wrong())?))
}

fn strategy() -> impl clap::builder::TypedValueParser<Value = &'static Strategy> {
    let values = STRATEGIES.iter().map(|strategy| PossibleValue::new(strategy.name).help(strategy.sentence));
    PossibleValuesParser::new(values).try_map(|name| Strategy::named(&name).ok_or("no such strategy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
