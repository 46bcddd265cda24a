//! What can be typed for `score`, `doctor` and `explore`.

use std::path::PathBuf;

use clap::Args;
use rehearsal::case::shrink::BUDGET;
use rehearsal::states::Network;

use super::Patience;

#[derive(Args, Debug)]
pub(crate) struct Score {
    /// The scenarios; all that take part in campaigns if none is named
    pub(crate) scenarios: Vec<String>,
    /// How often each search starts over, with other seeds
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) repetitions: u16,
    /// After how many runs a repetition gives up
    #[arg(long, value_name = "RUNS", default_value_t = 2_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..1 << 32))]
    pub(crate) budget: u64,
    /// Do not shrink what is found; deviations are then not counted
    #[arg(long)]
    pub(crate) no_shrink: bool,
    /// How many runs shrinking one find may take
    #[arg(long, value_name = "RUNS", default_value_t = BUDGET, conflicts_with = "no_shrink")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) shrink_budget: u32,
    /// Put a table for each scenario into this document, in place of the one that is there
    #[arg(long, value_name = "FILE", conflicts_with = "no_shrink")]
    pub(crate) markdown: Option<PathBuf>,
}

pub(crate) const SCORE_EXAMPLES: &str = "\
Examples:
  rehearse score                                 every planted bug, by every strategy
  rehearse score session --variant lost-wakeup --repetitions 100
  rehearse score --strategy pct                  only this one, beside plain draws
  rehearse score --strategy portfolio --markdown README.md

Runs go one after another on one core, so that seconds can be compared. The picture is
DIR/score.svg in the folder of --out. The exit code is 1 if a planted bug was not
found, or broke another invariant than its own first.";

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// The scenarios; all that take part in campaigns if none is named
    pub(crate) scenarios: Vec<String>,
    /// How many seeds of each scenario are run in both processes
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) seeds: u16,
    /// Be the other process: run other seeds, then these, and print their hashes
    #[arg(long, hide = true)]
    pub(crate) second_pass: bool,
    /// Be the other process: print the events of this one seed
    #[arg(long, hide = true, value_parser = crate::seed::parse)]
    pub(crate) events_of: Option<u64>,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

pub(crate) const DOCTOR_EXAMPLES: &str = "\
Examples:
  rehearse doctor                   is every run a function of its seed?
  rehearse doctor session --seeds 1000

Each seed is run in this process and in another one that ran other seeds before. If their
traces differ, the first event and the first choice in which they do are named, and the
exit code is 3.";

#[derive(Args, Debug)]
pub(crate) struct Explore {
    /// The scenario; a small one, for runs grow with the power of --deviations
    pub(crate) scenario: String,
    /// Every run with at most so many deviations from the dull run
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=8))]
    pub(crate) deviations: u32,
    /// After how many runs it gives up; with --states, after how many states
    #[arg(long, value_name = "RUNS", default_value_t = 10_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) budget: u64,
    /// Stop at the first violation
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Go on from states that were seen before, too: what comes of them is known, so this only takes longer
    #[arg(long, conflicts_with = "clockless")]
    pub(crate) no_pruning: bool,
    /// Instead, all orders of the events, with dull choices and without a clock
    #[arg(long, group = "clockless", conflicts_with_all = ["deviations", "fail_fast"])]
    pub(crate) interleavings: bool,
    #[command(flatten)]
    pub(crate) orders: Orders,
    #[command(flatten)]
    pub(crate) reach: Reach,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// How far all orders of events are tried.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Orders {
    /// With --interleavings: after how many events a run is cut off, 60 by default; with --states: how many steps it goes
    #[arg(long, value_name = "EVENTS", requires = "clockless")]
    pub(crate) depth: Option<u32>,
    /// With --interleavings: orders that lead to the same outcome, too
    #[arg(long, requires = "interleavings")]
    pub(crate) no_reduction: bool,
}

/// Whether states are searched, and how.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Instead, every state that some order of events leads to, without a clock: each is looked at once
    #[arg(long, group = "clockless", conflicts_with = "deviations")]
    pub(crate) states: bool,
    /// With --states: how messages travel, `once`, `in-order` or `kept`
    #[arg(long, value_name = "NETWORK", default_value_t = Network::Once, requires = "states")]
    pub(crate) network: Network,
    /// With --states: how many workers; one on each core by default
    #[arg(long, value_name = "N", requires = "states", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

pub(crate) const EXPLORE_EXAMPLES: &str = "\
Examples:
  rehearse explore session-small --deviations 2
  rehearse explore session-small --variant stored-interrupt --fail-fast
  rehearse explore session --faults lossy --deviations 1
  rehearse explore commit --variant late-vote --interleavings --depth 12
  rehearse explore commit --variant late-vote --states --depth 12

Runs come in the order of the number of their deviations, so the first violation is one
of the smallest. Each choice offers the entries of its menu, each with a representative
or a few for where inside it. A run ends where it comes into a state that was seen before
with as many deviations left: what comes of it is known. States are equal if actors,
mailboxes, disks, nodes, links, pending events, time and what monitors remember are the
same (by a fingerprint of 128 bits). Nothing else is left out but for the budget, --fail-fast
and Ctrl-C, and the last line says so.";
