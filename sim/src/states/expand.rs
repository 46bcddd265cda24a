//! All steps from a state, by looking up what is known.

use super::event::LOOSE;
use super::layer::Block;
use super::refused::Refused;
use super::row::{Row, View, of_judges, of_local, of_loose};
use super::tables::{AT_ONCE, Judged, Kind, Miss, Outcome, Tables};

/// A state that a step leads to, known by its bits alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) bits: u64,
    /// The place of the state before it in its block.
    pub(super) parent: u32,
    /// The place of the outcome that leads there.
    pub(super) outcome: u32,
}

/// Something wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    /// The place of the state in its block.
    pub(super) parent: u32,
    /// The place of the outcome that shows it; if absent, nothing moves any more.
    pub(super) outcome: Option<u32>,
    /// The number of the violation; of the panic, if `panicked`.
    pub(super) violation: u32,
    pub(super) panicked: bool,
}

/// What comes of some states.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    pub(super) found: Vec<Found>,
    pub(super) sightings: Vec<Sighting>,
    /// How many steps there are.
    pub(super) generated: u64,
    /// From how many states no step leads to another.
    pub(super) ends: u64,
}

/// Where what is known is looked up.
pub(super) trait Known {
    fn tables(&self) -> &Tables;

    /// Whether something that was not known is known now.
    fn find_out(&mut self, miss: Miss) -> Result<bool, Refused>;
}

/// What is known, by someone who cannot find anything out.
pub(super) struct Shared<'a>(pub(super) &'a Tables);

impl Known for Shared<'_> {
    fn tables(&self) -> &Tables {
        self.0
    }

    fn find_out(&mut self, _: Miss) -> Result<bool, Refused> {
        Ok(false)
    }
}

/// Takes states apart into steps.
#[derive(Debug, Default)]
pub(super) struct Expander {
    trial: Row,
    events: Vec<u32>,
}

impl Expander {
    /// Adds all steps from a state of a block. `false` if something must be found out first; then nothing is added.
    pub(super) fn expand(
        &mut self,
        known: &mut impl Known,
        block: &Block,
        index: usize,
        to: &mut Expanded,
    ) -> Result<bool, Refused> {
        let row = block.view(index);
        let before = (to.found.len(), to.sightings.len(), to.generated, to.ends);
        self.collect(known.tables(), &row);
        let mut moves = false;
        let mut at = 0;
        while let Some(event) = self.events.get(at).copied() {
            let mark = (to.found.len(), to.sightings.len(), to.generated);
            match self.step(known.tables(), &row, index as u32, event, to) {
                Ok(moved) => {
                    moves |= moved;
                    at += 1;
                }
                Err(miss) => {
                    to.cut(mark);
                    if !known.find_out(miss)? {
                        to.cut((before.0, before.1, before.2));
                        return Ok(false);
                    }
                }
            }
        }
        if !moves && !Self::settle(known, &row, index as u32, to)? {
            to.cut((before.0, before.1, before.2));
            to.ends = before.3;
            return Ok(false);
        }
        Ok(true)
    }

    /// What may come next: what follows from local states, what is under way in no order, and the heads of channels.
    fn collect(&mut self, tables: &Tables, row: &View<'_>) {
        self.events.clear();
        for (slot, local) in row.locals.iter().enumerate() {
            for event in tables.own_events(slot, *local) {
                self.events.push(*event);
            }
        }
        let mut last = None;
        for event in row.loose {
            if last != Some(event) {
                self.events.push(*event);
            }
            last = Some(event);
        }
        let mut channel = LOOSE;
        for event in row.queued {
            let own = tables.routes[*event as usize].channel;
            if own != channel {
                self.events.push(*event);
            }
            channel = own;
        }
    }

    /// All alternatives of one event; whether any of them leads to another state.
    #[inline]
    fn step(
        &mut self,
        tables: &Tables,
        row: &View<'_>,
        parent: u32,
        event: u32,
        to: &mut Expanded,
    ) -> Result<bool, Miss> {
        let route = tables.routes[event as usize];
        let before = row.local(route.to);
        let mut place = tables.turn(event, before)?;
        let mut moves = false;
        loop {
            let outcome = tables.outcome(place);
            let is_step = match outcome.kind {
                Kind::Step => true,
                Kind::Nowhere => !route.kept,
                Kind::Blocked => false,
                Kind::Violation => {
                    to.generated += 1;
                    let violation = outcome.facts;
                    to.sightings.push(Sighting { parent, outcome: Some(place), violation, panicked: true });
                    moves = true;
                    false
                }
            };
            if is_step {
                to.generated += 1;
                let bits = if outcome.simple && route.channel == LOOSE {
                    let mut bits = row.bits;
                    if outcome.local != before {
                        bits = bits
                            .wrapping_sub(of_local(route.to, before))
                            .wrapping_add(of_local(route.to, outcome.local));
                    }
                    if !route.own && !route.kept {
                        bits = bits.wrapping_sub(of_loose(event));
                    }
                    for ask in outcome.asks {
                        if !tables.routes[*ask as usize].kept || !row.has_loose(*ask) {
                            bits = bits.wrapping_add(of_loose(*ask));
                        }
                    }
                    bits
                } else {
                    follow(tables, row, &outcome, &mut self.trial)?;
                    self.trial.judges = row.judges;
                    self.trial.bits(&tables.routes)
                };
                match tables.judge(row.judges, outcome.facts)? {
                    Judged::Violated(violation) => {
                        to.sightings.push(Sighting {
                            parent,
                            outcome: Some(place),
                            violation,
                            panicked: false,
                        });
                        moves = true;
                    }
                    Judged::Content(judges) => {
                        let bits = if judges == row.judges {
                            bits
                        } else {
                            bits.wrapping_sub(of_judges(row.judges)).wrapping_add(of_judges(judges))
                        };
                        if bits != row.bits {
                            moves = true;
                            to.found.push(Found { bits: bits.max(1), parent, outcome: place });
                        }
                    }
                }
            }
            match outcome.next {
                Some(next) => place = next,
                None => return Ok(moves),
            }
        }
    }

    /// Nothing moves any more: what is owed will never be done.
    fn settle(
        known: &mut impl Known,
        row: &View<'_>,
        parent: u32,
        to: &mut Expanded,
    ) -> Result<bool, Refused> {
        loop {
            match known.tables().settled(row.judges) {
                Ok(owed) => {
                    to.ends += 1;
                    let sighting = |violation| Sighting { parent, outcome: None, violation, panicked: false };
                    to.sightings.extend(owed.map(sighting));
                    return Ok(true);
                }
                Err(miss) if !known.find_out(miss)? => return Ok(false),
                Err(_) => {}
            }
        }
    }
}

impl Expanded {
    /// Takes back what was added after a moment.
    fn cut(&mut self, (found, sightings, generated): (usize, usize, u64)) {
        self.found.truncate(found);
        self.sightings.truncate(sightings);
        self.generated = generated;
    }

    /// Forgets everything, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.cut((0, 0, 0));
        self.ends = 0;
    }
}

/// The row that an outcome leads to, and whether a monitor minds.
pub(super) fn successor(tables: &Tables, row: &View<'_>, place: u32, to: &mut Row) -> Result<Judged, Miss> {
    let outcome = tables.outcome(place);
    follow(tables, row, &outcome, to)?;
    let judged = tables.judge(row.judges, outcome.facts)?;
    if let Judged::Content(judges) = judged {
        to.judges = judges;
    }
    Ok(judged)
}

/// Makes a step on a copy of a row, but for the monitors.
fn follow(tables: &Tables, row: &View<'_>, outcome: &Outcome<'_>, to: &mut Row) -> Result<(), Miss> {
    to.copy(row);
    let route = tables.routes[outcome.event as usize];
    if !route.own {
        to.take(outcome.event, &tables.routes);
    }
    take_hold(tables, route.to, outcome, to)
}

/// The local state changes, and what was asked for is on its way or takes hold at once.
fn take_hold(tables: &Tables, slot: u32, outcome: &Outcome<'_>, to: &mut Row) -> Result<(), Miss> {
    to.set_local(slot, outcome.local);
    for ask in outcome.asks {
        if ask & AT_ONCE == 0 {
            to.post(*ask, &tables.routes);
            continue;
        }
        let event = ask & !AT_ONCE;
        let slot = tables.routes[event as usize].to;
        let place = tables.turn(event, to.local(slot))?;
        take_hold(tables, slot, &tables.outcome(place), to)?;
    }
    Ok(())
}
