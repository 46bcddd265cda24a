//! The count and the digest of all deliveries: an order-sensitive hash of who received which token with how many hops left.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::spec::Spec;
use crate::token::Token;

static COUNT: AtomicU64 = AtomicU64::new(0);
static HASH: AtomicU64 = AtomicU64::new(0);

/// Notes one delivery, and tells how many there were.
///
/// Every program runs its simulation on one thread at a time, so plain loads and stores do.
#[inline(always)]
pub fn note(actor: u32, token: Token) -> u64 {
    let what = (u64::from(actor) << 44) ^ (u64::from(token.id) << 24) ^ u64::from(token.left);
    HASH.store((HASH.load(Relaxed).rotate_left(5) ^ what).wrapping_mul(0x517C_C1B7_2722_0A95), Relaxed);
    let count = COUNT.load(Relaxed) + 1;
    COUNT.store(count, Relaxed);
    count
}

/// How many deliveries there were since the last call, and their digest.
pub fn take() -> (u64, u64) {
    (COUNT.swap(0, Relaxed), HASH.swap(0, Relaxed))
}

/// Takes the digest, checks the count, and folds in whatever else two runs of one seed have in common: the simulated time at the
/// end, a trace hash.
pub fn finish(spec: &Spec, extra: u64) -> (u64, u64) {
    let (count, digest) = take();
    assert_eq!(count, spec.deliveries(), "deliveries were lost or doubled");
    (count, digest ^ extra.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}
