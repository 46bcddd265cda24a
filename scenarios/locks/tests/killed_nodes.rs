//! The lease lock in three processes, killed as by `kill -9`: nothing that was synced is lost, and the logs of facts hold what they must.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "these are real processes in real time: nothing here is simulated"
)]

#[path = "../examples/lease/part.rs"]
mod part;
#[path = "../examples/lease/troupe.rs"]
mod troupe;

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::BufReader;
use std::process::{Command, Stdio};
use std::time::Duration;

use rehearsal::stage::facts::{Log, Logs, Presumption, Unreadable};
use rehearsal_host::disk::{Disk, LogDisk};
use rehearsal_locks::lease::{Fact, Token};
use rehearsal_protocol::Recovered;
use rehearsal_protocol::durable::Durable;
use rehearsal_scenarios_locks::lease::LEASE;

use part::{NODES, Part};
use troupe::Troupe;

/// Says to a process of these tests which part it has.
const PART: &str = "REHEARSAL_TEST_PART";
const DB: usize = 0;

#[test]
#[ignore = "it is a process of the other tests, and does nothing by itself"]
fn a_node() {
    if let Ok(part) = std::env::var(PART) {
        part.parse::<Part>().unwrap().play().unwrap();
    }
}

fn process(part: &Part) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "--nocapture", "a_node"])
        .env(PART, part.to_string())
        .stderr(Stdio::null());
    command
}

fn read(part: &Part) -> Result<Log, Unreadable> {
    Log::read(&mut BufReader::new(File::open(part.facts()).unwrap()))
}

/// What the lock and the resource said, which is durable, is on the disk of the node that was killed.
fn nothing_synced_is_lost(db: &Part) {
    let (mut granted, mut accepted) = (Token(0), Token(0));
    for fact in read(db).unwrap().facts {
        match serde_json::from_str(&fact.json.0).unwrap() {
            Fact::Granted { token, .. } => granted = granted.max(token),
            Fact::Accepted { token } => accepted = accepted.max(token),
            _ => {}
        }
    }
    let disk = LogDisk::open(db.disk()).unwrap();
    let kept = |path, key| {
        let recovered = Recovered { kept: disk.recover(path), ..Recovered::default() };
        // A token is the first thing in the lock's row, and all that the resource keeps.
        Durable::recovered::<Token>(&recovered, key).1.unwrap_or_default()
    };
    assert!(
        kept("/db/lock", "lock") >= granted,
        "the disk has {:?}, and {granted} was granted",
        kept("/db/lock", "lock")
    );
    assert!(kept("/db/resource", "highest") >= accepted, "a write with {accepted} had taken effect");
}

/// Kills random nodes at random moments, and lets the clients finish.
fn survives(kills: u32) {
    let folder = tempfile::tempdir().unwrap();
    let mut troupe = Troupe::start(folder.path(), 2, 4, process).unwrap();
    let mut killed = [0; NODES.len()];
    for _ in 0..kills {
        std::thread::sleep(Duration::from_micros(below(300_000)));
        let node = below(NODES.len() as u64) as usize;
        killed[node] += 1;
        troupe.kill(node).unwrap();
        if node == DB {
            nothing_synced_is_lost(&troupe.parts[DB]);
        }
        std::thread::sleep(Duration::from_micros(below(60_000)));
        troupe.restart(node).unwrap();
    }
    assert!(troupe.finished(Duration::from_secs(300)).unwrap(), "the clients do not finish");
    let parts = troupe.parts.clone();
    troupe.stop().unwrap();

    let logs: Vec<Log> = parts.iter().map(|part| read(part).unwrap()).collect();
    let rehearsal = LEASE.built(None);
    let mut judge = rehearsal.judge();
    let checked = Logs::of(logs).unwrap().judged(&mut judge).unwrap();
    let goals = judge.goals().iter().zip(&checked.goals).filter(|(_, reached)| **reached);
    let goals: Vec<&str> = goals.map(|(goal, _)| &*goal.name).collect();
    println!("{kills} kills ({killed:?} of {NODES:?}): {} facts in {} orders", checked.facts, checked.orders);
    println!("presumptions {:?}, goals {goals:?}", checked.presumptions);
    assert_eq!(checked.violation, None, "{:?}", checked.fact);
    // A kill in the middle of a line is rare, and nothing else may be left open.
    let torn = |presumption: &Presumption| matches!(presumption, Presumption::Torn { .. });
    assert!(checked.presumptions.iter().all(torn), "{:?}", checked.presumptions);
    assert!(goals.contains(&"a lock is given back in time"), "{goals:?}");
}

fn below(bound: u64) -> u64 {
    RandomState::new().hash_one(()) % bound
}

#[test]
fn the_lease_lock_survives_kills_of_its_processes() {
    survives(5);
}

/// `cargo test -p rehearsal-scenarios-locks --test killed_nodes -- --ignored a_hundred_kills --nocapture`
#[test]
#[ignore = "takes a minute"]
fn a_hundred_kills_break_nothing() {
    survives(100);
}

/// What the check is worth: a node that starts without what it had kept is found out.
#[test]
fn a_node_whose_disk_is_gone_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut troupe = Troupe::start(folder.path(), 1, 1, process).unwrap();
    assert!(troupe.finished(Duration::from_secs(60)).unwrap());
    troupe.kill(DB).unwrap();
    std::fs::remove_file(troupe.parts[DB].disk()).unwrap();
    troupe.restart(DB).unwrap();
    for client in 1..NODES.len() {
        troupe.kill(client).unwrap();
        troupe.restart(client).unwrap();
    }
    assert!(troupe.finished(Duration::from_secs(60)).unwrap());
    let parts = troupe.parts.clone();
    troupe.stop().unwrap();
    let refused = read(&parts[DB]).unwrap_err().to_string();
    assert!(refused.contains("the disk that counts its boots is another one"), "{refused}");
}
