//! Minimal simulation loops over a queue: plain handlers, boxed messages, and
//! futures without and with wakers.

use crate::queue::{Ev, Queue};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use workload::{Forwarder, Spec, Token, splitmix};

/// 1–10 ms in nanoseconds, uniform.
#[inline(always)]
pub fn latency(rng: &mut u64) -> u64 {
    1_000_000 + (((splitmix(rng) >> 32) * 9_000_000) >> 32)
}

pub trait Trace: Default {
    fn on(&mut self, e: &Ev);
    fn end(&self) -> u64 {
        0
    }
}

#[derive(Default)]
pub struct NoTrace;
impl Trace for NoTrace {
    #[inline(always)]
    fn on(&mut self, _: &Ev) {}
}

/// 64-bit running hash over every field, wyhash-like: two 64×64→128 multiplies.
#[derive(Default)]
pub struct HashTrace(u64);
#[inline(always)]
fn mum(a: u64, b: u64) -> u64 {
    let p = a as u128 * b as u128;
    p as u64 ^ (p >> 64) as u64
}
impl Trace for HashTrace {
    #[inline(always)]
    fn on(&mut self, e: &Ev) {
        let a = mum(
            e.time ^ 0xA076_1D64_78BD_642F,
            ((e.seq as u64) << 32 | e.src as u64) ^ 0xE703_7ED1_A0B4_28DB,
        );
        let b = ((e.id as u64) << 32 | e.left as u64) ^ ((e.dst as u64) << 20);
        self.0 = mum(self.0 ^ a ^ 0x8EBC_6AF0_9C88_C6E3, b ^ 0x5899_65CC_7537_4CC3);
    }
    fn end(&self) -> u64 {
        self.0
    }
}

/// Every event kept, 32 bytes each.
#[derive(Default)]
pub struct RecordTrace(Vec<Ev>);
impl Trace for RecordTrace {
    #[inline(always)]
    fn on(&mut self, e: &Ev) {
        self.0.push(*e);
    }
    fn end(&self) -> u64 {
        std::hint::black_box(&self.0).len() as u64
    }
}

/// Both of the above, the records in a buffer that outlives the run.
pub struct HashRecord(HashTrace, Vec<Ev>);
thread_local!(static REUSED: RefCell<Vec<Ev>> = const { RefCell::new(Vec::new()) });
impl Default for HashRecord {
    fn default() -> Self {
        let mut v = REUSED.with(|r| std::mem::take(&mut *r.borrow_mut()));
        v.clear();
        HashRecord(HashTrace::default(), v)
    }
}
impl Drop for HashRecord {
    fn drop(&mut self) {
        REUSED.with(|r| *r.borrow_mut() = std::mem::take(&mut self.1));
    }
}
impl Trace for HashRecord {
    #[inline(always)]
    fn on(&mut self, e: &Ev) {
        self.0.on(e);
        self.1.push(*e);
    }
    fn end(&self) -> u64 {
        std::hint::black_box(&self.1);
        self.0.0
    }
}

struct Kernel<Q, T> {
    q: Q,
    trace: T,
    rng: u64,
    seq: u32,
    now: u64,
    n: u64,
}

impl<Q: Queue, T: Trace> Kernel<Q, T> {
    fn new(seed: u64) -> Self {
        Kernel {
            q: Q::default(),
            trace: T::default(),
            rng: seed ^ 0xD1B5_4A32_D192_ED03,
            seq: 0,
            now: 0,
            n: 0,
        }
    }
    #[inline(always)]
    fn send(&mut self, src: u32, dst: u32, t: Token) {
        let time = self.now + latency(&mut self.rng);
        self.q.push(Ev { time, seq: self.seq, src, dst, id: t.id, left: t.left });
        self.seq += 1;
    }
    #[inline(always)]
    fn next(&mut self) -> Option<Ev> {
        let e = self.q.pop()?;
        self.now = e.time;
        self.n += 1;
        self.trace.on(&e);
        Some(e)
    }
    fn end(self, spec: &Spec) -> (u64, u64) {
        assert_eq!(self.n, spec.deliveries());
        (self.n, self.now ^ self.trace.end())
    }
}

// ---- (a)–(c): dyn handlers, messages by value, an outbox ----

pub struct Cx {
    pub now: u64,
    pub me: u32,
    pub out: Vec<(u32, Token)>,
}

pub trait Actor {
    fn on_start(&mut self, cx: &mut Cx);
    fn on_msg(&mut self, cx: &mut Cx, src: u32, t: Token);
}

struct Fwd {
    f: Forwarder,
    spec: Spec,
    seen: u64,
}

impl Actor for Fwd {
    fn on_start(&mut self, cx: &mut Cx) {
        for id in self.spec.initial(cx.me) {
            let d = self.f.pick();
            cx.out.push((d, Token { id, left: self.spec.hops - 1 }));
        }
    }
    fn on_msg(&mut self, cx: &mut Cx, _src: u32, t: Token) {
        self.seen += 1;
        if let Some(s) = self.f.on_token(t) {
            cx.out.push(s);
        }
    }
}

pub fn handlers<Q: Queue, T: Trace>(spec: &Spec) -> (u64, u64) {
    let mut k: Kernel<Q, T> = Kernel::new(spec.seed);
    let mut actors: Vec<Box<dyn Actor>> = (0..spec.actors)
        .map(|a| Box::new(Fwd { f: Forwarder::new(spec, a), spec: *spec, seen: 0 }) as Box<dyn Actor>)
        .collect();
    let mut cx = Cx { now: 0, me: 0, out: Vec::new() };
    for a in 0..spec.actors {
        cx.me = a;
        actors[a as usize].on_start(&mut cx);
        for (d, t) in cx.out.drain(..) {
            k.send(a, d, t);
        }
    }
    while let Some(e) = k.next() {
        cx.now = e.time;
        cx.me = e.dst;
        actors[e.dst as usize].on_msg(&mut cx, e.src, Token { id: e.id, left: e.left });
        for (d, t) in cx.out.drain(..) {
            k.send(e.dst, d, t);
        }
    }
    k.end(spec)
}

// ---- the same with a fault model looked at on every send and delivery ----

struct Net {
    up: Vec<bool>,
    cut: Vec<bool>,
    loss: u64,
    nodes: usize,
    per: u32,
}

impl Net {
    fn new(spec: &Spec) -> Net {
        let nodes = spec.nodes as usize;
        std::hint::black_box(Net {
            up: vec![true; nodes],
            cut: vec![false; nodes * nodes],
            loss: 0,
            nodes,
            per: spec.per_node(),
        })
    }
    #[inline(always)]
    fn node(&self, actor: u32) -> usize {
        (actor / self.per) as usize
    }
    #[inline(always)]
    fn carries(&self, rng: &mut u64, src: u32, dst: u32) -> bool {
        let lost = splitmix(rng) >> 11 < self.loss;
        !lost && !self.cut[self.node(src) * self.nodes + self.node(dst)]
    }
    #[inline(always)]
    fn accepts(&self, src: u32, dst: u32) -> bool {
        self.up[self.node(dst)] && !self.cut[self.node(src) * self.nodes + self.node(dst)]
    }
}

pub fn with_faults<Q: Queue, T: Trace>(spec: &Spec) -> (u64, u64) {
    with_faults_after_set_up::<Q, T>(spec, |run| run())
}

/// All but the set-up goes through `after`.
pub fn with_faults_after_set_up<Q: Queue, T: Trace>(
    spec: &Spec,
    after: impl FnOnce(&mut dyn FnMut()),
) -> (u64, u64) {
    let mut k: Kernel<Q, T> = Kernel::new(spec.seed);
    let net = Net::new(spec);
    let mut actors: Vec<Box<dyn Actor>> = (0..spec.actors)
        .map(|a| Box::new(Fwd { f: Forwarder::new(spec, a), spec: *spec, seen: 0 }) as Box<dyn Actor>)
        .collect();
    let mut cx = Cx { now: 0, me: 0, out: Vec::new() };
    let flush = |k: &mut Kernel<Q, T>, cx: &mut Cx| {
        for (d, t) in cx.out.drain(..) {
            if net.carries(&mut k.rng, cx.me, d) {
                k.send(cx.me, d, t);
            }
        }
    };
    after(&mut || {
        for a in 0..spec.actors {
            cx.me = a;
            actors[a as usize].on_start(&mut cx);
            flush(&mut k, &mut cx);
        }
        while let Some(e) = k.next() {
            if !net.accepts(e.src, e.dst) {
                continue;
            }
            cx.now = e.time;
            cx.me = e.dst;
            actors[e.dst as usize].on_msg(&mut cx, e.src, Token { id: e.id, left: e.left });
            flush(&mut k, &mut cx);
        }
    });
    k.end(spec)
}

// ---- messages as Box<dyn Any>, kept in a slab beside the queue ----

trait AnyActor {
    fn on_start(&mut self, me: u32, out: &mut Vec<(u32, Box<dyn Any>)>);
    fn on_any(&mut self, m: Box<dyn Any>, out: &mut Vec<(u32, Box<dyn Any>)>);
}

impl AnyActor for Fwd {
    fn on_start(&mut self, me: u32, out: &mut Vec<(u32, Box<dyn Any>)>) {
        for id in self.spec.initial(me) {
            let d = self.f.pick();
            out.push((d, Box::new(Token { id, left: self.spec.hops - 1 })));
        }
    }
    fn on_any(&mut self, m: Box<dyn Any>, out: &mut Vec<(u32, Box<dyn Any>)>) {
        self.seen += 1;
        let t = *m.downcast::<Token>().expect("a token");
        if let Some((d, t)) = self.f.on_token(t) {
            out.push((d, Box::new(t)));
        }
    }
}

/// Messages waiting for delivery, by slot.
#[derive(Default)]
struct Slab {
    slots: Vec<Option<Box<dyn Any>>>,
    free: Vec<u32>,
}

impl Slab {
    #[inline(always)]
    fn put(&mut self, m: Box<dyn Any>) -> u32 {
        match self.free.pop() {
            Some(s) => {
                self.slots[s as usize] = Some(m);
                s
            }
            None => {
                self.slots.push(Some(m));
                self.slots.len() as u32 - 1
            }
        }
    }
    #[inline(always)]
    fn take(&mut self, slot: u32) -> Box<dyn Any> {
        self.free.push(slot);
        self.slots[slot as usize].take().expect("a message")
    }
}

pub fn boxed<Q: Queue, T: Trace, const FAULTS: bool>(spec: &Spec) -> (u64, u64) {
    let mut k: Kernel<Q, T> = Kernel::new(spec.seed);
    let net = Net::new(spec);
    let mut actors: Vec<Box<dyn AnyActor>> = (0..spec.actors)
        .map(|a| Box::new(Fwd { f: Forwarder::new(spec, a), spec: *spec, seen: 0 }) as Box<dyn AnyActor>)
        .collect();
    let mut slab = Slab::default();
    let mut out = Vec::new();
    let flush = |k: &mut Kernel<Q, T>, slab: &mut Slab, me: u32, out: &mut Vec<(u32, Box<dyn Any>)>| {
        for (d, m) in out.drain(..) {
            if !FAULTS || net.carries(&mut k.rng, me, d) {
                k.send(me, d, Token { id: slab.put(m), left: 0 });
            }
        }
    };
    for a in 0..spec.actors {
        actors[a as usize].on_start(a, &mut out);
        flush(&mut k, &mut slab, a, &mut out);
    }
    while let Some(e) = k.next() {
        let m = slab.take(e.id);
        if FAULTS && !net.accepts(e.src, e.dst) {
            continue;
        }
        actors[e.dst as usize].on_any(m, &mut out);
        flush(&mut k, &mut slab, e.dst, &mut out);
    }
    k.end(spec)
}

// ---- (d): each actor a boxed future, polled on delivery, no wakers ----

struct Shared {
    inbox: Cell<Option<Token>>,
    out: RefCell<Vec<(u32, Token)>>,
}

type Fut = Pin<Box<dyn Future<Output = ()>>>;

async fn forward(spec: Spec, me: u32, sh: Rc<Shared>) {
    let mut f = Forwarder::new(&spec, me);
    for id in spec.initial(me) {
        let d = f.pick();
        sh.out.borrow_mut().push((d, Token { id, left: spec.hops - 1 }));
    }
    loop {
        let t = poll_fn(|_| match sh.inbox.take() {
            Some(t) => Poll::Ready(t),
            None => Poll::Pending,
        })
        .await;
        if let Some(s) = f.on_token(t) {
            sh.out.borrow_mut().push(s);
        }
    }
}

pub fn futures<Q: Queue, T: Trace>(spec: &Spec) -> (u64, u64) {
    let mut k: Kernel<Q, T> = Kernel::new(spec.seed);
    let sh = Rc::new(Shared { inbox: Cell::new(None), out: RefCell::new(Vec::new()) });
    let mut actors: Vec<Fut> =
        (0..spec.actors).map(|a| Box::pin(forward(*spec, a, sh.clone())) as Fut).collect();
    let mut cx = Context::from_waker(Waker::noop());
    let mut step = |k: &mut Kernel<Q, T>, a: u32| {
        assert!(actors[a as usize].as_mut().poll(&mut cx).is_pending());
        for (d, t) in sh.out.borrow_mut().drain(..) {
            k.send(a, d, t);
        }
    };
    for a in 0..spec.actors {
        step(&mut k, a);
    }
    while let Some(e) = k.next() {
        sh.inbox.set(Some(Token { id: e.id, left: e.left }));
        step(&mut k, e.dst);
    }
    k.end(spec)
}

// ---- (d2): mailboxes, wakers and a ready queue, all in safe Rust ----

type Ready = Arc<Mutex<VecDeque<u32>>>;

struct TaskWaker {
    id: u32,
    ready: Ready,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.lock().unwrap().push_back(self.id);
    }
}

#[derive(Default)]
struct Mailbox {
    queue: VecDeque<Token>,
    waker: Option<Waker>,
}

async fn forward_mailbox(spec: Spec, me: u32, mb: Rc<RefCell<Mailbox>>, out: Rc<RefCell<Vec<(u32, Token)>>>) {
    let mut f = Forwarder::new(&spec, me);
    for id in spec.initial(me) {
        let d = f.pick();
        out.borrow_mut().push((d, Token { id, left: spec.hops - 1 }));
    }
    loop {
        let t = poll_fn(|cx| {
            let mut mb = mb.borrow_mut();
            match mb.queue.pop_front() {
                Some(t) => Poll::Ready(t),
                None => {
                    mb.waker = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await;
        if let Some(s) = f.on_token(t) {
            out.borrow_mut().push(s);
        }
    }
}

pub fn wakers<Q: Queue, T: Trace>(spec: &Spec) -> (u64, u64) {
    let mut k: Kernel<Q, T> = Kernel::new(spec.seed);
    let ready: Ready = Default::default();
    let out: Rc<RefCell<Vec<(u32, Token)>>> = Default::default();
    let boxes: Vec<Rc<RefCell<Mailbox>>> = (0..spec.actors).map(|_| Default::default()).collect();
    let mut tasks: Vec<(Fut, Waker)> = (0..spec.actors)
        .map(|a| {
            (
                Box::pin(forward_mailbox(*spec, a, boxes[a as usize].clone(), out.clone())) as Fut,
                Arc::new(TaskWaker { id: a, ready: ready.clone() }).into(),
            )
        })
        .collect();
    for (_, w) in &tasks {
        w.wake_by_ref();
    }
    loop {
        loop {
            let Some(a) = ready.lock().unwrap().pop_front() else { break };
            let (f, w) = &mut tasks[a as usize];
            assert!(f.as_mut().poll(&mut Context::from_waker(w)).is_pending());
            for (d, t) in out.borrow_mut().drain(..) {
                k.send(a, d, t);
            }
        }
        let Some(e) = k.next() else { break };
        let mut mb = boxes[e.dst as usize].borrow_mut();
        mb.queue.push_back(Token { id: e.id, left: e.left });
        if let Some(w) = mb.waker.take() {
            w.wake();
        }
    }
    k.end(spec)
}
