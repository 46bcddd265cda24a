//! What lives at a path of the description, and how a life of it starts.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use rehearsal_protocol::{Bounds, Exit, Protocol};

use crate::edge::Edge;
use crate::kernel::{Begin, Kernel};
use crate::life::{Life, text_of};
use crate::slot::Slot;
use crate::system::{EdgeFunction, Role};

/// Starts lives by their roles, which are in the order of the description.
pub(super) fn beginner<P: Protocol>(roles: Vec<Role<P>>) -> Begin<P> {
    Box::new(move |node, slot| match &roles[slot.address.slot() as usize] {
        Role::Vacant => {}
        Role::Actor(actor) => {
            if let Some(incarnation) = node.begin(slot, actor.mailbox(), None) {
                node.run(Life::new(node.clone(), slot.clone(), incarnation, actor.clone()).live());
            }
        }
        Role::Edge(function) => begin_edge(function, node, slot),
    })
}

fn begin_edge<P: Protocol>(function: &EdgeFunction<P>, node: &Arc<Kernel<P>>, slot: &Arc<Slot<P>>) {
    let Some(incarnation) = node.begin(slot, Bounds::default(), None) else { return };
    let work = function(Edge::new(node.clone(), slot.clone(), incarnation));
    let (kernel, slot) = (node.clone(), slot.clone());
    node.run(async move {
        let reason = match AssertUnwindSafe(work).catch_unwind().await {
            Ok(()) => Exit::Normal,
            Err(panic) => {
                slot.counters.panic();
                Exit::Panicked(text_of(&*panic))
            }
        };
        kernel.end(&slot, Some(incarnation), reason);
    });
}
