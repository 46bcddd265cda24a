//! Where values come from, and the record of what was chosen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::asked::{Afterwards, Asked, Counted, Offer, Point, Source};
use super::generator::{self, Draws};
use super::menu::{Menu, Value};
use super::stream::{Stream, StreamKey};

/// What a choice is when nothing overrides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The dull one.
    Benign,
    /// Drawn from the seed by the weights of the menu.
    Seeded,
}

/// Sparse values that go before the base: `(stream, n) → value`.
pub type Overrides = BTreeMap<(StreamKey, u32), Value>;

/// A choice that was not benign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Its stream.
    pub stream: Stream,
    /// The key of that stream.
    pub key: StreamKey,
    /// Its number in the stream.
    pub n: u32,
    /// What was chosen.
    pub value: Value,
}

/// The overrides that make these deviations.
pub fn overrides(deviations: &[Deviation]) -> Overrides {
    deviations.iter().map(|made| ((made.key, made.n), made.value)).collect()
}

/// The source of all choices of one run.
#[derive(Clone, Debug)]
pub struct Choices {
    prepared: u64,
    /// Changes with the seed.
    era: u32,
    base: Base,
    overrides: Option<Arc<Overrides>>,
    record: Option<Vec<Deviation>>,
    /// What a search strategy fills in for the plain draw.
    source: Option<Box<dyn Source>>,
    /// Kinds of faults that are on whatever the swarm says, if the profile has them.
    insists_on: Insists,
    counted: Counted,
    healed: bool,
    /// Whether the source asks for the pairs of state and input.
    watches: bool,
    /// Every choice point since the last look, if they are listened for.
    points: Option<Vec<Point>>,
    /// Whether a value is the plain draw: seeded, nothing overridden, recorded, directed or listened for.
    plain: bool,
}

/// What is known of a stream before it is asked for; nothing at the start of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ahead {
    draws: Draws,
    era: u32,
}

/// Kinds of faults that are on whatever the swarm of the seed says, if the profile has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Insists {
    /// None.
    #[default]
    Nothing,
    /// These.
    Kinds(&'static [&'static str]),
    /// All.
    All,
}

impl Insists {
    /// Whether this kind is on.
    pub fn has(self, kind: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Kinds(kinds) => kinds.contains(&kind),
            Self::All => true,
        }
    }
}

impl Choices {
    /// All choices benign.
    pub fn benign() -> Self {
        Self::from(0, Base::Benign)
    }

    /// Choices drawn from a seed.
    pub fn seeded(seed: u64) -> Self {
        Self::from(generator::prepare(seed), Base::Seeded)
    }

    fn from(prepared: u64, base: Base) -> Self {
        Self {
            prepared,
            era: 1,
            base,
            overrides: None,
            record: None,
            source: None,
            insists_on: Insists::Nothing,
            counted: Counted::default(),
            healed: false,
            watches: false,
            points: None,
            plain: base == Base::Seeded,
        }
    }

    /// These values go before the base.
    #[must_use]
    pub fn overriding(mut self, overrides: Arc<Overrides>) -> Self {
        self.overrides = Some(overrides);
        self.plain = false;
        self
    }

    /// Every deviation is recorded.
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.record = Some(Vec::new());
        self.plain = false;
        self
    }

    /// A strategy fills in what would be drawn.
    #[must_use]
    pub fn directed(mut self, mut source: Box<dyn Source>) -> Self {
        self.watches = source.watched().is_some();
        self.source = Some(source);
        self.plain = false;
        self
    }

    /// These kinds of faults are on, if the profile has them.
    #[must_use]
    pub fn insisting_on(mut self, kinds: Insists) -> Self {
        self.insists_on = kinds;
        self
    }

    /// Every choice point is noted, for [`Choices::heard`].
    #[must_use]
    pub(crate) fn listening(mut self) -> Self {
        self.points = Some(Vec::new());
        self.plain = false;
        self
    }

    /// Takes the choice points since the last look, in the order in which they were asked.
    pub(crate) fn heard(&mut self) -> Vec<Point> {
        self.points.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// From now on, choice points are not noted any more.
    pub(crate) fn stop_listening(&mut self) {
        self.points = None;
    }

    /// From now on, this value goes before the base, too.
    pub(crate) fn override_also(&mut self, key: StreamKey, n: u32, value: Value) {
        Arc::make_mut(self.overrides.get_or_insert_default()).insert((key, n), value);
        self.plain = false;
    }

    /// The faulty phase is over; a strategy steps aside unless its own choices are fair.
    pub(crate) fn heal(&mut self) {
        self.healed = true;
        let done = self.source.as_mut().is_some_and(|source| source.healed() == Afterwards::StepsAside);
        if done {
            (self.source, self.watches) = (None, false);
            self.plain = self.overrides.is_none() && self.record.is_none() && self.points.is_none();
        }
    }

    /// From now on everything is drawn from this seed, and nothing is overridden: what else could have come of it.
    pub(crate) fn afresh(&mut self, seed: u64) {
        self.prepared = generator::prepare(seed);
        self.era += 1;
        self.base = Base::Seeded;
        (self.overrides, self.source, self.watches) = (None, None, false);
        self.plain = self.record.is_none() && self.points.is_none();
    }

    /// The kinds of faults that are on whatever the swarm says.
    pub fn insists_on(&self) -> Insists {
        self.insists_on
    }

    /// Whether a strategy wants to know which pairs of state and input a run sees.
    #[inline]
    pub(crate) fn watches(&self) -> bool {
        self.watches
    }

    /// The pairs of state and input that the run saw, if a strategy asks for them.
    pub(crate) fn watched(&mut self) -> Option<&mut BTreeSet<u64>> {
        self.source.as_mut().and_then(|source| source.watched())
    }

    /// The seed that gives the rates of faults, if it is not that of the run.
    pub(crate) fn rates(&self) -> Option<u64> {
        self.source.as_ref().and_then(|source| source.rates())
    }

    /// How many choices of the faulty phase a strategy was asked for.
    pub(crate) fn counted(&self) -> Counted {
        self.counted
    }

    /// Whether every value is the plain draw.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// What a choice is when nothing overrides it.
    pub fn base(&self) -> Base {
        self.base
    }

    /// The values that go before the base.
    pub fn overrides(&self) -> Option<&Overrides> {
        self.overrides.as_deref()
    }

    /// The deviations so far, if they are recorded.
    pub fn deviations(&self) -> &[Deviation] {
        self.record.as_deref().unwrap_or_default()
    }

    /// Makes one choice from a menu.
    #[expect(
        clippy::inline_always,
        reason = "the plain draw is a few operations, and is made for every message"
    )]
    #[inline(always)]
    pub fn pick(&mut self, stream: Stream, key: StreamKey, n: u32, menu: &Menu) -> Value {
        self.pick_drawn(|| (stream, key), (n, generator::draw_prepared(self.prepared, key, n)), menu)
    }

    /// [`Choices::pick`] of what was drawn already, for the `n`-th of a stream that is told only to those who ask for it.
    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(crate) fn pick_drawn(
        &mut self,
        stream: impl FnOnce() -> (Stream, StreamKey),
        (n, bits): (u32, u64),
        menu: &Menu,
    ) -> Value {
        let drawn = menu.pick(bits);
        if self.plain {
            return drawn;
        }
        let (stream, key) = stream();
        self.decide(&Asked { stream, key, n, offer: Offer::Menu(menu), bits, drawn })
    }

    /// The `n`-th value of a stream, of which all were asked for in their order: it is known before.
    #[inline]
    pub(crate) fn ahead(&self, ahead: &mut Ahead, n: u32, key: impl FnOnce() -> StreamKey) -> u64 {
        if ahead.era != self.era {
            *ahead = Ahead { draws: Draws::new(self.prepared, key(), n), era: self.era };
        }
        ahead.draws.next()
    }

    /// The seed of all draws, as [`generator::draw_prepared`] takes it.
    #[inline]
    pub(crate) fn prepared(&self) -> u64 {
        self.prepared
    }

    /// Makes one choice of equally likely entries.
    #[inline]
    pub fn pick_of(&mut self, stream: Stream, key: StreamKey, n: u32, options: u32) -> u32 {
        self.pick_of_drawn(|| (stream, key), (n, generator::draw_prepared(self.prepared, key, n)), options)
    }

    /// [`Choices::pick_of`] of what was drawn already.
    #[inline]
    pub(crate) fn pick_of_drawn(
        &mut self,
        stream: impl FnOnce() -> (Stream, StreamKey),
        (n, bits): (u32, u64),
        options: u32,
    ) -> u32 {
        let drawn = Offer::Of(options).drawn(bits);
        let value = if self.plain {
            drawn
        } else {
            let (stream, key) = stream();
            self.decide(&Asked { stream, key, n, offer: Offer::Of(options), bits, drawn })
        };
        // An override may stem from a longer menu: the nearest entry of this one stands for it.
        (value.0).min(u64::from(options) - 1) as u32
    }

    /// Draws 64 raw bits.
    #[inline]
    pub fn bits(&mut self, stream: Stream, key: StreamKey, n: u32) -> u64 {
        let bits = generator::draw_prepared(self.prepared, key, n);
        if self.plain {
            return bits;
        }
        self.decide(&Asked { stream, key, n, offer: Offer::Bits, bits, drawn: Value(bits) }).0
    }

    /// Makes a choice with a second range, as an episode's begin and length.
    pub fn pick_episode(&mut self, stream: Stream, key: StreamKey, n: u32, menu: &Menu) -> Value {
        let bits = generator::draw_prepared(self.prepared, key, n);
        let offer = Offer::Episode(menu);
        let drawn = offer.drawn(bits);
        if self.plain { drawn } else { self.decide(&Asked { stream, key, n, offer, bits, drawn }) }
    }

    /// Makes a choice that need not be the plain draw.
    #[inline(never)]
    fn decide(&mut self, asked: &Asked<'_>) -> Value {
        let Asked { stream, key, n, drawn, .. } = *asked;
        if let Some(points) = &mut self.points {
            points.push(Point { stream, key, n, offered: asked.offer.offered() });
        }
        let overridden = self.overrides.as_ref().and_then(|overrides| overrides.get(&(key, n)));
        let value = match (overridden, self.base, &mut self.source) {
            (Some(value), _, _) => *value,
            (None, Base::Benign, _) => Value::BENIGN,
            (None, Base::Seeded, None) => drawn,
            (None, Base::Seeded, Some(source)) => {
                if !self.healed {
                    self.counted.note(stream);
                }
                source.choose(asked)
            }
        };
        if let Some(record) = &mut self.record
            && !value.is_benign()
        {
            record.push(Deviation { stream, key, n, value });
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: Stream = Stream::Draw(0);

    proptest! {
        /// The property that everything else rests on: what one stream gives does not depend on any other draw.
        #[test]
        fn an_extra_draw_changes_no_other_streams_choices(
            seed: u64, key: u64, others in prop::collection::vec((any::<u64>(), 0u32..50), 0..40),
        ) {
            let menu = Menu::weighted(&[4, 3, 2, 1]);
            let mut alone = Choices::seeded(seed);
            let expected: Vec<_> = (0..20).map(|n| alone.pick(STREAM, key, n, &menu)).collect();
            let mut crowded = Choices::seeded(seed).recording();
            for (n, value) in expected.iter().enumerate() {
                for (other, ordinal) in others.iter().filter(|(other, _)| *other != key) {
                    crowded.bits(STREAM, *other, *ordinal);
                }
                prop_assert_eq!(crowded.pick(STREAM, key, n as u32, &menu), *value);
            }
        }

        #[test]
        fn the_record_of_a_seeded_run_overrides_a_benign_one_to_the_same_choices(seed: u64) {
            let menu = Menu::weighted(&[4, 3, 2, 1]);
            let mut seeded = Choices::seeded(seed).recording();
            let chosen: Vec<_> = (0..50).map(|n| seeded.pick(STREAM, 7, n, &menu)).collect();
            let overrides = seeded.deviations().iter().map(|d| ((d.key, d.n), d.value)).collect();
            let mut again = Choices::benign().overriding(Arc::new(overrides));
            prop_assert_eq!(chosen, (0..50).map(|n| again.pick(STREAM, 7, n, &menu)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_benign_source_gives_zeros_unless_overridden() {
        let overrides = Overrides::from([((5, 1), Value(3))]);
        let mut choices = Choices::benign().overriding(Arc::new(overrides)).recording();
        let values: Vec<_> = (0..3).map(|n| choices.pick_of(STREAM, 5, n, 10)).collect();
        assert_eq!(values, [0, 3, 0]);
        assert_eq!(choices.deviations().len(), 1);
    }

    #[test]
    fn an_override_from_a_longer_menu_stands_for_the_last_entry() {
        let overrides = Overrides::from([((5, 0), Value(200))]);
        let mut choices = Choices::benign().overriding(Arc::new(overrides));
        assert_eq!(choices.pick_of(STREAM, 5, 0, 4), 3);
    }
}
