//! Feeds damaged bytes to what reads frames from peers: `cargo run --release -p rehearsal-host --example fuzz_frame_reader -- 10000000`.
//!
//! Nothing may panic, and the memory of the process may not grow by more than a few frames: whatever a length in the bytes says, no more is asked for
//! than a frame may have.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rehearsal_host::net::{Bounds, frame};
use rehearsal_protocol::{Address, Envelope, MessageId, NodeId, Protocol};
use serde::{Deserialize, Serialize};

/// By how much the memory of the process may grow, in KiB: one frame of the longest length, as much again for what it is read into, and
/// what the allocator keeps beside. It is memory that was asked for, whether or not it was ever written to.
const MAY_GROW: u64 = 8 << 10;
/// The longest of the inputs that are made.
const LONGEST_INPUT: usize = 4096;

/// What is not a message, as payloads: `host/docs/wire.md` has the bytes.
const OTHERS: [&[u8]; 6] = [
    &[0, 1, 0, 0, 1, 1, 2, 0],                               // a signal: shutdown
    &[0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 3, 2, b'n', b'o', 1, 7], // a signal: an exit by a panic, with a stamp
    &[0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 7, 2, 1, 2],             // a signal: an interrupt of run 7, with a stamp
    &[0, 2, 0, 0, 1, 1],                                     // monitor
    &[0, 3, 1, 1],                                           // kill
    &[1, 5],                                                 // a ping
];

/// What lengths and numbers are likely to be mistaken for.
const PIECES: [&[u8]; 8] = [
    &[0xFF; 4],
    &[0xFF; 10],
    &[0x80; 10],
    &[0, 0x10, 0, 0],
    &[0, 0x10, 0, 1],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    &[0, 0, 0, 0],
    &[0xF0, 0x9F, 0x92],
];

/// A protocol with all that a message may be made of: numbers, texts, lists, choices, and what may be absent.
struct Talk;

impl Protocol for Talk {
    type Message = Message;
    type Fact = ();
}

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
enum Message {
    Work { key: Key, number: u32, kind: Kind, reply_to: Address },
    Interrupt { key: Key, expected: Option<u64>, reply_to: Address },
    Generate(Stream),
    Chunk { stream: Stream, seq: u32, text: String },
    Ended { stream: Stream, calls: [Option<Kind>; 3], lengths: Vec<u64> },
    Result { stream: Stream, outcome: Result<i64, String>, reporter: Option<Address> },
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
enum Kind {
    Message,
    Interjection,
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
struct Key {
    session: u32,
    branch: u8,
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
struct Stream {
    key: Key,
    run: u64,
    attempt: u16,
}

fn messages() -> Vec<Message> {
    let key = Key { session: 1, branch: 2 };
    let stream = Stream { key, run: 3, attempt: 1 };
    let reply_to = Address::new(NodeId(3), 3);
    let calls = [Some(Kind::Interjection), Some(Kind::Message), None];
    vec![
        Message::Work { key, number: 300, kind: Kind::Message, reply_to },
        Message::Interrupt { key, expected: Some(1 << 40), reply_to },
        Message::Generate(stream),
        Message::Chunk { stream, seq: 500, text: "a word".to_owned() },
        Message::Ended { stream, calls, lengths: vec![9, 1 << 33] },
        Message::Result { stream, outcome: Ok(-(1 << 30)), reporter: Some(reply_to) },
    ]
}

/// Payloads that are in order, without their lengths.
fn payloads() -> Vec<Vec<u8>> {
    let (from, to) = (Address::new(NodeId(0), 0), Address::new(NodeId(1), 1));
    let message = |(number, message)| {
        let envelope = Envelope { from, id: MessageId((1_u64 << 52) | number), message };
        let framed =
            frame::message::<Talk>(to, envelope, vec![1, 1 << 33, 0]).expect("a message can be encoded");
        framed[4..].to_vec()
    };
    let messages = (0..).zip(messages()).map(message);
    messages.chain(OTHERS.iter().map(|payload| payload.to_vec())).collect()
}

/// An input: most are streams of payloads whose lengths are right though they themselves are damaged, or the other way round.
fn input(random: &mut StdRng, payloads: &[Vec<u8>]) -> Vec<u8> {
    if random.random_range(0..8) == 0 {
        return (0..random.random_range(0..200)).map(|_| random.random()).collect();
    }
    let mut bytes = Vec::new();
    for _ in 0..random.random_range(1..5) {
        let mut payload = payloads.choose(random).cloned().unwrap_or_default();
        if random.random_range(0..2) == 0 {
            damage(random, &mut payload);
        }
        bytes.extend((payload.len() as u32).to_be_bytes());
        bytes.extend(payload);
    }
    if random.random_range(0..4) == 0 {
        damage(random, &mut bytes);
    }
    bytes.truncate(LONGEST_INPUT);
    bytes
}

fn damage(random: &mut StdRng, bytes: &mut Vec<u8>) {
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            3 => {
                let piece = PIECES.choose(random).copied().unwrap_or_default();
                bytes.splice(at..at, piece.iter().copied());
            }
            4 => drop(bytes.drain(at.saturating_sub(random.random_range(0..9))..at)),
            _ => bytes.insert(at, random.random()),
        }
    }
}

/// What came of many inputs.
struct Fuzzed {
    /// How many inputs were read to their end.
    read: u64,
    /// How many payloads those had.
    payloads: u64,
    /// By how much the most memory that the process ever asked for grew, in KiB; nothing where the system does not tell.
    grown: Option<u64>,
    took: Duration,
}

fn fuzz(inputs: u64, longest: usize) -> Fuzzed {
    let (mut random, payloads_in_order) = (StdRng::seed_from_u64(11), payloads());
    let whole: Vec<u8> = payloads_in_order
        .iter()
        .flat_map(|payload| [&(payload.len() as u32).to_be_bytes()[..], payload].concat())
        .collect();
    let count = frame::read_all::<Talk>(&whole, longest).expect("what is in order is read");
    assert_eq!(count, payloads_in_order.len() as u64);
    let (begun, before) = (Instant::now(), most_memory());
    let (mut read, mut payloads) = (0, 0);
    for _ in 0..inputs {
        if let Ok(whole) = frame::read_all::<Talk>(&input(&mut random, &payloads_in_order), longest) {
            read += 1;
            payloads += whole;
        }
    }
    let grown = most_memory().zip(before).map(|(after, before)| after - before);
    Fuzzed { read, payloads, grown, took: begun.elapsed() }
}

/// The most memory that this process ever asked for, in KiB, as Linux tells it.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn judge(inputs: u64, fuzzed: &Fuzzed) {
    let Fuzzed { read, grown, .. } = fuzzed;
    assert!(
        *read > 0 && *read < inputs,
        "the inputs are neither all damaged nor all whole: {read} of {inputs}"
    );
    assert!(grown.is_none_or(|grown| grown <= MAY_GROW), "the memory grew by {grown:?} KiB");
}

fn main() {
    let inputs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let fuzzed = fuzz(inputs, Bounds::default().frame);
    let Fuzzed { read, payloads, grown, took } = &fuzzed;
    let grown =
        grown.map_or_else(|| "by an amount that is not told".to_owned(), |grown| format!("by {grown} KiB"));
    println!(
        "{inputs} inputs in {took:?}: {read} read, with {payloads} payloads; no panic; the memory grew {grown} at most"
    );
    judge(inputs, &fuzzed);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both in one test: the memory is that of the process. Without a bound the same inputs ask for gigabytes.
    #[test]
    fn no_bytes_of_a_peer_panic_or_take_much_memory_and_what_has_no_bound_is_found_out() {
        let inputs = 50_000;
        judge(inputs, &fuzz(inputs, Bounds::default().frame));
        let unbounded = fuzz(inputs, 1 << 30).grown;
        assert!(unbounded.is_none_or(|grown| grown > MAY_GROW), "{unbounded:?}");
    }
}
