//! One measurement, and a program's command line.

use std::sync::Mutex;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::delivery::take;

/// One measurement.
pub struct Case {
    /// Its name: the work, then how it is done.
    pub name: &'static str,
    /// What is counted: `msg`, `exec`, `state`, `step`, `turn`.
    pub unit: &'static str,
    /// Its size; the warm-up has a tenth of it, the short form a hundredth.
    pub size: u64,
    /// Runs the case at a size: how many units were done, and a digest of what happened; 0 if there is only a count.
    pub run: fn(u64) -> (u64, u64),
}

/// A program's command line.
///
/// `list` prints the names of its cases. `CASE [SIZE]` warms up, runs the case once and prints one line,
/// `program,case,unit,count,wall seconds,CPU seconds,per second,digest,KiB`: the last is the greatest resident memory beyond what the
/// program and its libraries took before the case. With the size `short` it is small, without
/// a warm-up, for its count and digest only.
pub fn program(name: &str, cases: &[Case]) {
    let mut typed = std::env::args().skip(1);
    let wanted = typed.next().unwrap_or_else(|| "list".to_owned());
    if wanted == "list" {
        cases.iter().for_each(|case| println!("{}", case.name));
        return;
    }
    let Some(case) = cases.iter().find(|case| case.name == wanted) else {
        eprintln!("{name} has no case `{wanted}`; `{name} list` names them");
        std::process::exit(2);
    };
    let program = peak_rss_kib();
    let asked = typed.next();
    let size = match asked.as_deref() {
        None => case.size,
        Some("short") => (case.size / 100).max(1),
        Some(number) => number.parse().unwrap_or_else(|_| {
            eprintln!("`{number}` is not a size; give a whole number, or `short`");
            std::process::exit(2);
        }),
    };
    if asked.as_deref() != Some("short") {
        (case.run)((size / 10).max(1));
        take();
    }
    *PART.lock().expect("no case panics within its part") = None;
    let whole = Clock::start();
    let (count, digest) = (case.run)(size);
    let whole = whole.stop();
    let (wall, cpu) = PART.lock().expect("no case panics within its part").unwrap_or(whole);
    println!(
        "{name},{},{},{count},{wall:.6},{cpu:.6},{:.1},{digest:016x},{}",
        case.name,
        case.unit,
        count as f64 / wall,
        peak_rss_kib().saturating_sub(program)
    );
}

/// The part of a case that is timed, for one whose set-up is another matter. Without it, all of the case is timed.
pub fn timed<T>(part: impl FnOnce() -> T) -> T {
    let clock = Clock::start();
    let result = part();
    *PART.lock().expect("no case panics within its part") = Some(clock.stop());
    result
}

/// Seconds on the wall and on CPUs of the part of the case that is timed.
static PART: Mutex<Option<(f64, f64)>> = Mutex::new(None);

struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Self { cpu: cpu_seconds(), wall: Instant::now() }
    }

    fn stop(&self) -> (f64, f64) {
        (self.wall.elapsed().as_secs_f64(), cpu_seconds() - self.cpu)
    }
}

fn cpu_seconds() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own usage");
    (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
}

/// From the kernel's own count; 0 where there is no `/proc`.
fn peak_rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"));
    peak.and_then(|kib| kib.trim().parse().ok()).unwrap_or(0)
}
