//! What is built, and how.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One program that measures.
pub struct Program {
    /// What its rows are called.
    pub name: &'static str,
    package: &'static str,
    /// A cfg that changes its whole build, so that it is a workspace of its own.
    cfg: Option<&'static str>,
}

/// All of them; ours and the limit first.
pub static PROGRAMS: &[Program] = &[
    Program { name: "rehearsal", package: "rehearsal-bench", cfg: None },
    Program { name: "limit", package: "limit", cfg: None },
    Program { name: "madsim", package: "madsim-bench", cfg: Some("madsim") },
    Program { name: "turmoil", package: "turmoil-bench", cfg: None },
    Program { name: "shuttle", package: "shuttle-bench", cfg: None },
    Program { name: "stateright", package: "stateright-bench", cfg: None },
    Program { name: "live", package: "live-bench", cfg: None },
];

/// The names of all programs.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().map(|program| program.name)
}

/// A cargo profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Optimised.
    Release,
    /// That of a user's `cargo test`.
    Dev,
}

impl Program {
    /// Builds it; one package at a time, so that none has another's features. Gives the binary.
    ///
    /// # Errors
    ///
    /// In words.
    pub fn built(&self, profile: Profile) -> Result<PathBuf, String> {
        let (profile, folder) = match profile {
            Profile::Release => ("release", "release"),
            Profile::Dev => ("dev", "debug"),
        };
        let above =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above this package");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| above.join("target"), PathBuf::from);
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--profile", profile, "--package", self.package]);
        let target = match self.cfg {
            None => {
                cargo.current_dir(above);
                target
            }
            Some(cfg) => {
                cargo.current_dir(above.join(self.package)).env("RUSTFLAGS", format!("--cfg {cfg}"));
                target.join(cfg)
            }
        };
        eprintln!("builds {} ({profile})", self.name);
        let status = cargo.env("CARGO_TARGET_DIR", &target).status();
        let status = status.map_err(|error| format!("cargo does not start: {error}"))?;
        if !status.success() {
            return Err(format!("{} does not build; see above", self.package));
        }
        Ok(target.join(folder).join(self.package))
    }
}
