//! The named mixtures of kinds of faults.

/// Which kinds of faults a campaign may use. A random subset of them is on in each seed (swarm testing): leaving one
/// out lets the others go deep.
#[derive(Debug)]
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in words.
    pub sentence: &'static str,
    /// The kinds that may be on.
    pub kinds: &'static [&'static str],
    /// The chance, in percent, that a kind is on in a seed.
    pub swarm_percent: u32,
}

impl Profile {
    /// No fault at all; messages still take their time in random order.
    pub const NONE: Self = Self {
        name: "none",
        sentence: "no faults; only the order of events varies",
        kinds: &[],
        swarm_percent: 0,
    };
    /// A good day: things are late now and then.
    pub const CALM: Self = Self {
        name: "calm",
        sentence: "late messages and timers, clocks a little off; nothing is lost",
        kinds: &["delay", "lateness", "clock"],
        swarm_percent: 50,
    };
    /// A bad network.
    pub const LOSSY: Self = Self {
        name: "lossy",
        sentence: "messages are lost, doubled and late",
        kinds: &["loss", "duplication", "delay", "lateness"],
        swarm_percent: 60,
    };
    /// A network that falls apart.
    pub const PARTITIONS: Self = Self {
        name: "partitions",
        sentence: "links are cut both ways, one way or all but one node, or held and released",
        kinds: &["partition", "clog", "delay", "lateness"],
        swarm_percent: 60,
    };
    /// Machines that fail.
    pub const CRASHES: Self = Self {
        name: "crashes",
        sentence: "nodes crash, pause and run slowly, actors are killed, syncs are slow and writes torn",
        kinds: &["crash", "pause", "slow", "kill", "disk", "lateness"],
        swarm_percent: 60,
    };
    /// Everything.
    pub const CHAOS: Self = Self {
        name: "chaos",
        sentence: "every kind of fault, a random half of them in each seed",
        kinds: &[
            "crash",
            "pause",
            "slow",
            "kill",
            "partition",
            "clog",
            "loss",
            "duplication",
            "delay",
            "lateness",
            "clock",
            "disk",
        ],
        swarm_percent: 50,
    };

    /// The profile of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }
}

/// Every profile there is; the last is the default of a campaign.
pub static PROFILES: &[Profile] =
    &[Profile::NONE, Profile::CALM, Profile::LOSSY, Profile::PARTITIONS, Profile::CRASHES, Profile::CHAOS];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{KINDS, kind};

    #[test]
    fn every_kind_that_a_profile_names_exists_and_chaos_has_them_all() {
        for profile in PROFILES {
            for name in profile.kinds {
                assert!(kind(name).is_some(), "{} names the kind `{name}`", profile.name);
            }
        }
        let all: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(Profile::CHAOS.kinds, all);
    }
}
