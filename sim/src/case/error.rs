//! Why a case cannot be read or written: what, where, and the mend.

use std::path::PathBuf;

use super::file::FORMAT;

/// A case that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file cannot be read.
    #[error("cannot read the case {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no case.
    #[error(
        "{path} is not a case file{place}: {what}\n  a case is a TOML file that `fuzz` wrote; it may be cut off, or edited wrongly"
    )]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// The line, if it is known.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// The file is of another version.
    #[error(
        "{path} has format {found}, and this build reads formats up to {FORMAT}: use the version of the tool that wrote it ({tool})"
    )]
    Format {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The version of the tool that wrote it.
        tool: String,
    },
    /// The case names something that this build does not have.
    #[error("{path} names the {kind} `{name}`, which this build does not have{mend}")]
    Unknown {
        /// Which file.
        path: PathBuf,
        /// A scenario, variant or profile.
        kind: &'static str,
        /// The name.
        name: String,
        /// The nearest known name.
        mend: String,
    },
    /// The file cannot be written.
    #[error("cannot write the case {path}: {source}\n  choose another folder with --out")]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
