//! What holds for actors in the world holds for them here: lanes, turns, timers, children, ends.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{Line, Puppet, Stageplay, Told, alone, pass, say, telling};
use rehearsal_host::{Edge, Node, System};
use rehearsal_protocol::{Address, Input, NodeId};

/// The lead, the first actor of its node.
const LEAD: Address = Address::new(NodeId(0), 0);

#[tokio::test]
async fn a_higher_lane_goes_first_however_long_the_lower_one_has_waited() {
    let lines = [
        pass(LEAD, say("work 1")),
        pass(LEAD, say("work 2")),
        pass(LEAD, Line::Tell("result".to_owned())),
        pass(LEAD, Line::Aside("control".to_owned())),
    ];
    let (node, told) = alone(|_| Puppet::first(lines));
    told.hears("/stage/lead: work 2").await;
    assert_eq!(told.by("/stage/lead"), ["start 1", "control", "result", "work 1", "work 2"]);
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn an_interrupt_goes_between_two_turns_and_before_waiting_work() {
    let lines = [pass(LEAD, say("work")), Line::Interrupt(LEAD)];
    let (node, told) = alone(|_| Puppet::first(lines));
    told.hears("/stage/lead: work").await;
    let expected = format!("Interrupt {{ from: {LEAD}, expected: Some(Run(7)) }}");
    assert_eq!(told.by("/stage/lead"), ["start 1", &*expected, "work"]);
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn timers_ring_in_order_and_a_cancelled_or_rearmed_one_rings_once_or_never() {
    let lines = [
        Line::Timer(1, 40),
        Line::Timer(2, 10),
        Line::Timer(3, 20),
        Line::Cancel(3),
        Line::Timer(4, 10),
        Line::Timer(4, 60),
    ];
    let (node, told) = alone(|_| Puppet::first(lines));
    told.hears("/stage/lead: Timer(4)").await;
    assert_eq!(told.by("/stage/lead"), ["start 1", "Timer(2)", "Timer(1)", "Timer(4)"]);
    assert_eq!(node.activity().timers, 0);
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_timer_that_is_cancelled_while_it_waits_in_the_mailbox_does_not_ring() {
    // Both are due when the turn that blocks is over; the first message of a higher lane cancels one.
    let lines = [
        Line::Timer(1, 1),
        Line::Timer(2, 1),
        pass(
            LEAD,
            Line::All(vec![Line::Block(20), pass(LEAD, Line::Aside("x".to_owned())), Line::Cancel(1)]),
        ),
    ];
    let (node, told) = alone(|_| Puppet::first(lines));
    told.hears("/stage/lead: Timer(2)").await;
    assert!(!told.by("/stage/lead").contains(&"Timer(1)".to_owned()), "{:?}", told.all());
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_panic_ends_one_actor_loses_its_turn_and_is_told_to_who_watches() {
    let (node, told) = alone(|system| {
        let other = system.node("stage").actor("other", Puppet::default());
        let panics = Line::All(vec![say("lost"), Line::Panic]);
        Puppet::first([Line::Monitor(other), pass(other, panics), pass(other, say("unread"))])
    });
    told.hears("/stage/other: start 2").await;
    let exit = "Exit { who: @0.1, incarnation: Incarnation(1), reason: Panicked(\"as told\") }";
    told.hears(&format!("/stage/lead: {exit}")).await;
    assert_eq!(told.by("/stage/other"), ["start 1", "start 2"], "the turn's effects are gone");
    let metrics = node.metrics();
    let other = metrics.iter().find(|actor| &*actor.path == "/stage/other").unwrap();
    assert_eq!((other.lives, other.panics, other.dead_letters), (2, 1, 1));
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_child_lives_beside_its_parent_and_ends_with_it() {
    let (node, told) = alone(|system| {
        let mut stage = system.node("stage");
        let parent = stage.actor("parent", Puppet::default());
        Puppet::first([pass(parent, Line::ToChild("kid".to_owned(), Box::new(say("hello"))))])
    });
    told.hears("/stage/parent/kid: hello").await;
    let kid = node.metrics().into_iter().find(|actor| &*actor.path == "/stage/parent/kid").unwrap();
    assert!(kid.alive);
    node.stop(Duration::from_secs(1)).await;
    assert_eq!(told.by("/stage/parent/kid"), ["start 1", "hello"], "children are not asked, they end");
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_and_the_first_child_lives_on() {
    let kid = || "kid".to_owned();
    let lines = [Line::Spawn(kid()), Line::ToChild(kid(), Box::new(say("still me")))];
    let (node, told) = alone(|_| Puppet::first(lines));
    told.hears("/stage/lead/kid: still me").await;
    assert_eq!(told.by("/stage/lead/kid"), ["start 1", "still me"]);
    assert!(told.by("/stage/lead")[1].contains("NameTaken"), "{:?}", told.all());
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn to_watch_who_is_not_there_is_answered() {
    let (node, told) = alone(|_| Puppet::first([Line::Monitor(Address::new(NodeId(0), 9))]));
    told.hears("/stage/lead: Exit { who: @0.9, incarnation: Incarnation(0), reason: NoActor }").await;
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_killed_actor_ends_at_once_and_an_actor_that_was_asked_ends_itself() {
    let (node, told) = alone(|system| {
        let mut stage = system.node("stage");
        let killed = stage.actor("killed", Puppet::default());
        let asked = stage.actor("asked", Puppet::default());
        Puppet::first([Line::Monitor(killed), Line::Monitor(asked), Line::Kill(killed), Line::Stop(asked)])
    });
    told.hears("/stage/lead: Exit { who: @0.2, incarnation: Incarnation(1), reason: Normal }").await;
    told.hears("/stage/lead: Exit { who: @0.1, incarnation: Incarnation(1), reason: Killed }").await;
    assert_eq!(told.by("/stage/asked"), ["start 1", "Shutdown"]);
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_full_lane_refuses_and_says_so_to_the_sender() {
    let (node, told) = alone(|system| {
        let small = Puppet { room: 1, ..Puppet::default() };
        let small = system.node("stage").actor("small", small);
        Puppet::first([pass(small, say("fits")), pass(small, say("does not"))])
    });
    told.hears("/stage/small: fits").await;
    told.hears("/stage/lead: Refused { by: @0.1, message: MessageId(1099511627778), ask: None }").await;
    node.stop(Duration::from_secs(1)).await;
    assert_eq!(told.by("/stage/small"), ["start 1", "fits", "Shutdown"]);
}

#[tokio::test]
async fn a_node_stops_in_good_order_and_within_its_time() {
    let (node, told) = alone(|system| {
        let stubborn = Puppet { obeys: false, ..Puppet::default() };
        system.node("stage").actor("stubborn", stubborn);
        Puppet::first([Line::Spawn("kid".to_owned())])
    });
    told.hears("/stage/lead/kid: start 1").await;
    let begun = Instant::now();
    let stopped = node.stop(Duration::from_millis(100)).await;
    assert_eq!(stopped.forced.iter().map(|path| &**path).collect::<Vec<_>>(), ["/stage/stubborn"]);
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(told.by("/stage/lead").last().unwrap(), "Shutdown");
    let before = told.all();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(told.all(), before, "nothing outlives the node");
}

#[tokio::test]
async fn a_node_that_is_dropped_leaves_no_task_behind() {
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let (node, told) = alone(|_| Puppet::first([Line::Spawn("kid".to_owned()), Line::Timer(1, 60_000)]));
    told.hears("/stage/lead/kid: start 1").await;
    assert!(tokio::runtime::Handle::current().metrics().num_alive_tasks() >= before + 2);
    drop(node);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), before);
}

/// Counts the errors that are logged about blocked turns.
struct Counting(Arc<AtomicUsize>);

impl tracing::Subscriber for Counting {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        struct Path(bool);
        impl tracing::field::Visit for Path {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0 |= field.name() == "path" && format!("{value:?}") == "/stage/lead";
            }
        }
        let mut path = Path(false);
        event.record(&mut path);
        self.0.fetch_add(usize::from(path.0), Ordering::SeqCst);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_turn_that_blocks_is_named_while_it_lasts_and_once() {
    let named = Arc::new(AtomicUsize::new(0));
    // The watchdog has a thread of its own, so the subscriber is that of the process; other tests may log to it as well.
    tracing::subscriber::set_global_default(Counting(named.clone())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let told = Told::default();
        let mut system = System::<Stageplay>::new("play", 1);
        system.node("stage").actor("lead", Puppet::first([Line::Block(300), Line::Timer(1, 50)]));
        let settings =
            rehearsal_host::Settings { turn_limit: Some(Duration::from_millis(100)), ..telling(&told) };
        let node = Node::start(&system, "stage", settings).unwrap();
        told.hears("/stage/lead: Timer(1)").await;
        node.stop(Duration::from_secs(1)).await;
    });
    assert_eq!(named.load(Ordering::SeqCst), 1);
}

/// Works on what it is told until it is cut short, and tells by what.
async fn tool(mut edge: Edge<Stageplay>) {
    while let Some(input) = edge.next().await {
        match input {
            Input::Message(envelope) if envelope.message == Line::Aside("kept".to_owned()) => {
                edge.announce(&"kept".to_owned());
            }
            Input::Message(envelope) => {
                let limit = Duration::from_millis(if envelope.message == say("short") { 20 } else { 10_000 });
                let Err(cut) = edge.within(limit, std::future::pending::<()>()).await else { return };
                edge.announce(&format!("{cut:?}"));
            }
            input => edge.announce(&format!("{input:?}")),
        }
    }
    edge.announce(&"over".to_owned());
}

#[tokio::test]
async fn what_an_edge_awaits_is_cut_short_by_a_deadline_an_interrupt_or_shutdown() {
    let told = Told::default();
    let mut system = System::<Stageplay>::new("play", 1);
    let mut stage = system.node("stage");
    let tool = stage.edge("tool", tool);
    stage.edge("user", move |edge: Edge<Stageplay>| async move {
        edge.send(tool, say("short"));
        edge.send(tool, say("long"));
        tokio::time::sleep(Duration::from_millis(60)).await;
        edge.send(tool, Line::Aside("kept".to_owned()));
        edge.interrupt(tool, None);
        edge.send(tool, say("longer"));
    });
    let node = Node::start(&system, "stage", telling(&told)).unwrap();
    told.hears("/stage/tool: kept").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let stopped = node.stop(Duration::from_secs(2)).await;
    assert!(stopped.forced.is_empty());
    let interrupted = "Interrupted { by: @0.1, expected: None }";
    assert_eq!(told.by("/stage/tool"), ["Deadline", interrupted, "kept", "Shutdown", "over"]);
}

#[tokio::test]
async fn an_edge_that_panics_starts_again() {
    let told = Told::default();
    let mut system = System::<Stageplay>::new("play", 1);
    let tries = Arc::new(AtomicUsize::new(0));
    let count = tries.clone();
    system.node("stage").edge("tool", move |edge: Edge<Stageplay>| {
        let attempt = count.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(attempt > 0, "the first attempt fails");
            edge.announce(&"works".to_owned());
        }
    });
    let node = Node::start(&system, "stage", telling(&told)).unwrap();
    told.hears("/stage/tool: works").await;
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_life_begins_when_the_last_turn_of_the_old_one_is_over() {
    const TURN: Duration = Duration::from_millis(600);
    let begun = Instant::now();
    let (node, told) = alone(|_| Puppet::first([Line::Block(TURN.as_millis() as u64)]));
    tokio::time::sleep(TURN / 6).await;
    assert!(node.kill("/stage/lead"), "it is in its first turn");
    told.hears("/stage/lead: start 2").await;
    // What a turn announces is told when it is over, and so both turns are.
    assert!(begun.elapsed() >= 2 * TURN, "two lives of one path were in a turn at the same time");
    assert!(
        !told.by("/stage/lead").contains(&"start 1".to_owned()),
        "a turn that was cut off has no effects"
    );
    node.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_several_threads_no_message_is_lost_and_pairs_stay_in_order() {
    const SENDERS: usize = 20;
    const LINES: usize = 500;
    let told = Told::default();
    let mut system = System::<Stageplay>::new("play", 1);
    let mut stage = system.node("stage");
    let sink = stage.actor("sink", Puppet { room: 1_000_000, ..Puppet::default() });
    for sender in 0..SENDERS {
        let lines: Vec<Line> = (0..LINES).map(|n| pass(sink, say(&format!("{sender} {n:04}")))).collect();
        stage.actor(&format!("sender-{sender}"), Puppet::first(lines));
    }
    let node = Node::start(&system, "stage", telling(&told)).unwrap();
    let begun = Instant::now();
    while told.by("/stage/sink").len() < SENDERS * LINES + 1 && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let heard = told.by("/stage/sink");
    assert_eq!(heard.len(), SENDERS * LINES + 1);
    for sender in 0..SENDERS {
        let own: Vec<&String> = heard.iter().filter(|line| line.starts_with(&format!("{sender} "))).collect();
        assert_eq!(own.len(), LINES);
        assert!(own.is_sorted(), "sender {sender}");
    }
    node.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn unknown_nodes_and_peers_are_refused_with_what_there_is() {
    let mut system = System::<Stageplay>::new("play", 1);
    system.node("stage").actor("lead", Puppet::default());
    let error = Node::start(&system, "stag", common::telling(&Told::default())).err().unwrap();
    assert_eq!(error.to_string(), "there is no node `stag` in the system `play`; it has `stage`");
    let mut settings = telling(&Told::default());
    settings.peers.insert("balcony".to_owned(), ([127, 0, 0, 1], 1).into());
    let error = Node::start(&system, "stage", settings).err().unwrap();
    assert_eq!(error.to_string(), "the peer `balcony` is no node of the system `play`; it has `stage`");
}

#[tokio::test]
async fn what_panicked_before_the_node_stops_does_not_start_again() {
    let told = Told::default();
    let mut system = System::new("play", 1);
    let stubborn = system.node("stage").declare("stubborn");
    let panics = system.node("stage").declare("panics");
    // The stubborn one also keeps the node from being over before a restart would be due.
    let first = vec![pass(panics, Line::Panic), pass(panics, say("again")), Line::Monitor(panics)];
    system.node("stage").actor("stubborn", Puppet { obeys: false, first, ..Puppet::default() });
    system.node("stage").actor("panics", Puppet::default());
    assert_eq!(stubborn, LEAD);
    let node = Node::start(&system, "stage", telling(&told)).unwrap();
    told.hears(&format!("/stage/stubborn: Exit {{ who: {panics}, incarnation: Incarnation(1), reason: Panicked(\"as told\") }}"))
        .await;
    let stopped = node.stop(Duration::from_millis(500)).await;
    assert_eq!(stopped.forced.iter().map(|path| &**path).collect::<Vec<_>>(), ["/stage/stubborn"]);
    assert_eq!(told.by("/stage/panics"), ["start 1"]);
}
