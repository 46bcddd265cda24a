//! A state of the whole system as a row of small numbers, and the 64 bits that stand for it.
//!
//! Those bits are a sum over all places of the row, so what one step changes is added and subtracted. A number 0 adds nothing: a slot that
//! nobody mentioned yet is the same as none.

use super::event::{LOOSE, Route};
use crate::choice::generator::mix;

/// A state of the whole system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// What the monitors remember.
    pub(super) judges: u32,
    /// The local state in each slot; 0 beyond the end.
    pub(super) locals: Vec<u32>,
    /// What is under way in no order, smallest number first.
    pub(super) loose: Vec<u32>,
    /// What keeps its order, by channel and then by age.
    pub(super) queued: Vec<u32>,
}

/// A row that lies elsewhere, with the bits that stand for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) bits: u64,
    pub(super) judges: u32,
    pub(super) locals: &'a [u32],
    pub(super) loose: &'a [u32],
    pub(super) queued: &'a [u32],
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// What the local state of a slot adds.
#[inline]
pub(super) fn of_local(slot: u32, local: u32) -> u64 {
    spread(1, slot, local)
}

/// What the monitors add.
#[inline]
pub(super) fn of_judges(judges: u32) -> u64 {
    spread(2, 0, judges)
}

/// What each copy of something under way in no order adds.
#[inline]
pub(super) fn of_loose(event: u32) -> u64 {
    spread(3, 0, event + 1)
}

/// What something in a channel adds, by how many are before it.
fn of_queued(before: u32, event: u32) -> u64 {
    spread(4, before, event + 1)
}

#[inline]
fn spread(kind: u64, place: u32, number: u32) -> u64 {
    let bits = mix((kind << 60 | u64::from(place) << 32 | u64::from(number)).wrapping_mul(GOLDEN));
    if number == 0 { 0 } else { bits }
}

impl View<'_> {
    /// The local state in a slot.
    #[inline]
    pub(super) fn local(&self, slot: u32) -> u32 {
        self.locals.get(slot as usize).copied().unwrap_or(0)
    }

    /// Whether something is under way in no order.
    #[inline]
    pub(super) fn has_loose(&self, event: u32) -> bool {
        self.loose.contains(&event)
    }
}

impl Row {
    /// Becomes the row that lies elsewhere.
    pub(super) fn copy(&mut self, view: &View<'_>) {
        self.judges = view.judges;
        for (mine, other) in
            [(&mut self.locals, view.locals), (&mut self.loose, view.loose), (&mut self.queued, view.queued)]
        {
            mine.clear();
            mine.extend_from_slice(other);
        }
    }

    /// The local state in a slot.
    pub(super) fn local(&self, slot: u32) -> u32 {
        self.locals.get(slot as usize).copied().unwrap_or(0)
    }

    /// Changes the local state in a slot.
    pub(super) fn set_local(&mut self, slot: u32, local: u32) {
        let slot = slot as usize;
        if slot >= self.locals.len() {
            self.locals.resize(slot + 1, 0);
        }
        self.locals[slot] = local;
    }

    /// Something is sent on its way.
    pub(super) fn post(&mut self, event: u32, routes: &[Route]) {
        let Route { channel, kept, .. } = routes[event as usize];
        if channel != LOOSE {
            let behind = self.queued.partition_point(|other| routes[*other as usize].channel <= channel);
            self.queued.insert(behind, event);
            return;
        }
        let place = self.loose.partition_point(|other| *other < event);
        if !kept || self.loose.get(place) != Some(&event) {
            self.loose.insert(place, event);
        }
    }

    /// Something under way arrives.
    pub(super) fn take(&mut self, event: u32, routes: &[Route]) {
        let Route { channel, kept, .. } = routes[event as usize];
        if channel != LOOSE {
            let head = self.queued.partition_point(|other| routes[*other as usize].channel < channel);
            assert_eq!(self.queued.remove(head), event, "only the head of a channel arrives");
        } else if !kept {
            let place = self.loose.binary_search(&event).expect("what arrives is under way");
            self.loose.remove(place);
        }
    }

    /// The bits that stand for it.
    pub(super) fn bits(&self, routes: &[Route]) -> u64 {
        let locals = (0..).zip(&self.locals).map(|(slot, local)| of_local(slot, *local));
        let loose = self.loose.iter().map(|event| of_loose(*event));
        let sum = locals.chain(loose).fold(of_judges(self.judges), u64::wrapping_add);
        let (mut channel, mut before) = (LOOSE, 0);
        self.queued.iter().fold(sum, |sum, event| {
            let own = routes[*event as usize].channel;
            before = if own == channel { before + 1 } else { 0 };
            channel = own;
            sum.wrapping_add(of_queued(before, *event))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, VecDeque};

    use proptest::prelude::*;

    use super::*;

    /// Nine events: three loose, three kept, three in each of two channels.
    fn routes() -> Vec<Route> {
        let route = |event: u32| match event {
            0..3 => Route { to: 0, channel: LOOSE, kept: false, own: false },
            3..6 => Route { to: 0, channel: LOOSE, kept: true, own: false },
            _ => Route { to: 0, channel: 1 + event % 2, kept: false, own: false },
        };
        (0..12).map(route).collect()
    }

    #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    struct Model {
        loose: BTreeMap<u32, u32>,
        channels: BTreeMap<u32, VecDeque<u32>>,
    }

    impl Model {
        fn post(&mut self, event: u32, route: Route) {
            if route.channel != LOOSE {
                return self.channels.entry(route.channel).or_default().push_back(event);
            }
            let copies = self.loose.entry(event).or_default();
            *copies = if route.kept { 1 } else { *copies + 1 };
        }

        fn takes(&self) -> Vec<u32> {
            let heads = self.channels.values().filter_map(|queue| queue.front());
            self.loose.keys().chain(heads).copied().collect()
        }

        fn take(&mut self, event: u32, route: Route) {
            if let Some(queue) = self.channels.get_mut(&route.channel) {
                queue.pop_front();
                self.channels.retain(|_, queue| !queue.is_empty());
            } else if !route.kept {
                *self.loose.get_mut(&event).unwrap() -= 1;
                self.loose.retain(|_, copies| *copies > 0);
            }
        }
    }

    proptest! {
        /// What is under way is a bag, a set and some queues; equal ones have equal bits, and others have others.
        #[test]
        fn what_is_under_way_is_as_in_a_plain_model(steps in prop::collection::vec((0u32..12, any::<bool>()), 0..200)) {
            let routes = routes();
            let (mut row, mut model) = (Row::default(), Model::default());
            let mut known: BTreeMap<u64, Model> = BTreeMap::new();
            for (event, posted) in steps {
                if posted {
                    row.post(event, &routes);
                    model.post(event, routes[event as usize]);
                } else if let Some(event) = model.takes().get(event as usize).copied() {
                    row.take(event, &routes);
                    model.take(event, routes[event as usize]);
                }
                let loose: Vec<u32> =
                    model.loose.iter().flat_map(|(event, copies)| vec![*event; *copies as usize]).collect();
                let queued: Vec<u32> = model.channels.values().flatten().copied().collect();
                prop_assert_eq!((&row.loose, &row.queued), (&loose, &queued));
                prop_assert_eq!(known.entry(row.bits(&routes)).or_insert_with(|| model.clone()), &model);
            }
            let distinct: std::collections::BTreeSet<_> = known.values().collect();
            prop_assert_eq!(distinct.len(), known.len());
        }
    }

    #[test]
    fn every_place_of_a_row_counts() {
        let routes = routes();
        let base = Row { judges: 1, locals: vec![1, 2], loose: vec![0, 1], queued: vec![6, 8, 7] };
        let others = [
            Row { judges: 2, ..base.clone() },
            Row { locals: vec![2, 1], ..base.clone() },
            Row { locals: vec![1, 0, 2], ..base.clone() },
            Row { loose: vec![0, 0], ..base.clone() },
            Row { loose: vec![1], ..base.clone() },
            Row { queued: vec![8, 6, 7], ..base.clone() },
            Row { queued: vec![6, 8], ..base.clone() },
        ];
        let mut bits: Vec<u64> = others.iter().chain([&base]).map(|row| row.bits(&routes)).collect();
        bits.sort_unstable();
        bits.dedup();
        assert_eq!(bits.len(), others.len() + 1);
        let longer = Row { locals: vec![1, 2, 0], ..base.clone() };
        assert_eq!(longer.bits(&routes), base.bits(&routes), "nobody yet is the same as no slot");
    }
}
