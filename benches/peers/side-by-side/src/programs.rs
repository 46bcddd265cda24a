//! What is built, and how.

use std::path::{Path, PathBuf};
use std::process::Command;

use regex_lite::Regex;

/// One program that measures.
pub struct Program {
    /// What its rows are called.
    pub name: &'static str,
    package: &'static str,
    build: Build,
}

#[derive(Clone, Copy)]
enum Build {
    /// With the release profile.
    Release,
    /// With the release profile in a workspace of its own, with this cfg.
    Cfg(&'static str),
}

/// All of them; ours and the limit first.
pub static PROGRAMS: &[Program] = &[
    Program { name: "rehearsal", package: "rehearsal-bench", build: Build::Release },
    Program { name: "limit", package: "limit", build: Build::Release },
    Program { name: "madsim", package: "madsim-bench", build: Build::Cfg("madsim") },
    Program { name: "turmoil", package: "turmoil-bench", build: Build::Release },
    Program { name: "shuttle", package: "shuttle-bench", build: Build::Release },
    Program { name: "stateright", package: "stateright-bench", build: Build::Release },
    Program { name: "live", package: "live-bench", build: Build::Release },
];

/// The names of all programs.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().map(|program| program.name)
}

/// A program that can be run.
pub struct Built {
    program: &'static Program,
    binary: PathBuf,
}

/// One case of a program.
pub struct Case {
    /// The name of the program.
    pub program: &'static str,
    /// The name of the case.
    pub name: String,
    binary: PathBuf,
    /// Whether the peer's own event trace is formatted and thrown away.
    traced: bool,
}

impl Program {
    /// Builds it; one package at a time, so that none has another's features.
    ///
    /// # Errors
    ///
    /// In words.
    pub fn built(&'static self) -> Result<Built, String> {
        let workspace =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above this package");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--release", "--package", self.package]);
        let target = match self.build {
            Build::Release => {
                cargo.current_dir(workspace);
                target
            }
            Build::Cfg(cfg) => {
                cargo.current_dir(workspace.join(self.package)).env("RUSTFLAGS", format!("--cfg {cfg}"));
                target.join(cfg)
            }
        };
        eprintln!("builds {}", self.name);
        let status = cargo.env("CARGO_TARGET_DIR", &target).status();
        let status = status.map_err(|error| format!("cargo does not start: {error}"))?;
        if !status.success() {
            return Err(format!("{} does not build; see above", self.package));
        }
        Ok(Built { program: self, binary: target.join("release").join(self.package) })
    }
}

impl Built {
    /// Its cases that match.
    pub fn cases(&self, wanted: &Regex) -> Vec<Case> {
        let listed = Command::new(&self.binary).arg("list").output();
        let listed =
            listed.unwrap_or_else(|error| panic!("{} was just built: {error}", self.binary.display()));
        let names = String::from_utf8(listed.stdout).expect("names are text");
        let case = |name: &str, traced| Case {
            program: self.program.name,
            name: if traced { format!("{name}_traced") } else { name.to_owned() },
            binary: self.binary.clone(),
            traced,
        };
        let all = names.lines().flat_map(|name| {
            let plain = case(name, false);
            [plain].into_iter().chain(TRACED.contains(&name).then(|| case(name, true)))
        });
        all.filter(|case| wanted.is_match(&case.name)).collect()
    }
}

/// The cases that are measured with the peer's own event trace, too.
const TRACED: [&str; 2] = ["w2_bytes", "w2_udp"];

impl Case {
    /// The command that runs it, pinned to a CPU where it needs only one.
    pub fn command(&self, cpu: Option<u32>) -> Command {
        let bare = self.name.trim_end_matches("_traced");
        let many_threads = self.name.contains("_2threads");
        let mut command = match cpu.filter(|_| !many_threads) {
            Some(cpu) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["-c", &cpu.to_string()]).arg(&self.binary);
                pinned
            }
            None => Command::new(&self.binary),
        };
        command.arg(bare);
        if self.traced {
            command.arg("100").env("TRACE", "1");
        }
        command
    }
}
