//! Vector clocks: which events happened before which, from the causes in a trace.

use std::collections::BTreeMap;

use super::event::Event;

/// The clock of an event: for each actor, how many of its events happened before it or are it.
pub type Clock = BTreeMap<u32, u64>;

/// The clocks of all events of a trace. Events of nobody, as the beginning of a fault, count for the actor `Event::NOBODY`.
pub fn clocks(events: &[Event]) -> Vec<Clock> {
    let mut latest: BTreeMap<u32, Clock> = BTreeMap::new();
    let mut all: Vec<Clock> = Vec::with_capacity(events.len());
    for (number, event) in events.iter().enumerate() {
        let mut clock = latest.get(&event.actor).cloned().unwrap_or_default();
        if let Some(cause) = all.get(event.cause as usize).filter(|_| (event.cause as usize) < number) {
            for (actor, count) in cause {
                let known = clock.entry(*actor).or_default();
                *known = (*known).max(*count);
            }
        }
        *clock.entry(event.actor).or_default() += 1;
        latest.insert(event.actor, clock.clone());
        all.push(clock);
    }
    all
}

/// Whether the event with the clock `a`, of the actor `actor`, happened before the one with the clock `b`, or is it.
pub fn precedes(a: &Clock, actor: u32, b: &Clock) -> bool {
    a.get(&actor) <= b.get(&actor)
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::Time;

    use super::*;
    use crate::trace::EventKind;

    fn event(actor: u32, cause: u64) -> Event {
        Event { at: Time::ZERO, cause, digest: 0, actor, node: 0, kind: EventKind::Message }
    }

    #[test]
    fn what_a_message_leads_to_comes_after_it_and_what_is_elsewhere_does_not() {
        // 0: actor 1 starts; 1: actor 2 starts; 2: actor 2 handles what 0 sent; 3: actor 1 goes on.
        let clocks = clocks(&[event(1, 0), event(2, 1), event(2, 0), event(1, 3)]);
        assert!(precedes(&clocks[0], 1, &clocks[2]), "a message comes after its cause");
        assert!(precedes(&clocks[1], 2, &clocks[2]), "an actor's events are in order");
        assert!(!precedes(&clocks[2], 2, &clocks[3]), "nothing leads from one to the other");
        assert!(!precedes(&clocks[3], 1, &clocks[2]));
    }
}
