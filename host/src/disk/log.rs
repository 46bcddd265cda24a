//! A disk that appends to a file.
//!
//! The file begins with a line that names the format. After it come records, each with its length, a checksum, and a path, a key and a
//! value in postcard: `host/docs/disk.md` has the bytes. A process that dies in the middle of a record leaves a tail whose checksum is wrong; it is cut
//! off at the next start, and so is nothing that was synced. Syncs that wait at the same time share one call of the operating system.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Boot, Disk, Kept, Synced};
use crate::error::Error;

const HEADER: &[u8] = b"rehearsal-disk 1\n";
/// The path under which boots are counted; no actor has it.
const NODE: &str = "";
/// A file is written anew at its opening if less than this share of its records still counts.
const LEAST_LIVE_SHARE: u64 = 4;
/// Below this size a file is never written anew.
const SMALL: u64 = 1 << 20;

/// Keeps writes in a file, and all that counts in memory.
pub struct LogDisk {
    shared: Arc<Shared>,
    requests: Mutex<Option<Sender<Request>>>,
    writer: Option<thread::JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    view: BTreeMap<String, Kept>,
    /// Records that are not yet in the file.
    pending: Vec<u8>,
    /// The first error: after it nothing is durable any more.
    broken: Option<String>,
}

/// Tells someone that a sync has completed.
type Request = Box<dyn FnOnce(io::Result<()>) + Send>;

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    path: &'a str,
    key: &'a str,
    value: &'a [u8],
}

impl LogDisk {
    /// Opens a disk, or makes one.
    ///
    /// # Errors
    ///
    /// If the file cannot be used, is in use, or is no disk of this format.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(Error::file(path, "opened"))?;
        if let Err(fs_error) = file.try_lock() {
            return Err(Error::Foreign {
                path: path.to_owned(),
                what: format!("in use ({fs_error})"),
                mend: "stop the node that has it, or give this one a disk of its own",
            });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::file(path, "read"))?;
        let (view, end) = read(&bytes, path)?;
        if view.is_empty() && end <= HEADER.len() {
            begin(&mut file).map_err(Error::file(path, "written"))?;
            sync_folder(path).map_err(Error::file(path, "synced"))?;
        } else {
            file.set_len(end as u64).map_err(Error::file(path, "mended"))?;
            file.seek(SeekFrom::End(0)).map_err(Error::file(path, "mended"))?;
        }
        let live: u64 = view.values().flatten().map(|(key, value)| (key.len() + value.len()) as u64).sum();
        if end as u64 > SMALL && live * LEAST_LIVE_SHARE < end as u64 {
            file = anew(path, &view).map_err(Error::file(path, "written anew"))?;
        }
        Ok(Self::with(file, view))
    }

    fn with(file: File, view: BTreeMap<String, Kept>) -> Self {
        let state = State { view, ..State::default() };
        let shared = Arc::new(Shared { state: Mutex::new(state) });
        let (requests, waiting) = channel();
        let for_writer = shared.clone();
        let writer = thread::Builder::new()
            .name("rehearsal-disk".to_owned())
            .spawn(move || serve(file, &for_writer, &waiting))
            .expect("the system gives a thread");
        Self { shared, requests: Mutex::new(Some(requests)), writer: Some(writer) }
    }
}

/// Reads all whole records; also says where they end.
fn read(bytes: &[u8], path: &Path) -> Result<(BTreeMap<String, Kept>, usize), Error> {
    let mut view: BTreeMap<String, Kept> = BTreeMap::new();
    if bytes.len() < HEADER.len() && HEADER.starts_with(bytes) {
        return Ok((view, 0)); // Its making was interrupted.
    }
    let Some(mut rest) = bytes.strip_prefix(HEADER) else {
        return Err(Error::Foreign {
            path: path.to_owned(),
            what: "no disk of this version of the host".to_owned(),
            mend: "name another file; it is left as it is",
        });
    };
    while let Some((record, after)) = whole_record(rest) {
        view.entry(record.path.to_owned())
            .or_default()
            .insert(record.key.to_owned(), record.value.to_owned());
        rest = after;
    }
    Ok((view, bytes.len() - rest.len()))
}

fn whole_record(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let (body, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let right = !body.is_empty() && crc32fast::hash(body) == u32::from_le_bytes(*checksum);
    let record = if right { postcard::from_bytes(body).ok()? } else { return None };
    Some((record, rest))
}

fn put_record(record: &Record<'_>, into: &mut Vec<u8>) {
    let body = postcard::to_allocvec(record).expect("two strings and bytes can be encoded");
    into.extend((body.len() as u32).to_le_bytes());
    into.extend(crc32fast::hash(&body).to_le_bytes());
    into.extend(body);
}

fn begin(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(HEADER)?;
    file.sync_all()
}

/// Writes what counts into a new file that takes the place of the old one, whole or not at all.
fn anew(path: &Path, view: &BTreeMap<String, Kept>) -> io::Result<File> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(&beside)?;
    file.try_lock().map_err(|error| io::Error::other(error.to_string()))?;
    let mut bytes = HEADER.to_vec();
    for (path, kept) in view {
        for (key, value) in kept {
            put_record(&Record { path, key, value }, &mut bytes);
        }
    }
    file.write_all(&bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    sync_folder(path)?;
    Ok(file)
}

/// A new name is durable when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// The writer's thread: it takes all that wait together, and makes one sync for them.
fn serve(mut file: File, shared: &Shared, requests: &Receiver<Request>) {
    let mut bytes = Vec::new();
    while let Ok(first) = requests.recv() {
        let mut waiting = vec![first];
        waiting.extend(requests.try_iter());
        let broken = {
            let mut state = shared.lock();
            bytes.clear();
            std::mem::swap(&mut bytes, &mut state.pending);
            state.broken.clone()
        };
        let done = match broken {
            Some(why) => Err(why),
            None => store(&mut file, &bytes).map_err(|error| error.to_string()),
        };
        if let Err(why) = &done {
            // Nobody knows what of it reached the disk: from here on nothing counts as durable.
            shared.lock().broken = Some(why.clone());
        }
        for request in waiting {
            request(done.clone().map_err(io::Error::other));
        }
    }
    // The disk is closed in good order: what was never synced may as well reach it.
    let pending = std::mem::take(&mut shared.lock().pending);
    let _ = store(&mut file, &pending);
}

fn store(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(()); // Synced already by the one before.
    }
    file.write_all(bytes)?;
    file.sync_data()
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk for LogDisk {
    fn boot(&self) -> io::Result<Boot> {
        let (boot, kept) = Boot::after(self.last_boot());
        self.keep_boot(kept)?;
        Ok(boot)
    }

    fn reserve(&self, lives: u32) -> io::Result<()> {
        match self.last_boot() {
            Some(boot) => self.keep_boot(Boot { lives, ..boot }),
            None => Ok(()),
        }
    }

    fn recover(&self, path: &str) -> Kept {
        self.shared.lock().view.get(path).cloned().unwrap_or_default()
    }

    fn write(&self, path: &str, key: &str, value: &[u8]) {
        let mut state = self.shared.lock();
        put_record(&Record { path, key, value }, &mut state.pending);
        state.view.entry(path.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    }

    fn sync(&self) -> Synced {
        let (request, done) = oneshot::channel();
        self.ask(Box::new(|synced| drop(request.send(synced)))); // Who asked may have ended meanwhile.
        Box::pin(async move { done.await.unwrap_or_else(|_| Err(io::Error::other("the disk is closed"))) })
    }
}

impl LogDisk {
    fn last_boot(&self) -> Option<Boot> {
        postcard::from_bytes(self.recover(NODE).get("boot")?).ok()
    }

    fn keep_boot(&self, boot: Boot) -> io::Result<()> {
        let value = postcard::to_allocvec(&boot).expect("two numbers can be encoded");
        self.write(NODE, "boot", &value);
        self.sync_now()
    }

    /// Syncs and waits for it: for the start of a node and for tests.
    fn sync_now(&self) -> io::Result<()> {
        let (request, done) = channel();
        self.ask(Box::new(move |synced| drop(request.send(synced))));
        done.recv().unwrap_or_else(|_| Err(io::Error::other("the disk is closed")))
    }

    fn ask(&self, request: Request) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(requests) = requests.as_ref() {
            let _ = requests.send(request); // If the writer is gone, the request is dropped, which says so.
        }
    }
}

impl Drop for LogDisk {
    fn drop(&mut self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn synced(disk: &LogDisk) {
        disk.sync_now().unwrap();
    }

    #[test]
    fn a_disk_that_is_opened_again_has_the_last_value_of_every_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("disk");
        let disk = LogDisk::open(&file).unwrap();
        assert_eq!(disk.boot().unwrap(), Boot { number: 1, lives: 0 });
        disk.write("/n/a", "k", b"1");
        disk.write("/n/a", "k", b"2");
        disk.write("/n/b", "k", b"3");
        synced(&disk);
        drop(disk);
        let disk = LogDisk::open(&file).unwrap();
        assert_eq!(disk.boot().unwrap(), Boot { number: 2, lives: 8 });
        assert_eq!(disk.recover("/n/a")["k"], b"2");
        assert_eq!(disk.recover("/n/b")["k"], b"3");
        assert_eq!(disk.recover("/n/c"), Kept::new());
    }

    #[test]
    fn a_disk_in_use_and_a_file_of_another_kind_are_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("disk");
        let _held = LogDisk::open(&file).unwrap();
        let refused = LogDisk::open(&file).err().unwrap().to_string();
        assert!(refused.contains("in use"), "{refused}");
        let letter = folder.path().join("letter");
        std::fs::write(&letter, "Dear all,\n").unwrap();
        let refused = LogDisk::open(&letter).err().unwrap().to_string();
        assert!(refused.contains("is no disk of this version"), "{refused}");
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear all,\n");
    }

    #[test]
    fn a_file_of_mostly_old_values_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("disk");
        let disk = LogDisk::open(&file).unwrap();
        for n in 0..40u8 {
            disk.write("/n/a", "k", &vec![n; 100_000]);
        }
        synced(&disk);
        drop(disk);
        let before = std::fs::metadata(&file).unwrap().len();
        let disk = LogDisk::open(&file).unwrap();
        let after = std::fs::metadata(&file).unwrap().len();
        assert!(before > 4_000_000 && after < 200_000, "{before} bytes, then {after}");
        disk.write("/n/a", "l", b"also");
        synced(&disk);
        drop(disk);
        let disk = LogDisk::open(&file).unwrap();
        assert_eq!(disk.recover("/n/a")["k"], vec![39u8; 100_000]);
        assert_eq!(disk.recover("/n/a")["l"], b"also");
    }

    #[test]
    fn a_file_has_the_bytes_of_the_specification() {
        let page = include_str!("../../docs/disk.md");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("disk");
        let disk = LogDisk::open(&file).unwrap();
        disk.boot().unwrap();
        disk.write("/db/lock", "k", &[1, 2, 3]);
        synced(&disk);
        drop(disk);
        let bytes = std::fs::read(&file).unwrap();
        let (header, records) = bytes.split_at(HEADER.len());
        let (boot, record) = records.split_at(8 + records[0] as usize);
        crate::pinned::shows(page, "header", header);
        crate::pinned::shows(page, "boot", boot);
        crate::pinned::shows(page, "record", record);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// However a file is cut, what is left is a first part of what was written; whatever one byte becomes, no later value
        /// is invented.
        #[test]
        fn a_damaged_file_gives_a_first_part_of_what_was_written(
            values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..8),
            cut in any::<prop::sample::Index>(),
            damage in prop::option::of((any::<prop::sample::Index>(), 1u8..)),
        ) {
            let mut bytes = HEADER.to_vec();
            let mut ends = vec![bytes.len()];
            for value in &values {
                put_record(&Record { path: "/n/a", key: "k", value }, &mut bytes);
                ends.push(bytes.len());
            }
            let mut length = HEADER.len() + cut.index(bytes.len() - HEADER.len() + 1);
            bytes.truncate(length);
            if let Some((at, xor)) = damage && length > HEADER.len() {
                let at = HEADER.len() + at.index(length - HEADER.len());
                bytes[at] ^= xor;
                length = at;
            }
            let (view, end) = read(&bytes, Path::new("x")).unwrap();
            let whole = ends.iter().filter(|end| **end <= length).count() - 1;
            prop_assert_eq!(end, ends[whole]);
            let last = view.get("/n/a").map(|kept| kept["k"].clone());
            prop_assert_eq!(last, whole.checked_sub(1).map(|last| values[last].clone()));
        }
    }
}
