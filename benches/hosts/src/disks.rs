//! Syncs of the append-only log, beside SQLite with a write-ahead log that is synced at each commit.
//!
//! Both make what several writers ask for at the same time durable together: SQLite in one transaction, as the log does in one sync.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rehearsal_host::disk::{Disk, LogDisk};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::latency::{Measured, head};

/// What is written each time: never the same twice in a row, for SQLite does not write what is there already.
type Value = [u8; 128];

/// Something that keeps values.
trait Keeper: Send + Sync + 'static {
    /// Writes a value and makes it durable.
    fn keep(&self, path: &str, value: Value) -> impl Future<Output = ()> + Send;
}

impl Keeper for LogDisk {
    async fn keep(&self, path: &str, value: Value) {
        self.write(path, "row", &value);
        self.sync().await.expect("it is durable");
    }
}

struct Sqlite(Sender<Request>);

type Request = (String, Value, oneshot::Sender<()>);

impl Sqlite {
    fn open(file: &Path) -> Self {
        let mut connection = Connection::open(file).expect("a new database");
        connection.pragma_update(None, "journal_mode", "WAL").expect("it can");
        connection.pragma_update(None, "synchronous", "FULL").expect("it can");
        let table =
            "CREATE TABLE kept (path TEXT, key TEXT, value BLOB, PRIMARY KEY (path, key)) WITHOUT ROWID";
        connection.execute(table, ()).expect("a new table");
        let (requests, received) = channel::<Request>();
        thread::spawn(move || {
            while let Ok(first) = received.recv() {
                let together: Vec<_> = std::iter::once(first).chain(received.try_iter()).collect();
                let transaction = connection.transaction().expect("nobody else writes");
                for (path, value, _) in &together {
                    let mut put = transaction
                        .prepare_cached("INSERT OR REPLACE INTO kept VALUES (?1, 'row', ?2)")
                        .expect("it is SQL");
                    put.execute(params![path, &value[..]]).expect("it is written");
                }
                transaction.commit().expect("it is durable");
                for (.., done) in together {
                    let _ = done.send(());
                }
            }
        });
        Self(requests)
    }
}

impl Keeper for Sqlite {
    async fn keep(&self, path: &str, value: Value) {
        let (done, kept) = oneshot::channel();
        self.0.send((path.to_owned(), value, done)).expect("the writer is there");
        kept.await.expect("it is durable");
    }
}

/// Prints a table: each keeper in turns, three times.
pub(crate) fn measure(syncs: u64) {
    for writers in [1, 16] {
        head(&format!(
            "a value of {} bytes until it is durable, {writers} at the same time",
            size_of::<Value>()
        ));
        for _ in 0..3 {
            let folder = tempfile::tempdir_in(".").expect("a folder on a real disk");
            let log = LogDisk::open(folder.path().join("log")).expect("a new log");
            by(log, writers, syncs).row("append-only log");
            by(Sqlite::open(&folder.path().join("sqlite")), writers, syncs).row("SQLite");
        }
    }
}

fn by(keeper: impl Keeper, writers: u64, syncs: u64) -> Measured {
    let keeper = Arc::new(keeper);
    crate::on_two_threads(async move {
        let start = Instant::now();
        let write = |writer: u64| {
            let keeper = keeper.clone();
            tokio::spawn(async move {
                let path = format!("/node/actor-{writer}");
                let mut latencies: Vec<Duration> = Vec::new();
                for number in 0..syncs / writers {
                    let mut value = [7; size_of::<Value>()];
                    value[..8].copy_from_slice(&number.to_le_bytes());
                    let asked = Instant::now();
                    keeper.keep(&path, value).await;
                    latencies.push(asked.elapsed());
                }
                latencies
            })
        };
        let all: Vec<_> = (0..writers).map(write).collect();
        let mut latencies = Vec::new();
        for writer in all {
            latencies.extend(writer.await.expect("it does not panic"));
        }
        Measured { latencies, wall: start.elapsed() }
    })
}
