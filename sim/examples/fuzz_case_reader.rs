//! Feeds damaged case files to the reader: `cargo run --release -p rehearsal --example fuzz_case_reader -- 10000000`.
//!
//! Nothing may panic, and memory may not grow: every input is at most 64 KiB and dropped after it was read.

use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rehearsal::case::Case;
use rehearsal::fault::Profile;
use rehearsal::wall::Stopwatch;

const CASE: &str = r#"format = 1
tool = "0.1.0"
scenario = "session"
variant = "stored-interrupt"
profile = "chaos"
seed = "0x1f"

[shrunk]
before = 182
faulty_phase = true

[[shrunk.deviation]]
choice = "delay /client-1/client→/runtime/gateway #3"
value = "0x8000000002"
means = "very late (52.5ms)"

[expect]
invariant = "INT-1"
signature = "INT-1: run # of s#:b#"
message = "run 3 of s1:b1"
trace_hash = "0xdeadbeef"
"#;

const PIECES: [&str; 16] = [
    "[[shrunk.deviation]]",
    "format = ",
    "0x",
    "\"",
    "'''",
    "[",
    "]]",
    "=",
    "\n",
    "→",
    "#",
    "99999999999999999999",
    "{",
    "\\u{0}",
    "delay /a→/b #4294967296",
    "[expect]",
];

fn damaged(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = CASE.as_bytes().to_vec();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => drop(bytes.splice(at..at, PIECES.choose(random).unwrap_or(&"").bytes())),
            3 => drop(bytes.drain(at.saturating_sub(random.random_range(0..40))..at)),
            4 => bytes.extend_from_within(..at.min(65_536 - bytes.len().min(65_536))),
            _ => bytes.insert(at, random.random_range(b' '..=b'~')),
        }
    }
    bytes.truncate(65_536);
    bytes
}

fn main() {
    let inputs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000_u64);
    let mut random = StdRng::seed_from_u64(7);
    let (path, watch) = (Path::new("damaged.toml"), Stopwatch::start());
    let (mut read, mut runnable) = (0_u64, 0_u64);
    for _ in 0..inputs {
        if let Ok(case) = Case::parse(path, &damaged(&mut random)) {
            read += 1;
            runnable += u64::from(Profile::named(&case.profile).is_some() && case.spec(path).is_ok());
        }
    }
    println!(
        "{inputs} inputs in {:?}: {read} read as cases, {runnable} of them name a run; no panic",
        watch.elapsed()
    );
    assert!(read > 0 && read < inputs, "the inputs are neither all damaged nor all whole");
}
