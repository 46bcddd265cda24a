//! Deviations in words: `delay /client-2/client→/db/store #3` and `just above lease (1.048s)`.
//!
//! A choice is read back from its words alone, for its key derives from names; so a case does not depend on how many actors
//! there are or in which order they were placed.

use std::time::Duration;

use crate::choice::generator::{join, name};
use crate::choice::stream::{delay_key, kind};
use crate::choice::{Deviation, Stream, StreamKey, Value};
use crate::fault::KINDS;
use crate::run::AnyRunner;
use crate::weather::Weather;

/// The choice in words: `delay /client-2/client→/db/store #3`.
pub fn choice(runner: &dyn AnyRunner, made: &Deviation) -> String {
    let node = |id: u32| &*runner.topology().nodes[id as usize].name;
    format!("{} #{}", made.stream.in_words(|slot| runner.path(slot), node), made.n)
}

/// Reads a choice from its words. `None` if they are none.
pub fn parse_choice(words: &str) -> Option<(StreamKey, u32)> {
    let (stream, n) = words.rsplit_once(" #")?;
    Some((parse_stream(stream)?, n.parse().ok()?))
}

fn parse_stream(words: &str) -> Option<StreamKey> {
    let (family, rest) = words.split_once(' ').unwrap_or((words, ""));
    let of_actor = [
        ("timer", kind::TIMER),
        ("turn", kind::TURN),
        ("draw", kind::DRAW),
        ("menu", kind::MENU),
        ("sync", kind::SYNC),
        ("torn", kind::TORN),
    ];
    if family == "delay" {
        let (from, to) = rest.split_once('→')?;
        return Some(delay_key(name(from), name(to)));
    }
    if let Some((_, kind)) = of_actor.iter().find(|(known, _)| *known == family) {
        return (!rest.is_empty()).then(|| join(*kind, name(rest)));
    }
    let known = ["frozen", "order"].contains(&family) || KINDS.iter().any(|kind| kind.name == family);
    let key = if rest.is_empty() { 0 } else { name(rest) };
    known.then(|| join(name(family), key))
}

/// What was chosen, in words: `just above lease (1.048s)`. For readers only; nothing is read back from it.
pub fn meaning(runner: &dyn AnyRunner, made: &Deviation) -> String {
    let (topology, value) = (runner.topology(), made.value);
    let late = |nanos: u64| format!("{:?}", Duration::from_nanos(nanos));
    match made.stream {
        Stream::Delay { from, to } => {
            if runner.node_of(from) == runner.node_of(to) {
                format!("takes {}", late(topology.weather.local_delay(value)))
            } else {
                topology.weather.in_words(value, &topology.outages)
            }
        }
        Stream::Timer(_) => format!("late by {}", late(Weather::lateness(value, false))),
        Stream::Turn(_) => format!("takes {}% of the longest", (u64::from(value.share()) * 100) >> 32),
        Stream::Sync(_) => format!("takes {}", late(Weather::sync_time(value, false))),
        Stream::Torn(_) => {
            let kept = if value.entry() == 2 {
                "a first part is kept and the next write is torn"
            } else {
                "a first part is kept"
            };
            kept.to_owned()
        }
        Stream::Draw(_) => format!("{:#x}", value.0),
        Stream::Menu(_) => format!("entry {}", value.0),
        Stream::Order => format!("passes over {} that are due before it", value.0),
        Stream::OnNode(..) | Stream::OnSystem(_) => episode(runner, made, value),
    }
}

fn episode(runner: &dyn AnyRunner, made: &Deviation, value: Value) -> String {
    let planned = runner.plan().episodes.iter().find(|episode| episode.choice == Some((made.key, made.n)));
    planned.map_or_else(|| format!("entry {}", value.entry()), |episode| episode.in_words(runner.topology()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_is_read_back_from_its_words() {
        let streams = [
            Stream::Delay { from: 1, to: 2 },
            Stream::Timer(1),
            Stream::Turn(1),
            Stream::Draw(2),
            Stream::Menu(1),
            Stream::Sync(1),
            Stream::Torn(1),
            Stream::OnNode("crash", 1),
            Stream::OnNode("clock", 0),
            Stream::OnNode("frozen", 0),
            Stream::OnSystem("partition"),
            Stream::OnSystem("kill"),
            Stream::Order,
        ];
        let actors = ["/a/one", "/b/two words", "/c/three#4"];
        let nodes = ["node a", "node-b"];
        for stream in streams {
            let words =
                format!("{} #7", stream.in_words(|slot| actors[slot as usize], |id| nodes[id as usize]));
            let key = stream.key(|slot| name(actors[slot as usize]), |id| name(nodes[id as usize]));
            assert_eq!(parse_choice(&words), Some((key, 7)), "{words}");
        }
    }

    #[test]
    fn words_that_name_no_choice_are_refused() {
        for words in
            ["", "delay", "delay /a/b #1", "delay /a→/b", "weather /a #1", "timer #1", "timer /a #x", "#1"]
        {
            assert_eq!(parse_choice(words), None, "{words}");
        }
    }
}
