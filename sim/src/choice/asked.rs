//! One choice as a search strategy is asked for it, and who answers.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::generator;
use super::menu::{Menu, Value};
use super::stream::{Stream, StreamKey};

/// Fills in what would be drawn: a way to search.
///
/// Whatever it answers is a value like any other, so a find is recorded, replayed and shrunk as the find of a plain draw.
/// It must be a function of what it was made from and what it was asked; it is cloned with its world.
pub trait Source: SourceClone + Debug + Send + Sync {
    /// Makes one choice.
    fn choose(&mut self, asked: &Asked<'_>) -> Value;

    /// The faulty phase is over. By default the source steps aside and plain draws follow: who judges liveness must not
    /// blame the protocol for a schedule that is unfair for ever.
    fn healed(&mut self) -> Afterwards {
        Afterwards::StepsAside
    }

    /// The seed that gives the rates of faults, if it is not that of the run.
    fn rates(&self) -> Option<u64> {
        None
    }

    /// The pairs of state and input that the run saw, if it asks for them: that costs time in every turn.
    fn watched(&mut self) -> Option<&mut BTreeSet<u64>> {
        None
    }
}

/// Who chooses when the faulty phase is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The plain draw.
    StepsAside,
    /// The same source, whose choices are fair by themselves.
    GoesOn,
}

/// Copying sources behind a pointer; every `Source + Clone` has it.
pub trait SourceClone {
    /// A copy in the present state.
    fn clone_source(&self) -> Box<dyn Source>;
}

impl<S: Source + Clone + 'static> SourceClone for S {
    fn clone_source(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Source> {
    fn clone(&self) -> Self {
        (**self).clone_source()
    }
}

/// One choice that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its stream.
    pub stream: Stream,
    /// The key of that stream.
    pub key: StreamKey,
    /// Its number in the stream.
    pub n: u32,
    /// What there is to choose from.
    pub offer: Offer<'a>,
    /// The 64 bits that the seed has for it.
    pub bits: u64,
    /// What the plain draw gives.
    pub drawn: Value,
}

impl Asked<'_> {
    /// Whether an actor asks: what its workload does, and not what the world does to it.
    pub fn is_of_an_actor(&self) -> bool {
        matches!(self.stream, Stream::Draw(_) | Stream::Menu(_))
    }
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug)]
pub enum Offer<'a> {
    /// The entries of a menu.
    Menu(&'a Menu),
    /// The entries of a menu, with a second range.
    Episode(&'a Menu),
    /// So many equally likely entries.
    Of(u32),
    /// 64 bits.
    Bits,
}

impl Offer<'_> {
    /// The value that 64 random bits stand for.
    #[inline]
    pub fn drawn(&self, bits: u64) -> Value {
        match self {
            Self::Menu(menu) => menu.pick(bits),
            Self::Episode(menu) => {
                let value = menu.pick(bits);
                if value.is_benign() {
                    return value;
                }
                Value::new(value.entry(), value.share(), (generator::mix(bits) >> 40) as u32)
            }
            Self::Of(options) => Value(((bits >> 32) * u64::from(*options)) >> 32),
            Self::Bits => Value(bits),
        }
    }

    /// A deviation: every entry that is offered and not benign is as likely. Benign if there is none.
    pub fn deviation(&self, bits: u64) -> Value {
        let (Self::Menu(menu) | Self::Episode(menu)) = self else { return self.drawn(bits) };
        let entries = (1..menu.entries() as u8).filter(|entry| menu.offers(*entry));
        let count = entries.clone().count() as u64;
        let Some(entry) = entries.clone().nth((((bits >> 32) * count) >> 32) as usize) else {
            return Value::BENIGN;
        };
        let extra = if matches!(self, Self::Episode(_)) { (generator::mix(bits) >> 40) as u32 } else { 0 };
        Value::new(entry, bits as u32, extra)
    }

    /// The same without the menu's weights, to keep.
    pub(crate) fn offered(&self) -> Offered {
        let mask = |menu: &Menu| {
            (0..menu.entries() as u8)
                .filter(|entry| menu.offers(*entry))
                .fold(0, |mask, entry| mask | 1 << entry)
        };
        match self {
            Self::Menu(menu) => Offered::Entries(mask(menu)),
            Self::Episode(menu) => Offered::Episodes(mask(menu)),
            Self::Of(options) => Offered::Of(*options),
            Self::Bits => Offered::Bits,
        }
    }
}

/// A choice that was made, and what else could have been chosen.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Its stream.
    pub stream: Stream,
    /// The key of that stream.
    pub key: StreamKey,
    /// Its number in the stream.
    pub n: u32,
    /// What there was to choose from.
    pub offered: Offered,
}

/// What there was to choose from; entries as bits of a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// The entries of a menu.
    Entries(u32),
    /// The entries of a menu, with a second range.
    Episodes(u32),
    /// So many equally likely entries.
    Of(u32),
    /// 64 bits.
    Bits,
}

/// How many choices a strategy was asked for while faults went on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many messages and signals were sent.
    pub delays: u32,
    /// How many choices were not an actor's own.
    pub choices: u32,
}

impl Counted {
    pub(crate) fn note(&mut self, stream: Stream) {
        match stream {
            Stream::Draw(_) | Stream::Menu(_) => return,
            Stream::Delay { .. } => self.delays += 1,
            _ => {}
        }
        self.choices += 1;
    }

    /// The larger of both, part by part.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { delays: self.delays.max(other.delays), choices: self.choices.max(other.choices) }
    }
}
