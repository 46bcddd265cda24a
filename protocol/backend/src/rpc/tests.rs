//! The actors of a request boundary without a simulator: state and exact effects.

mod boundary;
mod keys;
mod service;

use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Effect;
use rehearsal_protocol::probe::Probe;

use super::*;

fn said(effects: &[Effect<Rpc>]) -> Vec<String> {
    effects.iter().map(|effect| format!("{effect:?}")).collect()
}

fn request(client: u32, number: u32, operation: Operation) -> Request {
    Request { id: RequestId { client, number }, session: SessionId(1), operation }
}
