//! Turns that do not return are named while they last.
//!
//! Each thread that runs turns shows in a pulse of its own which turn it is in. A thread beside the runtime looks at the pulses: a
//! blocked runtime could not.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// What one thread is doing.
#[derive(Default)]
struct Pulse {
    /// Which node and slot: node's serial number above, slot below.
    place: AtomicU64,
    /// The number of the turn on this thread; even when none is under way.
    turn: AtomicU64,
}

static PULSES: LazyLock<Mutex<Vec<Weak<Pulse>>>> = LazyLock::new(Mutex::default);

thread_local! {
    static PULSE: Arc<Pulse> = {
        let pulse = Arc::new(Pulse::default());
        let mut pulses = PULSES.lock().unwrap_or_else(PoisonError::into_inner);
        pulses.retain(|known| known.strong_count() > 0);
        pulses.push(Arc::downgrade(&pulse));
        pulse
    };
    /// A turn inside a turn (a stage inside an actor) counts as the outer one.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Marks this thread as busy with a turn until it is dropped.
pub(crate) struct Busy(());

pub(crate) fn busy(node: u32, slot: u32) -> Busy {
    let outermost = DEPTH.with(|depth| depth.replace(depth.get() + 1)) == 0;
    if outermost {
        PULSE.with(|pulse| {
            pulse.place.store((u64::from(node) << 32) | u64::from(slot), Ordering::Relaxed);
            pulse.turn.store(pulse.turn.load(Ordering::Relaxed) + 1, Ordering::Release);
        });
    }
    Busy(())
}

impl Drop for Busy {
    fn drop(&mut self) {
        let outermost = DEPTH.with(|depth| depth.replace(depth.get() - 1)) == 1;
        if outermost {
            PULSE.with(|pulse| {
                pulse.turn.store(pulse.turn.load(Ordering::Relaxed) + 1, Ordering::Release);
            });
        }
    }
}

/// Watches the turns of one node until it is dropped.
pub(crate) struct Watchdog {
    stop: Arc<AtomicU64>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watchdog {
    /// Tells `report` of each turn of the node that lasts longer than `limit`, once, while it lasts.
    pub(crate) fn start(node: u32, limit: Duration, report: impl Fn(u32) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicU64::new(0));
        let stopped = stop.clone();
        let watch = move || {
            // For each pulse: the turn that was seen last, for how many looks, and whether it was told.
            let mut seen: Vec<(Weak<Pulse>, u64, u32)> = Vec::new();
            while stopped.load(Ordering::Acquire) == 0 {
                thread::park_timeout(limit / LOOKS);
                look(node, &mut seen, &report);
            }
        };
        let thread = thread::Builder::new().name("rehearsal-watchdog".to_owned()).spawn(watch).ok();
        Self { stop, thread }
    }
}

/// How often it looks in the time that a turn may last.
const LOOKS: u32 = 4;

fn look(node: u32, seen: &mut Vec<(Weak<Pulse>, u64, u32)>, report: &impl Fn(u32)) {
    let pulses = PULSES.lock().unwrap_or_else(PoisonError::into_inner);
    for pulse in pulses.iter() {
        if !seen.iter().any(|(known, ..)| Weak::ptr_eq(known, pulse)) {
            seen.push((pulse.clone(), 0, 0));
        }
    }
    drop(pulses);
    seen.retain_mut(|(pulse, last, looks)| {
        let Some(pulse) = pulse.upgrade() else { return false };
        let turn = pulse.turn.load(Ordering::Acquire);
        let place = pulse.place.load(Ordering::Relaxed);
        let under_way = turn % 2 == 1 && (place >> 32) as u32 == node;
        if !under_way || turn != *last {
            (*last, *looks) = (turn, 0);
            return true;
        }
        *looks = looks.saturating_add(1);
        if *looks == LOOKS {
            report(place as u32);
        }
        true
    });
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop.store(1, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join(); // Its report does not panic; and if it did, nothing is lost.
        }
    }
}
