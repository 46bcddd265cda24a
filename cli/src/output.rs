//! Stdout, stderr, and files that are whole or not there.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use rehearsal_reports::terminal::{BAD, Screen};
use serde::Serialize;

use crate::error::Error;

/// Where results go: to a person, or as one JSON document to a script.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// A result for the person at the screen; nothing if a document is asked for.
    pub(crate) fn answer(self, draw: impl FnOnce(&mut Screen<'_>) -> io::Result<()>) -> Result<(), Error> {
        if self.json { Ok(()) } else { on_stdout(draw) }
    }

    /// What is said on the way: beside the results, or on stderr if those are a document.
    pub(crate) fn note(self, draw: impl FnOnce(&mut Screen<'_>) -> io::Result<()>) -> Result<(), Error> {
        if self.json {
            on_stderr(draw);
            return Ok(());
        }
        on_stdout(draw)
    }

    /// The one document, if it is asked for.
    pub(crate) fn document<T: Serialize>(self, make: impl FnOnce() -> T) -> Result<(), Error> {
        if !self.json {
            return Ok(());
        }
        let mut text =
            serde_json::to_string_pretty(&make()).map_err(|error| Error::Tool(error.to_string()))?;
        text.push('\n');
        let mut out = io::stdout().lock();
        forgiving(out.write_all(text.as_bytes()).and_then(|()| out.flush())).map_err(Error::Stdout)
    }
}

/// Draws on stdout.
fn on_stdout(draw: impl FnOnce(&mut Screen<'_>) -> io::Result<()>) -> Result<(), Error> {
    let width = width(io::stdout().is_terminal(), terminal_size::terminal_size_of(io::stdout()));
    let mut out = BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()));
    let drawn = draw(&mut Screen::new(&mut out, width)).and_then(|()| out.flush());
    if drawn.is_err() {
        // What is still in the buffer cannot be written either, and dropping it would try.
        let _ = out.into_parts();
    }
    forgiving(drawn).map_err(Error::Stdout)
}

/// Draws on stderr; if that fails there is nobody left to tell.
pub(crate) fn on_stderr(draw: impl FnOnce(&mut Screen<'_>) -> io::Result<()>) {
    let width = width(io::stderr().is_terminal(), terminal_size::terminal_size_of(io::stderr()));
    let mut bytes = Vec::new();
    if draw(&mut Screen::new(&mut bytes, width)).is_ok() {
        let _ = anstream::stderr().lock().write_all(&bytes);
    }
}

/// Says what was wrong.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} {text}");
}

fn width(is_terminal: bool, size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.filter(|_| is_terminal).map(|(width, _)| usize::from(width.0))
}

/// A reader that has seen enough is no error.
fn forgiving(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Makes sure that a folder can be written to, before anything is run.
pub(crate) fn probe(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::Folder { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    File::create(&probe).and_then(|_| fs::remove_file(&probe)).map_err(failed)
}

/// A file that is written at the end, all of it or nothing, but whose place is made sure of at the beginning.
pub(crate) struct WholeFile {
    path: PathBuf,
    option: &'static str,
    /// `None` if the path is no plain file, as `/dev/stdout`, and is written to directly.
    unfinished: Option<PathBuf>,
    file: File,
}

impl WholeFile {
    /// Makes sure that the file can be written.
    pub(crate) fn open(path: &Path, option: &'static str) -> Result<Self, Error> {
        let failed = |source| Error::File { path: path.to_owned(), option, source };
        let special = fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
        if special {
            let file = File::options().write(true).open(path).map_err(failed)?;
            return Ok(Self { path: path.to_owned(), option, unfinished: None, file });
        }
        if path.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        let Some(name) = path.file_name() else { return Err(failed(ErrorKind::InvalidFilename.into())) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut unfinished = name.to_owned();
        unfinished.push(format!(".{}.part", std::process::id()));
        let unfinished = path.with_file_name(unfinished);
        let file = File::create(&unfinished).map_err(failed)?;
        Ok(Self { path: path.to_owned(), option, unfinished: Some(unfinished), file })
    }

    /// Writes before the end, on a handle of its own: what has been written is there when the file is finished, if that was flushed.
    pub(crate) fn writer(&self) -> Result<BufWriter<File>, Error> {
        self.file.try_clone().map(BufWriter::new).map_err(|source| self.failed(source))
    }

    /// That it could not be written.
    pub(crate) fn failed(&self, source: io::Error) -> Error {
        Error::File { path: self.path.clone(), option: self.option, source }
    }

    /// Writes the file.
    pub(crate) fn finish(
        mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let mut out = BufWriter::new(&self.file);
        let written = write(&mut out).and_then(|()| out.flush());
        drop(out);
        let whole = written.and_then(|()| match self.unfinished.take() {
            Some(unfinished) => fs::rename(unfinished, &self.path),
            None => Ok(()),
        });
        let forgiven = if self.unfinished.is_none() { forgiving(whole) } else { whole };
        forgiven.map_err(|source| Error::File { path: self.path.clone(), option: self.option, source })
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(unfinished) = &self.unfinished {
            let _ = fs::remove_file(unfinished);
        }
    }
}
