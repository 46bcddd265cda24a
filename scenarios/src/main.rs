//! The command line over the ready scenarios.

use std::process::ExitCode;

use rehearsal_scenarios::SCENARIOS;

fn main() -> ExitCode {
    rehearsal_cli::main(SCENARIOS)
}
