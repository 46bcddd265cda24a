//! Where the time of a case goes, by source file: from samples of `perf`, with what is inlined counted to the file of this repository
//! that it was inlined into.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::case::Case;

/// Where a program that is not placed at random begins, on x86-64 Linux.
const BASE: u64 = 0x5555_5555_4000;

/// A list of files for each case, the most time first.
///
/// # Errors
///
/// If `perf`, `setarch` or `addr2line` is missing, or says what is not understood.
pub fn lists(cases: &[Case]) -> Result<String, String> {
    let mut lists = String::new();
    for case in cases {
        let samples = samples(case)?;
        let all: u64 = samples.values().sum();
        let mut files: Vec<(String, u64)> = by_file(case, &samples)?.into_iter().collect();
        files.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        lists += &format!("{}/{}, {all} samples\n", case.program, case.name);
        for (file, count) in files.iter().take(FILES) {
            lists += &format!("{:6.1} %  {file}\n", 100.0 * *count as f64 / all as f64);
        }
    }
    Ok(lists)
}

/// So many files are listed.
const FILES: usize = 14;

/// How often each place in the program was seen; what is seen elsewhere counts as place 0.
fn samples(case: &Case) -> Result<BTreeMap<u64, u64>, String> {
    let data = std::env::temp_dir().join(format!("side-by-side-{}.perf", std::process::id()));
    let mut perf = Command::new("perf");
    perf.args(["record", "-q", "-e", "cpu-clock", "-F", "2000", "-o"]).arg(&data);
    said(perf.args(["setarch", "-R"]).arg(&case.binary).arg(&case.name))?;
    let script = said(Command::new("perf").args(["script", "-F", "ip,dso", "-i"]).arg(&data))?;
    std::fs::remove_file(&data).map_err(|error| format!("{} cannot be removed: {error}", data.display()))?;
    let program = case.binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut samples = BTreeMap::new();
    for line in script.lines() {
        let Some((address, object)) = line.trim().split_once(' ') else { continue };
        let address = u64::from_str_radix(address, 16).unwrap_or(0);
        let place = if object.contains(&program) { address.saturating_sub(BASE) } else { 0 };
        *samples.entry(place).or_insert(0) += 1;
    }
    Ok(samples)
}

fn by_file(case: &Case, samples: &BTreeMap<u64, u64>) -> Result<BTreeMap<String, u64>, String> {
    let mut addr2line = Command::new("addr2line");
    addr2line.args(["-a", "-i", "-e"]).arg(&case.binary).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = addr2line.spawn().map_err(|error| format!("addr2line does not start: {error}"))?;
    let mut places = running.stdin.take().expect("it is piped");
    let asked: String = samples.keys().map(|place| format!("{place:#x}\n")).collect();
    // It answers while it is asked, so it is asked from beside.
    let asking = std::thread::spawn(move || places.write_all(asked.as_bytes()));
    let answered = running.wait_with_output().map_err(|error| format!("addr2line fails: {error}"))?;
    asking
        .join()
        .expect("asking does not panic")
        .map_err(|error| format!("addr2line does not listen: {error}"))?;
    let repository =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("the repository is above");
    Ok(files_of(&String::from_utf8_lossy(&answered.stdout), &repository.to_string_lossy(), samples))
}

/// Each place with the frames at it, the innermost first.
fn files_of(answer: &str, repository: &str, samples: &BTreeMap<u64, u64>) -> BTreeMap<String, u64> {
    let mut files = BTreeMap::new();
    let mut counted = 0;
    for line in answer.lines() {
        if let Some(place) = line.strip_prefix("0x") {
            // Until a frame of ours comes, it is nobody's.
            counted = u64::from_str_radix(place, 16)
                .ok()
                .and_then(|place| samples.get(&place))
                .copied()
                .unwrap_or(0);
            *files.entry(ELSEWHERE.to_owned()).or_insert(0) += counted;
        } else if let Some(within) = line.strip_prefix(repository).filter(|_| counted > 0) {
            let file = within.trim_start_matches('/').split(':').next().unwrap_or(within);
            *files.entry(ELSEWHERE.to_owned()).or_insert(0) -= counted;
            *files.entry(file.to_owned()).or_insert(0) += counted;
            counted = 0;
        }
    }
    files
}

const ELSEWHERE: &str = "elsewhere: the kernel, the allocator, the standard library";

fn said(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} does not start: {error}; install it"))?;
    if !output.status.success() {
        return Err(format!("{name} fails: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inlined_counts_to_the_file_that_it_is_inlined_into() {
        let samples = BTreeMap::from([(0x10, 5), (0x20, 3), (0x30, 2)]);
        let answer = "0x0000000000000010\n/rustc/library/vec.rs:7\n/repo/sim/queue.rs:70\n/repo/sim/world.rs:1\n\
                      0x0000000000000020\n/repo/sim/world.rs:9 (discriminator 2)\n0x0000000000000030\n??:0\n";
        let files = files_of(answer, "/repo", &samples);
        assert_eq!(files["sim/queue.rs"], 5);
        assert_eq!(files["sim/world.rs"], 3);
        assert_eq!(files[ELSEWHERE], 2);
    }
}
