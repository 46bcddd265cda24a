//! Where values come from, and the record of what was chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::generator;
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

/// The source of all choices of one run.
#[derive(Clone, Debug)]
pub struct Choices {
    prepared: u64,
    base: Base,
    overrides: Option<Arc<Overrides>>,
    record: Option<Vec<Deviation>>,
    /// Whether a value is the plain draw: seeded, nothing overridden, nothing recorded.
    plain: bool,
}

impl Choices {
    /// All choices benign.
    pub fn benign() -> Self {
        Self { prepared: 0, base: Base::Benign, overrides: None, record: None, plain: false }
    }

    /// Choices drawn from a seed.
    pub fn seeded(seed: u64) -> Self {
        let prepared = generator::prepare(seed);
        Self { prepared, base: Base::Seeded, overrides: None, record: None, plain: true }
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
    #[inline]
    pub fn pick(&mut self, stream: Stream, key: StreamKey, n: u32, menu: &Menu) -> Value {
        if self.plain {
            return menu.pick(generator::draw_prepared(self.prepared, key, n));
        }
        self.pick_with(stream, key, n, |bits| menu.pick(bits))
    }

    /// Makes one choice of equally likely entries.
    #[inline]
    pub fn pick_of(&mut self, stream: Stream, key: StreamKey, n: u32, options: u32) -> u32 {
        let entry = |bits: u64| Value(((bits >> 32) * u64::from(options)) >> 32);
        let value = self.pick_with(stream, key, n, entry);
        // An override may stem from a longer menu: the nearest entry of this one stands for it.
        (value.0).min(u64::from(options) - 1) as u32
    }

    /// Draws 64 raw bits.
    #[inline]
    pub fn bits(&mut self, stream: Stream, key: StreamKey, n: u32) -> u64 {
        self.pick_with(stream, key, n, Value).0
    }

    /// Makes a choice with a second range, as an episode's begin and length.
    pub fn pick_episode(&mut self, stream: Stream, key: StreamKey, n: u32, menu: &Menu) -> Value {
        self.pick_with(stream, key, n, |bits| {
            let value = menu.pick(bits);
            if value.is_benign() {
                return value;
            }
            Value::new(value.entry(), value.share(), (generator::mix(bits) >> 40) as u32)
        })
    }

    #[inline]
    fn pick_with(
        &mut self,
        stream: Stream,
        key: StreamKey,
        n: u32,
        from_bits: impl FnOnce(u64) -> Value,
    ) -> Value {
        let overridden = self.overrides.as_ref().and_then(|overrides| overrides.get(&(key, n)));
        let value = match (overridden, self.base) {
            (Some(value), _) => *value,
            (None, Base::Benign) => Value::BENIGN,
            (None, Base::Seeded) => from_bits(generator::draw_prepared(self.prepared, key, n)),
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
