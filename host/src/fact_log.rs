//! A log of facts in JSON Lines: `host/docs/facts.md` has the format.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rehearsal_protocol::{Protocol, Time};
use serde::Serialize;

use crate::error::Error;
use crate::facts::{Announced, Facts};
use crate::system::System;

/// The name of the format, in the first line of a log.
pub const FORMAT: &str = "rehearsal-facts";
/// The version of the format.
pub const VERSION: u32 = 1;

/// Appends the facts of one node to a file, each with one call of the operating system: what was kept survives the death of the
/// process, though not that of the machine.
///
/// If a fact cannot be written, the log ends there and an error is logged: a log with a hole would prove nothing.
pub struct FactLog {
    path: PathBuf,
    /// `None` once a line could not be written.
    file: Mutex<Option<File>>,
}

#[derive(Serialize)]
struct Opened<'a> {
    format: &'static str,
    version: u32,
    system: &'a str,
    node: &'a str,
    nodes: Vec<&'a str>,
}

#[derive(Serialize)]
struct Line<'a, F> {
    at_ns: Time,
    actor: &'a str,
    address: (u32, u32),
    incarnation: u32,
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    clock: &'a [u64],
    fact: &'a F,
}

#[derive(Serialize)]
struct Closed {
    closed: bool,
}

impl FactLog {
    /// Opens a log for a node, or goes on with the one that is there.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or written, or the system has no such node.
    pub fn open<P: Protocol>(system: &System<P>, node: &str, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        system.find(node)?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(path)
            .map_err(Error::file(path, "opened"))?;
        mend(&mut file).map_err(Error::file(path, "mended"))?;
        let opened = Opened {
            format: FORMAT,
            version: VERSION,
            system: &system.name,
            node,
            nodes: system.nodes().collect(),
        };
        let written = line(&opened).and_then(|line| file.write_all(&line));
        written.map_err(Error::file(path, "written"))?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(Some(file)) })
    }

    fn append(&self, value: &impl Serialize) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = file.as_mut() else { return };
        let written = line(value).and_then(|line| open.write_all(&line));
        if let Err(error) = written {
            tracing::error!(log = %self.path.display(), %error, "the log of facts ends here");
            *file = None;
        }
    }
}

/// A process that was killed in the middle of a line leaves a part of it; the next line begins on a line of its own.
fn mend(file: &mut File) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

impl<P: Protocol> Facts<P> for FactLog {
    fn keep(&self, announced: &Announced<'_, P::Fact>) {
        self.append(&Line {
            at_ns: announced.at,
            actor: announced.path,
            address: (announced.who.node().0, announced.who.slot()),
            incarnation: announced.incarnation.0,
            clock: announced.clock,
            fact: announced.fact,
        });
    }

    fn wants_clocks(&self) -> bool {
        true
    }

    fn close(&self) {
        self.append(&Closed { closed: true });
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::{Address, Incarnation, NodeId};

    use super::*;
    use crate::pinned::{Fact, Holder, Lease, block};

    const LOCK: Address = Address::new(NodeId(0), 0);

    fn system() -> System<Lease> {
        let mut system = System::new("lease", 1);
        for node in ["db", "client-1", "client-2"] {
            system.node(node);
        }
        system
    }

    fn keep(log: &FactLog, at: u64, incarnation: u32, clock: &[u64], fact: &Fact) {
        let (at, incarnation) = (Time::from_nanos(at), Incarnation(incarnation));
        Facts::<Lease>::keep(log, &Announced { at, who: LOCK, path: "/db/lock", incarnation, clock, fact });
    }

    #[test]
    fn a_log_has_the_lines_of_the_specification() {
        let page = include_str!("../docs/facts.md");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("db.jsonl");
        let log = FactLog::open(&system(), "db", &file).unwrap();
        let holder = Holder { client: Address::new(NodeId(1), 2), life: 1 };
        let (at, until) = (Time::from_nanos(900), Time::from_nanos(1_000_000_900));
        keep(&log, 1000, 1, &[1, 0, 0], &Fact::Granted { token: 1, holder, at, until });
        drop(log); // As in a crash: nothing closes it.
        let log = FactLog::open(&system(), "db", &file).unwrap();
        keep(&log, 5000, 9, &[(1 << 32) + 1, 2, 0], &Fact::Released { asked: 1, ended: 1 });
        Facts::<Lease>::close(&log);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), block(page, "jsonl", 0));
    }

    #[test]
    fn a_log_that_ends_in_a_part_of_a_line_goes_on_with_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("db.jsonl");
        drop(FactLog::open(&system(), "db", &file).unwrap());
        let opened = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{opened}{{\"at_ns\":1")).unwrap();
        drop(FactLog::open(&system(), "db", &file).unwrap());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{opened}{{\"at_ns\":1\n{opened}"));
    }
}
