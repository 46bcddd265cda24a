//! Whose a function is: the protocol that its name names.

use std::collections::{BTreeMap, BTreeSet};

/// Modules of the package of the core that are no protocol.
const CORE: [&str; 13] = [
    "actor",
    "address",
    "context",
    "durable",
    "input",
    "mailbox",
    "probe",
    "prelude",
    "run",
    "sorted",
    "supervision",
    "time",
    "wire",
];

/// Who is named by the functions of one crate.
pub(crate) struct Owners {
    /// For each protocol, in how many names it is. One that is built on another is in fewer, and is meant if both are named.
    named: BTreeMap<String, u64>,
    /// For each module of scenarios, the protocol that is named most beside it, or itself if it has a world of its own.
    scenarios: BTreeMap<String, String>,
}

impl Owners {
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut named: BTreeMap<String, u64> = BTreeMap::new();
        let mut beside: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for name in names {
            let Modules { protocols, scenarios } = Modules::of(name);
            for scenario in scenarios {
                let beside = beside.entry(scenario.to_owned()).or_default();
                if protocols.is_empty() && name.contains("rehearsal::world::World<") {
                    *beside.entry(scenario.to_owned()).or_default() += 1;
                }
                protocols.iter().for_each(|protocol| *beside.entry((*protocol).to_owned()).or_default() += 1);
            }
            protocols.iter().for_each(|protocol| *named.entry((*protocol).to_owned()).or_default() += 1);
        }
        let most = |(scenario, beside): (String, BTreeMap<String, u64>)| {
            let (protocol, _) = beside.into_iter().max_by_key(|(_, count)| *count)?;
            Some((scenario, protocol))
        };
        let scenarios: BTreeMap<_, _> = beside.into_iter().filter_map(most).collect();
        let owners: BTreeSet<&String> = scenarios.values().collect();
        // What no scenario is about is there for another protocol.
        named.retain(|protocol, _| owners.contains(protocol));
        Self { named, scenarios }
    }

    /// All protocols.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self.scenarios.values().map(String::as_str).collect();
        names.into_iter()
    }

    /// Whose this function is, if its name names anyone.
    pub(crate) fn owner(&self, name: &str) -> Option<&str> {
        let Modules { protocols, scenarios } = Modules::of(name);
        let known = protocols.iter().filter_map(|protocol| self.named.get_key_value(*protocol));
        let rarest = known.min_by_key(|(_, count)| **count).map(|(protocol, _)| protocol.as_str());
        rarest.or_else(|| Some(self.scenarios.get(*scenarios.first()?)?.as_str()))
    }
}

/// The modules that a name names.
struct Modules<'a> {
    /// Of crates of protocols.
    protocols: BTreeSet<&'a str>,
    /// Of crates of scenarios.
    scenarios: BTreeSet<&'a str>,
}

impl<'a> Modules<'a> {
    fn of(name: &'a str) -> Self {
        let (mut protocols, mut scenarios) = (BTreeSet::new(), BTreeSet::new());
        for (at, start) in name.match_indices("rehearsal_") {
            let rest = &name[at + start.len()..];
            let Some((package, rest)) = rest.split_once("::") else { continue };
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
            let module = &rest[..end];
            if !package.chars().all(|c| c.is_ascii_lowercase() || c == '_') || module.is_empty() {
                continue;
            }
            if package.starts_with("scenarios") {
                scenarios.insert(module);
            } else if !CORE.contains(&module) {
                protocols.insert(module);
            }
        }
        Self { protocols, scenarios }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_protocol_that_it_names() {
        let names = [
            "<rehearsal::world::World<rehearsal_sessions::session::Session>>::new::<rehearsal_scenarios::recovery::Lost>",
            "<rehearsal_sessions::session::Fact as core::fmt::Debug>::fmt",
            "<rehearsal_agents::subagents::Fact<rehearsal_sessions::session::Fact> as rehearsal_scenarios_agents::subagents::Seen>::see",
            "<rehearsal::world::World<rehearsal_scenarios_testbed::ring::Tokens>>::step",
            "<alloc::vec::Vec<rehearsal_protocol::address::Address>>::push",
        ];
        let owners = Owners::of(names.into_iter());
        let of = names.map(|name| owners.owner(name));
        assert_eq!(of, [Some("session"), Some("session"), Some("subagents"), Some("ring"), None]);
        assert_eq!(owners.owner("rehearsal_scenarios::recovery::named"), Some("session"));
        assert_eq!(owners.owner("rehearsal_scenarios::session_small::named"), None);
        assert_eq!(owners.names().collect::<Vec<_>>(), ["ring", "session", "subagents"]);
    }
}
