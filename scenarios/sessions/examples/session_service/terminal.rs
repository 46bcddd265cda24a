//! The terminals: one edge for all connections. What people say becomes messages to the gateway; answers come back as messages, and what the
//! sessions show are their facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use rehearsal_host::Edge;
use rehearsal_host::facts::{Announced, Facts};
use rehearsal_protocol::{Address, Input};
use rehearsal_sessions::session::{CommandId, Fact, Key, Message, Reply, Session};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::codec::{Framed, LinesCodec};

use crate::command::{HELP, Line, Verb};
use crate::outside::words;

/// The longest line that is understood.
const LONGEST: usize = 1024;

/// All facts of the runtime, for whoever shows them.
#[derive(Clone)]
pub(crate) struct Shown(broadcast::Sender<Fact>);

impl Default for Shown {
    fn default() -> Self {
        Self(broadcast::Sender::new(1024))
    }
}

impl Facts<Session> for Shown {
    fn keep(&self, announced: &Announced<'_, Fact>) {
        let _ = self.0.send(announced.fact.clone()); // Nobody may be connected.
    }
}

/// A command of one connection.
type Said = (u16, Key, Verb);

/// Serves all terminals.
pub(crate) async fn serve(
    mut edge: Edge<Session>,
    gateway: Address,
    listener: Arc<TcpListener>,
    shown: Shown,
) {
    let (say, mut said) = unbounded_channel();
    let mut terminals: BTreeMap<u16, UnboundedSender<(CommandId, Reply)>> = BTreeMap::new();
    let (mut connections, mut commands) = (0, 0);
    loop {
        tokio::select! {
            input = edge.next() => match input {
                None => return,
                Some(Input::Message(envelope)) => if let Message::Answer { command, reply } = envelope.message
                    && let Some(terminal) = terminals.get(&command.client)
                    && terminal.send((command, reply)).is_err()
                {
                    terminals.remove(&command.client); // It has hung up.
                },
                Some(_) => {}
            },
            connected = listener.accept() => if let Ok((stream, from)) = connected {
                connections += 1;
                tracing::info!(%from, number = connections, "somebody is here");
                let (answer, answers) = unbounded_channel();
                terminals.insert(connections, answer);
                edge.spawn(terminal(stream, connections, say.clone(), answers, shown.0.subscribe()));
            },
            Some((client, key, verb)) = said.recv() => {
                commands += 1;
                let command = CommandId { client, life: 1, number: commands };
                // Who gives a command states it, as the simulated client does.
                match &verb {
                    Verb::Say(kind, _) => edge.announce(&Fact::Said { key, command, kind: *kind }),
                    Verb::Press(_) => edge.announce(&Fact::Pressed { key, command }),
                    Verb::End => {}
                }
                edge.send(gateway, verb.message(key, command, edge.me()));
            }
        }
    }
}

/// One connection, until it hangs up. It shows the sessions that it has spoken of.
async fn terminal(
    stream: TcpStream,
    number: u16,
    say: UnboundedSender<Said>,
    mut answers: UnboundedReceiver<(CommandId, Reply)>,
    mut shown: broadcast::Receiver<Fact>,
) {
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(LONGEST));
    let mut keys = BTreeSet::new();
    loop {
        let answer = tokio::select! {
            line = lines.next() => match line {
                None => return,
                Some(Err(error)) => {
                    let _ = lines.send(error.to_string()).await;
                    return;
                }
                Some(Ok(line)) => match Line::of(&line) {
                    Ok(Line::Bye) => return,
                    Ok(Line::Help) => HELP.map(str::to_owned).to_vec(),
                    Ok(Line::Command(key, verb)) => {
                        keys.insert(key);
                        if say.send((number, key, verb)).is_err() {
                            return;
                        }
                        continue;
                    }
                    Err(what) => vec![what],
                },
            },
            Some((command, reply)) = answers.recv() => vec![format!("{command} {reply:?}")],
            fact = shown.recv() => match fact {
                Err(broadcast::error::RecvError::Closed) => return,
                Err(broadcast::error::RecvError::Lagged(count)) => vec![format!("({count} facts were too fast for this terminal)")],
                Ok(fact) => told(&fact).filter(|(key, _)| keys.contains(key)).map(|(_, line)| line).into_iter().collect(),
            },
        };
        for line in answer {
            if lines.send(line).await.is_err() {
                return;
            }
        }
    }
}

/// A fact that people want to see, as a line, and whose it is.
fn told(fact: &Fact) -> Option<(Key, String)> {
    Some(match fact {
        Fact::Queued { key, command, len, .. } => (*key, format!("{command} waits, as number {len}")),
        Fact::RunStarted { run, command } => (run.key, format!("{run} answers {command}")),
        Fact::ChunkShown { run, step, seq } => {
            (run.key, format!("{run} | {}", words(*step).nth(usize::from(*seq)).unwrap_or("…")))
        }
        Fact::CallStarted { call } => (call.run.key, format!("{} calls a tool: {call}", call.run)),
        Fact::CallEnded { call, outcome } => {
            (call.run.key, format!("{} has its tool's result: {outcome:?}", call.run))
        }
        Fact::InterruptEffect { run, command } => (run.key, format!("{run} is interrupted by {command}")),
        Fact::RunEnded { run, cause, .. } => (run.key, format!("{run} ends: {cause:?}")),
        Fact::Closed { key, .. } => (*key, format!("{key} has ended for good")),
        _ => return None,
    })
}
