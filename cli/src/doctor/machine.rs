//! The versions of everything that a result may depend on, and what the machine has.

use std::num::NonZero;

use rehearsal::case::file::FORMAT;
use rehearsal_reports::doctor::{Limits, Versions};

pub(super) fn versions() -> Versions {
    Versions {
        tool: env!("CARGO_PKG_VERSION"),
        case_format: FORMAT,
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
    }
}

pub(super) fn limits() -> Limits {
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    Limits {
        cores: std::thread::available_parallelism().map_or(1, NonZero::get),
        memory: bytes(&memory, "MemTotal:"),
        available: bytes(&memory, "MemAvailable:"),
    }
}

/// A figure of `/proc/meminfo`, which counts in KiB.
fn bytes(memory: &str, name: &str) -> Option<u64> {
    let line = memory.lines().find(|line| line.starts_with(name))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_where_the_system_says() {
        let memory = "MemTotal:        16318528 kB\nMemFree:          812 kB\nMemAvailable:   100 kB\n";
        assert_eq!(bytes(memory, "MemTotal:"), Some(16_318_528 * 1_024));
        assert_eq!(bytes(memory, "MemAvailable:"), Some(102_400));
        assert_eq!(bytes("", "MemTotal:"), None);
    }
}
