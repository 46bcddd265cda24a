//! What was wrong, where, and the mend.

use std::io;
use std::path::PathBuf;

use rehearsal::campaign::Unfinished;
use rehearsal::case::CaseError;
use rehearsal_reports::Subject;

/// Why a command did nothing, or not all that was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A name that nothing has.
    #[error("{what} `{name}`{near}\n  {mend}")]
    Unknown {
        /// "there is no scenario".
        what: String,
        name: String,
        near: String,
        mend: String,
    },
    /// Options that do not go together, or ask for what there is not.
    #[error("{0}")]
    Usage(String),
    /// A case that cannot be read or written.
    #[error("{0}")]
    Case(#[from] CaseError),
    /// A folder that cannot be written to.
    #[error("cannot write to the folder {path}: {source}\n  choose another one with --out DIR")]
    Folder { path: PathBuf, source: io::Error },
    /// A file that cannot be written.
    #[error("cannot write {path}, given with {option}: {source}\n  choose another file")]
    File { path: PathBuf, option: &'static str, source: io::Error },
    /// Stdout cannot be written to.
    #[error("cannot write the result to stdout: {0}\n  send it somewhere else")]
    Stdout(io::Error),
    /// The same seed gave two different runs.
    #[error(
        "{0}\n  something in the scenario or the tool is not a function of the seed; no result can be trusted until it is found"
    )]
    Nondeterminism(String),
    /// The tool itself failed.
    #[error("rehearsal itself failed: {0}\n  this is a bug worth reporting")]
    Tool(String),
}

impl Error {
    /// The error for a name that nothing has, with the nearest that something has.
    pub(crate) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        mend: String,
    ) -> Self {
        let near = rehearsal::nearest::nearest(name, known);
        let near = near.map_or(String::new(), |near| format!("; the nearest is `{near}`"));
        Self::Unknown { what: what.to_owned(), name: name.to_owned(), near, mend }
    }
}

/// Why a search has no end.
pub(crate) fn not_over(subject: &Subject, unfinished: Unfinished) -> Error {
    match unfinished {
        Unfinished::Died(why) => Error::Tool(why),
        Unfinished::Stuck(stuck) => Error::Usage(format!(
            "{} of {} did not return from its turn for {:?}, so not every run has an end\n  mend its loop first; `fuzz` tells in which seed it is",
            stuck.actor,
            subject.title(),
            stuck.after
        )),
    }
}
