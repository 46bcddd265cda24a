//! Cache misses per turn, as valgrind's cachegrind simulates them: a virtual machine seldom has counters of its own.

use std::process::Command;

use crate::case::Case;

/// The caches that are simulated: a first level of 48 KiB, and behind it one of 32 MiB.
const CACHES: [&str; 2] = ["--D1=49152,12,64", "--LL=33554432,16,64"];

/// Each case `scale_…` with its actors and two sizes: what differs between the two is turns and nothing else.
const SIZES: [(&str, u64, [u64; 2]); 5] = [
    ("scale_10", 10, [10_000, 20_000]),
    ("scale_1k", 1_000, [200, 400]),
    ("scale_10k", 10_000, [20, 60]),
    ("scale_100k", 100_000, [5, 10]),
    ("scale_1m", 1_000_000, [2, 4]),
];

/// Counts for one run.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Counts {
    instructions: f64,
    first: f64,
    last: f64,
}

/// A table of instructions and misses per turn.
///
/// # Errors
///
/// If there is no valgrind, or what it says is not understood.
pub fn table(cases: &[Case]) -> Result<String, String> {
    let mut table = String::from(
        "| program | actors | instructions a turn | misses of 48 KiB a turn | misses of 32 MiB a turn |\n|---|---|---|---|---|\n",
    );
    for case in cases {
        let Some((_, actors, sizes)) = SIZES.iter().find(|(name, ..)| *name == case.name) else { continue };
        let [few, many] = [counts(case, sizes[0])?, counts(case, sizes[1])?];
        let turns = (actors * (with_warm_up(sizes[1]) - with_warm_up(sizes[0]))) as f64;
        let a_turn = |of: fn(&Counts) -> f64| ((of(&many) - of(&few)) / turns).max(0.0);
        let (instructions, first, last) =
            (a_turn(|of| of.instructions), a_turn(|of| of.first), a_turn(|of| of.last));
        eprintln!("{}/{} is counted", case.program, case.name);
        table += &format!("| {} | {actors} | {instructions:.0} | {first:.2} | {last:.2} |\n", case.program);
    }
    Ok(table)
}

/// A program warms up by a tenth of its size.
fn with_warm_up(size: u64) -> u64 {
    size + (size / 10).max(1)
}

fn counts(case: &Case, size: u64) -> Result<Counts, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file=/dev/null"]).args(CACHES);
    let ran = valgrind.arg(&case.binary).args([&case.name, &size.to_string()]).output();
    let ran = ran.map_err(|error| format!("valgrind does not start: {error}; install it"))?;
    let said = String::from_utf8_lossy(&ran.stderr);
    read(&said).ok_or_else(|| format!("{}: valgrind said no counts: {said}", case.name))
}

/// From the summary that cachegrind prints.
fn read(said: &str) -> Option<Counts> {
    let number = |label: &str| {
        let line = said.lines().find(|line| line.contains(label))?;
        let number = line.split_once(label)?.1.trim().split(' ').next()?;
        number.replace(',', "").parse().ok()
    };
    Some(Counts {
        instructions: number("I   refs:").or_else(|| number("I refs:"))?,
        first: number("D1  misses:")?,
        last: number("LLd misses:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_cachegrind_is_read() {
        let said = "==1== I   refs:      2,119,016\n==1== D1  misses:       20,790  ( 15,056 rd   +  5,733 wr)\n==1== LLd misses:       13,351  (  9,509 rd   + 3,842 wr)\n";
        assert_eq!(read(said), Some(Counts { instructions: 2_119_016.0, first: 20_790.0, last: 13_351.0 }));
        assert_eq!(read("==1== LLd misses: 3"), None);
    }
}
