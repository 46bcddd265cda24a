//! Async functions behind an address: real tools, model calls, terminals.
//!
//! In the world the same address is played by a simulated actor; the protocol's actors cannot tell. An edge may await and may do I/O;
//! what it awaits is cut short by an interrupt, by shutdown or at a deadline, if it is awaited with [`Edge::within`].

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rehearsal_protocol::{Address, Incarnation, Input, Lane, Protocol, Run, Signal, Time};
use tokio::time::Instant;

use crate::facts::Announced;
use crate::kernel::Kernel;
use crate::slot::Slot;

/// The side of an address that an async function has.
pub struct Edge<P: Protocol> {
    node: Arc<Kernel<P>>,
    slot: Arc<Slot<P>>,
    incarnation: Incarnation,
    /// What came in the control lane while something was awaited, and did not concern that.
    held: VecDeque<Input<P>>,
    /// Whether it was asked to end while something was awaited.
    ending: bool,
}

/// Why something that was awaited was cut short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It took too long.
    Deadline,
    /// Someone asked for the present run to end.
    Interrupted {
        /// Who.
        by: Address,
        /// Which run is meant; any if absent.
        expected: Option<Run>,
    },
    /// The node stops, or this edge was asked to end.
    Shutdown,
}

impl<P: Protocol> Edge<P> {
    pub(crate) fn new(node: Arc<Kernel<P>>, slot: Arc<Slot<P>>, incarnation: Incarnation) -> Self {
        Self { node, slot, incarnation, held: VecDeque::new(), ending: false }
    }

    /// This edge's address.
    pub fn me(&self) -> Address {
        self.slot.address
    }

    /// The time on this node's clock.
    pub fn now(&self) -> Time {
        self.node.clock().shows(Instant::now())
    }

    /// The next input: a message or a signal. `None` when this edge is to end.
    pub async fn next(&mut self) -> Option<Input<P>> {
        if self.ending {
            return None;
        }
        if let Some(held) = self.held.pop_front() {
            return Some(held);
        }
        let next = poll_fn(|cx| self.slot.poll_next(self.incarnation, None, cx.waker())).await;
        match next?.input {
            Input::Signal(Signal::Shutdown) => None,
            input => Some(input),
        }
    }

    /// Awaits `work`, but no longer than `limit`, and only until an interrupt or the end of this edge: then it is dropped. Messages
    /// wait meanwhile.
    ///
    /// # Errors
    ///
    /// What cut it short.
    pub async fn within<T>(&mut self, limit: Duration, work: impl Future<Output = T>) -> Result<T, Cut> {
        let mut work = pin!(work);
        let mut deadline = pin!(tokio::time::sleep(limit));
        let Self { slot, incarnation, held, ending, .. } = self;
        if *ending {
            return Err(Cut::Shutdown);
        }
        poll_fn(|cx| {
            loop {
                match slot.poll_next(*incarnation, Some(Lane::Control), cx.waker()) {
                    Poll::Pending => break,
                    Poll::Ready(None) => return Poll::Ready(Err(Cut::Shutdown)),
                    Poll::Ready(Some(waiting)) => match waiting.input {
                        Input::Signal(Signal::Shutdown) => {
                            *ending = true;
                            return Poll::Ready(Err(Cut::Shutdown));
                        }
                        Input::Signal(Signal::Interrupt { from, expected }) => {
                            return Poll::Ready(Err(Cut::Interrupted { by: from, expected }));
                        }
                        // A message, a refusal or the end of another actor is no reason to stop.
                        other => held.push_back(other),
                    },
                }
            }
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            deadline.as_mut().poll(cx).map(|()| Err(Cut::Deadline))
        })
        .await
    }

    /// Sends a message, at most once.
    pub fn send(&self, to: Address, message: P::Message) {
        self.node.send(self.me(), to, message);
    }

    /// Preempts the run of `to`; with `expected`, only that run.
    pub fn interrupt(&self, to: Address, expected: Option<Run>) {
        self.node.signal(self.me(), to, None, Signal::Interrupt { from: self.me(), expected });
    }

    /// Asks for `Signal::Exit` when `who` ends.
    pub fn monitor(&self, who: Address) {
        self.node.monitor(self.me(), who);
    }

    /// States a fact.
    pub fn announce(&self, fact: &P::Fact) {
        if self.node.facts().is_there() {
            self.node.facts().keep(&Announced {
                at: self.now(),
                who: self.me(),
                path: &self.slot.path,
                incarnation: self.incarnation,
                clock: &[],
                fact,
            });
        }
    }

    /// Work beside this edge. It ends with its node at the latest: no task outlives its owner.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let (slot, incarnation) = (self.slot.clone(), self.incarnation);
        self.node.run(async move {
            let mut work = pin!(work);
            let mut check = pin!(tokio::time::sleep(LOOK));
            poll_fn(|cx| {
                if !slot.lives(incarnation) {
                    return Poll::Ready(());
                }
                while check.as_mut().poll(cx).is_ready() {
                    if !slot.lives(incarnation) {
                        return Poll::Ready(());
                    }
                    check.as_mut().reset(Instant::now() + LOOK);
                }
                work.as_mut().poll(cx)
            })
            .await;
        });
    }
}

/// How soon work beside an edge that has ended is noticed.
const LOOK: Duration = Duration::from_millis(50);
