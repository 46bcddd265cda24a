//! What travels, and what an actor does with it.

use crate::spec::Spec;

/// What is forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    pub id: u32,
    /// How many hops are left after this one.
    pub left: u32,
}

impl Token {
    /// As eight bytes, for those that send bytes.
    pub fn encode(self) -> [u8; 8] {
        ((u64::from(self.id) << 32) | u64::from(self.left)).to_le_bytes()
    }

    /// From its eight bytes.
    pub fn decode(bytes: [u8; 8]) -> Self {
        let word = u64::from_le_bytes(bytes);
        Self { id: (word >> 32) as u32, left: word as u32 }
    }
}

/// The logic of one actor, without any I/O.
#[derive(Clone, Debug, Hash)]
pub struct Forwarder {
    pub me: u32,
    actors: u32,
    rng: u64,
}

impl Forwarder {
    /// The actor of that number, at the start of a run.
    pub fn new(spec: &Spec, me: u32) -> Self {
        let mut seed = spec.seed ^ (u64::from(me) << 32);
        Self { me, actors: spec.actors, rng: splitmix(&mut seed) }
    }

    /// The tokens that start here, if there are so many in all; see [`Spec::initial`].
    pub fn initial(&self, tokens: u32) -> impl Iterator<Item = u32> + use<> {
        (self.me..tokens).step_by(self.actors as usize)
    }

    /// A random actor other than this one.
    #[inline(always)]
    pub fn pick(&mut self) -> u32 {
        let further = ((splitmix(&mut self.rng) >> 32) * (u64::from(self.actors) - 1)) >> 32;
        let picked = self.me + 1 + further as u32;
        if picked >= self.actors { picked - self.actors } else { picked }
    }

    /// A token arrived: where it goes next, if anywhere.
    #[inline(always)]
    pub fn on_token(&mut self, token: Token) -> Option<(u32, Token)> {
        (token.left > 0).then(|| (self.pick(), Token { id: token.id, left: token.left - 1 }))
    }
}

/// The next number of Steele, Lea and Flood's SplitMix.
#[inline(always)]
pub fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
