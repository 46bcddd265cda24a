//! The lease lock as three processes on loopback, started by one command:
//!
//! ```sh
//! cargo run -p rehearsal-scenarios-locks --example lease -- --rounds 5 --kill 3
//! ```
//!
//! The lock and what it protects are on the node `db`, two clients on nodes of their own. Each node has a disk and a log of its facts in a
//! folder. `--kill N` kills a random node N times while they run, as `kill -9` does, and starts it again. In the end the command is shown that
//! judges what happened by the invariants of the scenario `lease`.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a program that runs for real, in real time: nothing here is simulated"
)]

#[path = "../../../examples/screen/mod.rs"]
mod screen;

mod part;
mod troupe;

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use part::{NODES, Part};
use screen::Screen;
use troupe::Troupe;

const HELP: &str = "\
options
  --rounds N      how often each client takes the lock; 5 if not given
  --writes N      how often it writes each time; 4 if not given
  --kill N        kill a random node N times, and start it again
  --seconds N     stop after this time at the latest; 120 if not given
  --folder DIR    where disks and facts go; a new folder if not given";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [node, part] if node == "--node" => part.parse().and_then(|part: Part| {
            Screen::show(&part.node);
            part.play()
        }),
        words => Options::of(words).and_then(|options| options.perform()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    rounds: u32,
    writes: u32,
    kills: u32,
    time: Duration,
    folder: PathBuf,
}

impl Options {
    fn of(words: &[String]) -> Result<Self, Box<dyn Error>> {
        let folder = std::env::temp_dir().join(format!("rehearsal-lease-{}", std::process::id()));
        let mut options = Self { rounds: 5, writes: 4, kills: 0, time: Duration::from_secs(120), folder };
        for pair in words.chunks(2) {
            let [name, value] = pair else { return Err(HELP.into()) };
            match name.as_str() {
                "--rounds" => options.rounds = value.parse()?,
                "--writes" => options.writes = value.parse()?,
                "--kill" => options.kills = value.parse()?,
                "--seconds" => options.time = Duration::from_secs(value.parse()?),
                "--folder" => options.folder = value.into(),
                other => return Err(format!("there is no option `{other}`\n{HELP}").into()),
            }
        }
        Ok(options)
    }

    fn perform(&self) -> Result<(), Box<dyn Error>> {
        std::fs::create_dir_all(&self.folder)?;
        let program = std::env::current_exe()?;
        let command = |part: &Part| {
            let mut command = Command::new(&program);
            command.args(["--node", &part.to_string()]);
            command
        };
        let mut troupe = Troupe::start(&self.folder, self.rounds, self.writes, command)?;
        for kill in 1..=self.kills {
            std::thread::sleep(Duration::from_millis(50 + below(400)));
            let node = below(NODES.len() as u64) as usize;
            println!("kill {kill} of {}: {}", self.kills, NODES[node]);
            troupe.kill(node)?;
            std::thread::sleep(Duration::from_millis(below(100)));
            troupe.restart(node)?;
        }
        if troupe.finished(self.time)? {
            troupe.stop()?;
            println!("all clients have finished, and all nodes have stopped in good order");
        } else {
            drop(troupe); // What is owed is judged only if a log is closed: these stay open.
            println!("the time is over: the nodes were killed, so their logs are open");
        }
        println!("judge what they did with\n  rehearse check lease {}", glob(&self.folder));
        Ok(())
    }
}

fn glob(folder: &Path) -> String {
    folder.join("*.jsonl").display().to_string()
}

/// A random number below `bound`.
fn below(bound: u64) -> u64 {
    RandomState::new().hash_one(()) % bound
}
