//! One measurement of a program.

use std::path::{Path, PathBuf};
use std::process::Command;

use regex_lite::Regex;

use crate::programs::{Profile, Program};

/// One case of a program.
pub struct Case {
    /// The name of the program.
    pub program: &'static str,
    /// Its name in tables.
    pub name: String,
    /// The program, as it was built for this case.
    pub binary: PathBuf,
    /// What the program calls it.
    called: String,
    also: Option<&'static Also>,
}

/// A case that is measured once more, under other circumstances.
struct Also {
    program: &'static str,
    case: &'static str,
    size: u32,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// With the peer's own event trace formatted and thrown away.
    Traced,
    /// Built with the dev profile.
    Dev,
}

const fn traced(program: &'static str, case: &'static str) -> Also {
    Also { program, case, size: 100, how: How::Traced }
}

const fn dev(program: &'static str, case: &'static str, size: u32) -> Also {
    Also { program, case, size, how: How::Dev }
}

static ALSO: [Also; 10] = [
    traced("madsim", "w2_bytes"),
    traced("turmoil", "w2_udp"),
    dev("rehearsal", "w3", 10_000),
    dev("rehearsal", "w3_kept", 10_000),
    dev("limit", "w3_a_sorted", 20_000),
    dev("limit", "w3_h_sorted_all", 20_000),
    dev("madsim", "w3_tiny", 500),
    dev("turmoil", "w3_tiny", 200),
    dev("shuttle", "w3_tiny", 1_000),
    dev("stateright", "w3_tiny", 1_000),
];

/// Builds a program and gives its cases that match; `also` those under other circumstances.
///
/// # Errors
///
/// If it does not build, in words.
pub fn cases_of(program: &'static Program, wanted: &Regex, also: bool) -> Result<Vec<Case>, String> {
    let binary = program.built(Profile::Release)?;
    let mut cases = Vec::new();
    for called in listed(&binary)? {
        let name = called.clone();
        cases.push(Case { program: program.name, name, binary: binary.clone(), called, also: None });
    }
    for other in ALSO.iter().filter(|other| also && other.program == program.name) {
        let (name, binary) = match other.how {
            How::Traced => (format!("{}_traced", other.case), binary.clone()),
            How::Dev => (format!("{}_dev", other.case), PathBuf::new()),
        };
        cases.push(Case {
            program: program.name,
            name,
            binary,
            called: other.case.to_owned(),
            also: Some(other),
        });
    }
    cases.retain(|case| wanted.is_match(&case.name));
    let mut in_dev = cases.iter_mut().filter(|case| case.is_dev()).peekable();
    if in_dev.peek().is_some() {
        let binary = program.built(Profile::Dev)?;
        in_dev.for_each(|case| case.binary.clone_from(&binary));
    }
    Ok(cases)
}

fn listed(binary: &Path) -> Result<Vec<String>, String> {
    let listed = Command::new(binary).arg("list").output();
    let listed = listed.map_err(|error| format!("{} does not start: {error}", binary.display()))?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect())
}

impl Case {
    /// The command that runs it in its usual size, pinned to a CPU if it needs only one.
    pub fn command(&self, cpu: Option<u32>) -> Command {
        let mut command = match cpu.filter(|_| !self.name.contains(ON_MANY_CORES)) {
            Some(cpu) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["-c", &cpu.to_string()]).arg(&self.binary);
                pinned
            }
            None => Command::new(&self.binary),
        };
        command.arg(&self.called);
        if let Some(also) = self.also {
            command.arg(also.size.to_string());
            if also.how == How::Traced {
                command.env("TRACE", "1");
            }
        }
        command
    }

    /// The command that runs it in its short form.
    pub fn short(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.args([&*self.called, "short"]);
        command
    }

    fn is_dev(&self) -> bool {
        self.also.is_some_and(|also| also.how == How::Dev)
    }
}

/// What the names of cases have in them that use more than one core.
const ON_MANY_CORES: &str = "_2threads";
