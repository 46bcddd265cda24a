//! The session protocol: clients say one message after another, each when the last is accepted, while the runs of those go on.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rehearsal_host::settings::Draws;
use rehearsal_host::{Edge, Settings, System};
use rehearsal_protocol::{Address, Input};
use rehearsal_sessions::session::message::Reply;
use rehearsal_sessions::session::{
    CommandId, Config, Gateway, Key, Kind, Message, Command, Provider, Sandbox, Session, Variant, Work,
};
use tokio::sync::mpsc;

use crate::latency::Measured;
use crate::loopback::start_all;

/// The model is as dull as can be: a chunk after a millisecond, and no tools.
struct Dull;

impl Draws for Dull {
    fn draw(&mut self) -> u64 {
        0
    }
}

/// How many sessions a client talks to, in turns.
const KEYS: u32 = 64;

pub(crate) fn talk(clients: u16, requests: u64) -> Measured {
    crate::on_two_threads(async move {
        let (told, mut heard) = mpsc::unbounded_channel();
        let mut system = System::<Session>::new("session", 1);
        let provider = system.node("provider").actor("provider", Provider::default());
        let sandbox = system.node("sandbox").actor("sandbox", Sandbox::default());
        // What is measured is not how soon a queue is full.
        let config = Config { queue_cap: u16::MAX, ..Config::default() };
        let gateway = Gateway::new(provider, sandbox, config, Variant::Reference);
        let gateway = system.node("runtime").actor("gateway", gateway);
        let share = requests / u64::from(clients);
        for number in 1..=clients {
            let told = Mutex::new(Some(told.clone()));
            system.node("clients").edge(&format!("client-{number}"), move |edge| {
                let told = told.lock().expect("nobody panics").take();
                async move {
                    let Some(told) = told else { return };
                    let _ = told.send(client(edge, gateway, number, share).await);
                }
            });
        }
        drop(told);
        let settings = || Settings { draws: Some(Arc::new(|_, _| Box::new(Dull))), ..Settings::default() };
        let nodes = start_all(&system, |_| settings()).await;
        let start = Instant::now();
        let mut latencies = Vec::new();
        for _ in 0..clients {
            latencies.extend(heard.recv().await.expect("each client comes to its end"));
        }
        let wall = start.elapsed();
        assert_eq!(latencies.len() as u64, share * u64::from(clients), "each message is answered once");
        drop(nodes);
        Measured { latencies, wall }
    })
}

async fn client(mut edge: Edge<Session>, gateway: Address, client: u16, requests: u64) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for number in 1..=requests as u32 {
        let key = Key { session: u32::from(client), branch: number % KEYS };
        let command = CommandId { client, life: 1, number };
        let work = Work { key, command, kind: Kind::Message, content: number, reply_to: edge.me() };
        let sent = Instant::now();
        edge.send(gateway, Message::Command(Command::Work(work)));
        loop {
            let Some(input) = edge.next().await else { return latencies };
            let Input::Message(envelope) = input else { continue };
            let Message::Answer { command: answered, reply } = envelope.message else { continue };
            assert_eq!((answered, reply), (command, Reply::Accepted));
            break latencies.push(sent.elapsed());
        }
    }
    latencies
}
