//! What a life finds of an earlier one.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Line, Puppet, Stageplay, Told, telling};
use rehearsal_host::disk::{Boot, Disk, Kept, LogDisk, MemoryDisk, Synced};
use rehearsal_host::{Node, Settings, System};

fn writer(lines: impl Into<Vec<Line>>) -> System<Stageplay> {
    let mut system = System::new("play", 1);
    system.node("stage").actor("lead", Puppet::first(lines));
    system
}

fn write(value: &str) -> Line {
    Line::Write(value.to_owned())
}

#[tokio::test]
async fn what_was_synced_is_found_by_the_next_boot_and_the_rest_is_not() {
    let (told, disk) = (Told::default(), Arc::new(MemoryDisk::default()));
    let settings = || Settings { disk: disk.clone(), ..telling(&told) };
    let node = Node::start(&writer([write("kept"), Line::Sync, write("lost")]), "stage", settings()).unwrap();
    told.hears("/stage/lead: synced 1").await;
    drop(node); // As in a crash.
    disk.crash();
    let node = Node::start(&writer([]), "stage", settings()).unwrap();
    told.hears("/stage/lead: start 9 with kept").await;
    drop(node);
}

#[tokio::test]
async fn an_actor_that_ends_alone_loses_no_write() {
    let told = Told::default();
    let mut system = writer([write("written"), Line::Timer(1, 10)]);
    let lead = rehearsal_protocol::Address::new(rehearsal_protocol::NodeId(0), 0);
    let panics = Puppet::first([common::pass(lead, Line::Panic)]);
    system.node("stage").actor("other", panics);
    let node = Node::start(&system, "stage", telling(&told)).unwrap();
    told.hears("/stage/lead: start 2 with written").await;
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_log_on_a_real_file_keeps_what_was_synced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disk");
    let told = Told::default();
    for (boot, found) in [(1, "start 1"), (2, "start 9 with v1"), (3, "start 17 with v2")] {
        let disk = Arc::new(LogDisk::open(&file).unwrap());
        let settings = Settings { disk, ..telling(&told) };
        let lines = [write(&format!("v{boot}")), Line::Sync];
        let node = Node::start(&writer(lines), "stage", settings).unwrap();
        told.hears(&format!("/stage/lead: {found}")).await;
        told.hears_times("/stage/lead: synced 1", boot).await;
        node.stop(Duration::from_secs(1)).await;
    }
}

/// A disk whose syncs fail.
struct Broken;

impl Disk for Broken {
    fn boot(&self) -> std::io::Result<Boot> {
        Ok(Boot { number: 1, lives: 0 })
    }
    fn reserve(&self, _: u32) -> std::io::Result<()> {
        Ok(())
    }
    fn recover(&self, _: &str) -> Kept {
        Kept::new()
    }
    fn write(&self, _: &str, _: &str, _: &[u8]) {}
    fn sync(&self) -> Synced {
        Box::pin(std::future::ready(Err(std::io::Error::other("input/output error"))))
    }
}

#[tokio::test]
async fn a_disk_that_fails_stops_its_node_and_nobody_is_told_that_it_synced() {
    let told = Told::default();
    let settings = Settings { disk: Arc::new(Broken), ..telling(&told) };
    let node = Node::start(&writer([write("x"), Line::Sync]), "stage", settings).unwrap();
    let why = tokio::time::timeout(Duration::from_secs(2), node.failed()).await.unwrap();
    assert_eq!(why, "the disk failed: input/output error");
    assert_eq!(told.by("/stage/lead"), ["start 1"]);
}
