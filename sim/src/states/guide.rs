//! A way through states as a run of the world: the choices in which it differs from the dull run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::actors::Actors;
use super::event::What;
use super::path::Way;
use super::tables::Tables;
use crate::check::Checks;
use crate::choice::overrides;
use crate::choice::stream::kind;
use crate::choice::{Choices, Deviation, Stream, Value, generator};
use crate::erased::{Erased, Fact};
use crate::fault::Profile;
use crate::trace::Recording;
use crate::world::asynchronous::{Orders, passing};
use crate::world::pending;
use crate::world::{Start, World};

/// Leads the world along a way. The deviations that do so, or why the world cannot follow.
pub(super) fn deviations(
    mut checks: Checks<Fact>,
    actors: &Actors,
    tables: &Tables,
    way: &Way,
) -> Result<Vec<Deviation>, String> {
    let mut world = World::new(actors.blueprint().clone());
    let mut made = menus(actors, tables, way);
    world.start(Start {
        seed: 0,
        profile: &Profile::NONE,
        choices: Choices::benign().overriding(Arc::new(overrides(&made))),
        script: &[],
        faulty: Some(false),
        recording: Recording::Off,
        orders: Orders::Any,
    });
    world.begin_all(&mut checks);
    for (n, place) in (0..).zip(&way.steps) {
        let event = actors.event(tables.outcome(*place).event);
        let fits = |world: &World<Erased>, slot: u32, pending: &pending::What<Erased>| {
            world.path(slot) == actors.path(event.to) && is_same(world, pending, actors, &event.what, slot)
        };
        let Some(passed) = world.pick(fits, &mut checks) else {
            return Err(format!(
                "step {} does not come in the world: {}",
                n + 1,
                in_words(actors, tables, *place)
            ));
        };
        made.extend((passed > 0).then(|| passing(n, passed)));
    }
    // A menu of an actor that is spawned on the way has a slot only now.
    for deviation in &mut made {
        if let Stream::Menu(slot) = deviation.stream {
            let path = actors.path(slot);
            let there = (0..world.paths()).find(|slot| world.path(*slot) == path);
            deviation.stream = Stream::Menu(there.ok_or_else(|| format!("nobody is started at {path}"))?);
        }
    }
    Ok(made)
}

/// What is chosen on the way.
fn menus(actors: &Actors, tables: &Tables, way: &Way) -> Vec<Deviation> {
    let mut made = Vec::new();
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for place in way.first.iter().chain(&way.steps) {
        let slot = tables.routes[tables.outcome(*place).event as usize].to;
        let n = counts.entry(slot).or_default();
        for entry in actors.chosen(*place) {
            if *entry != 0 {
                let key = generator::join(kind::MENU, generator::name(actors.path(slot)));
                let value = Value(u64::from(*entry));
                made.push(Deviation { stream: Stream::Menu(slot), key, n: *n, value });
            }
            *n += 1;
        }
    }
    made
}

/// Whether what is pending in the world is this event. Slots of spawned actors may differ, so they are told by their paths.
fn is_same(
    world: &World<Erased>,
    pending: &pending::What<Erased>,
    actors: &Actors,
    what: &What,
    slot: u32,
) -> bool {
    let here = |text: String| named(&text, &|slot| world.path(slot));
    let there = |text: String| named(&text, &|slot| actors.path(slot));
    match (pending, what) {
        (pending::What::Message(envelope), What::Message(from, message)) => {
            here(format!("{:?} {:?}", envelope.from, envelope.message))
                == there(format!("{from:?} {message:?}"))
        }
        (pending::What::Timer(id, arm), What::Timer(other, _)) => {
            id == other && world.is_armed(slot, *id, *arm)
        }
        (pending::What::Signal(signal, incarnation), What::Signal(other, sent_to)) => {
            incarnation == sent_to && here(format!("{signal:?}")) == there(format!("{other:?}"))
        }
        (pending::What::Synced(id, incarnation, _), What::Synced(other, of)) => {
            (id, incarnation) == (other, of)
        }
        (pending::What::Start(_), What::Start)
        | (pending::What::Restart, What::Restart)
        | (pending::What::Kill, What::Kill) => true,
        _ => false,
    }
}

/// A text with the paths of actors in place of their addresses, `@node.slot`.
fn named<'a>(text: &str, path: &dyn Fn(u32) -> &'a str) -> String {
    let mut parts = text.split('@');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let slot_at = digits(part) + 1;
        let slot = part.get(slot_at..).map(|rest| &rest[..digits(rest)]);
        match slot.and_then(|slot| slot.parse().ok()) {
            Some(slot) if part[slot_at - 1..].starts_with('.') => {
                result.push_str(path(slot));
                result.push_str(&part[slot_at + digits(&part[slot_at..])..]);
            }
            _ => {
                result.push('@');
                result.push_str(part);
            }
        }
    }
    result
}

/// A step in words.
pub(super) fn in_words(actors: &Actors, tables: &Tables, place: u32) -> String {
    let event = actors.event(tables.outcome(place).event);
    let who = actors.path(event.to);
    let what = match &event.what {
        What::Start => "has its first turn".to_owned(),
        What::Restart => "starts again".to_owned(),
        What::Timer(id, _) => format!("handles {id}"),
        What::Message(from, message) => format!("handles {message:?} from {}", actors.path(from.slot())),
        What::Signal(signal, _) => format!("handles {signal:?}"),
        What::Synced(id, _) => format!("handles Synced({})", id.0),
        What::Kill => "is killed".to_owned(),
        What::Begin(..) | What::Adopt(_) | What::Watch(_) | What::Tell(_) | What::End(_) => {
            unreachable!("no step, but a part of one")
        }
    };
    let chosen = actors.chosen(place);
    let chosen = if chosen.is_empty() { String::new() } else { format!(", having chosen {chosen:?}") };
    named(&format!("{who} {what}{chosen}"), &|slot| actors.path(slot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_a_text_become_paths() {
        let path = |slot: u32| ["/a/one", "/b/two"][slot as usize];
        assert_eq!(named("Exit { who: @0.1, by: @12.0 }", &path), "Exit { who: /b/two, by: /a/one }");
        assert_eq!(named("me@home @1", &path), "me@home @1");
    }
}
