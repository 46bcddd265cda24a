//! Ready scenarios over the protocols of Rehearsal.

pub mod asks;
pub mod background;
pub mod commit;
pub mod escalation;
pub mod flapping;
pub mod gate;
pub mod herd;
pub mod leaky;
pub mod lease;
pub mod listing;
pub mod misbehaving;
pub mod outbox;
pub mod pipeline;
pub mod plan;
mod planted;
pub mod pool;
pub mod recovery;
pub mod retries;
pub mod ring;
pub mod rpc;
mod service;
pub mod session;
pub mod session_many;
pub mod session_small;
pub mod subagents;
pub mod terminal;
pub mod waits;

use rehearsal::registry::Entry;

/// Every scenario there is; the last is the canary, over which a campaign must fail.
pub static SCENARIOS: &[&Entry] = &[
    &session::SESSION,
    &session_many::SESSION_MANY,
    &recovery::RECOVERY,
    &plan::PLAN,
    &retries::RETRIES,
    &commit::COMMIT,
    &lease::LEASE,
    &pipeline::PIPELINE,
    &pool::POOL,
    &asks::ASKS,
    &flapping::FLAPPING,
    &herd::HERD,
    &escalation::ESCALATION,
    &gate::GATE,
    &terminal::TUI_LANES,
    &listing::LISTING,
    &background::BACKGROUND,
    &outbox::OUTBOX,
    &rpc::RPC,
    &subagents::SUBAGENTS,
    &session_small::SESSION_SMALL,
    &ring::RING,
    &ring::BURST,
    &misbehaving::NEVER_QUIET,
    &misbehaving::PANICS,
    &misbehaving::CRASH_LOOP,
    &misbehaving::FLOOD,
    &misbehaving::STUCK,
    &leaky::ORDER,
    &leaky::CLOCK,
    &misbehaving::CANARY,
];
