//! Processes that are killed as by `kill -9`: what they synced is there when they start again.

use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rehearsal_host::disk::{Disk, LogDisk, MemoryDisk};
use rehearsal_host::fact_log::FactLog;
use rehearsal_host::{Node, Settings, System};
use rehearsal_protocol::{Actor, Context, Input, Protocol};
use serde::{Deserialize, Serialize};

struct Counting;

impl Protocol for Counting {
    type Message = ();
    type Fact = Count;
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Count {
    /// It starts, and this is what its disk kept.
    Found(u64),
    /// This is durable.
    Synced(u64),
}

/// Counts as fast as its disk can.
#[derive(Clone, Debug, Default, Hash)]
struct Counter {
    count: u64,
}

impl Counter {
    fn next(&mut self, cx: &mut Context<'_, Counting>) {
        self.count += 1;
        cx.write("count", &self.count);
        cx.sync();
    }
}

impl Actor<Counting> for Counter {
    fn receive(&mut self, cx: &mut Context<'_, Counting>, input: Input<Counting>) {
        match input {
            Input::Start(recovered) => {
                self.count = recovered.get("count").unwrap_or(0);
                cx.announce(Count::Found(self.count));
                self.next(cx);
            }
            Input::Synced(_) => {
                cx.announce(Count::Synced(self.count));
                self.next(cx);
            }
            Input::Message(_) | Input::Timer(_) | Input::Signal(_) => {}
        }
    }
}

/// Says to a process of these tests what it is: its folder, and before that whether its disk forgets.
const PART: &str = "REHEARSAL_TEST_COUNTER";

#[test]
#[ignore = "it is a process of the other tests, and does nothing by itself"]
fn a_counter() {
    let Ok(part) = std::env::var(PART) else { return };
    let (disk, folder) = part.split_once(' ').unwrap();
    let folder = Path::new(folder);
    let disk: Arc<dyn Disk> = match disk {
        "forgets" => Arc::new(MemoryDisk::default()),
        _ => Arc::new(LogDisk::open(folder.join("disk")).unwrap()),
    };
    let mut system = System::<Counting>::new("counting", 1);
    system.node("one").actor("counter", Counter::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let facts = Arc::new(FactLog::open(&system, "one", folder.join("facts.jsonl")).unwrap());
        let settings = Settings { disk, facts: Some(facts), ..Settings::default() };
        let _node = Node::start(&system, "one", settings).unwrap();
        // Whoever started this process kills it, or has died.
        let until = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        drop(until.await);
    });
}

fn start(disk: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "a_counter"])
        .env(PART, format!("{disk} {}", folder.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The facts of all boots. A line may be there in part where a boot ends.
fn facts(folder: &Path) -> Vec<Count> {
    let text = std::fs::read_to_string(folder.join("facts.jsonl")).unwrap_or_default();
    let lines: Vec<Result<serde_json::Value, _>> = text.lines().map(serde_json::from_str).collect();
    let opens = |line: usize| match lines.get(line) {
        None => true,
        Some(line) => line.as_ref().is_ok_and(|line| line.get("format").is_some()),
    };
    let mut facts = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        match line {
            Ok(line) => facts.extend(line.get("fact").map(|fact| Count::deserialize(fact).unwrap())),
            Err(error) => {
                assert!(opens(number + 1), "line {number} is no line, and no boot ends there: {error}");
            }
        }
    }
    facts
}

/// What was lost or invented, if anything was.
fn wrong(facts: &[Count]) -> Option<String> {
    let mut known = 0;
    for fact in facts {
        match fact {
            Count::Found(found) if *found < known => {
                return Some(format!("{known} was durable, and {found} was found"));
            }
            // It may have been killed when the next one was on disk and before it could say so.
            Count::Found(found) if *found > known + 1 => {
                return Some(format!("{found} was found after {known}"));
            }
            Count::Found(count) | Count::Synced(count) => known = *count,
        }
    }
    None
}

/// Kills a counter so often at random moments, from its start on.
fn killed(disk: &str, times: u32) -> Vec<Count> {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..times {
        let before = length(folder.path());
        let mut process = start(disk, folder.path());
        let begun = Instant::now();
        // Every fourth may be killed before it has said anything.
        if below(4) > 0 {
            while length(folder.path()) < before + A_FEW_LINES {
                assert!(begun.elapsed() < Duration::from_secs(60), "it does not count");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        std::thread::sleep(Duration::from_micros(below(30_000)));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    facts(folder.path())
}

/// How long its log is, in bytes.
fn length(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("facts.jsonl")).map_or(0, |log| log.len())
}

/// A line that opens a log, and a few facts.
const A_FEW_LINES: u64 = 500;

fn below(bound: u64) -> u64 {
    RandomState::new().hash_one(()) % bound
}

fn survives(kills: u32) {
    let facts = killed("keeps", kills);
    let boots = facts.iter().filter(|fact| matches!(fact, Count::Found(_))).count();
    println!("{kills} kills: {boots} boots that said what they found, {} facts", facts.len());
    assert_eq!(wrong(&facts), None, "{facts:?}");
    assert!(boots > 1 && facts.len() > boots, "nothing was put to the test: {facts:?}");
}

#[test]
fn a_node_that_is_killed_finds_all_that_it_synced() {
    survives(8);
}

/// `cargo test -p rehearsal-host --test killed -- --ignored a_hundred_kills`
#[test]
#[ignore = "takes half a minute"]
fn a_hundred_kills_lose_nothing_that_was_synced() {
    survives(100);
}

#[test]
fn a_disk_that_forgets_is_found_out() {
    let facts = killed("forgets", 8);
    assert!(wrong(&facts).is_some(), "{facts:?}");
}
