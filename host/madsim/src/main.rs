//! The command line over the ready scenarios, with the stage `madsim`.

use std::process::ExitCode;

use rehearsal_scenarios::SCENARIOS;

fn main() -> ExitCode {
    rehearsal_cli::main_on(SCENARIOS, rehearsal_madsim::STAGES)
}
