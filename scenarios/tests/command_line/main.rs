//! The command line from outside: what it prints, what it writes, and how it ends.

mod campaigns;
mod cases;
mod comparisons;
mod doctors;
mod documents;
mod exams;
mod explained;
mod explorations;
mod mistakes;
mod pages;
mod policies;
mod shrunk;
mod texts;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, in which the binary is called.
struct Place(TempDir);

/// What a call printed, and how it ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Calls `rehearse` with arguments that have no spaces in them.
    fn rehearse(&self, arguments: &str) -> Ended {
        let output = self.command(arguments).output().unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The path of a case of the canary, which always fails.
    fn case(&self) -> PathBuf {
        let document = self.rehearse("run canary --json").document();
        self.path(document["case"].as_str().expect("a failed run writes a case"))
    }

    fn replay(&self, case: &Path, more: &str) -> Ended {
        self.rehearse(&format!("replay {} {more}", case.display()))
    }
}

impl Ended {
    fn code(&self) -> i32 {
        self.code.unwrap_or_else(|| panic!("ended by a signal: {self:?}"))
    }

    /// The one document on stdout.
    fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that nothing was done because of a mistake, and gives the text that says so.
    #[track_caller]
    fn refused(&self) -> &str {
        assert_eq!(self.code(), 2, "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        assert_eq!(self.out, "", "nothing is run");
        &self.err
    }
}
