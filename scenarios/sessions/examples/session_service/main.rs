//! Sessions of an agent runtime behind a small service over TCP, one line for each thing said:
//!
//! ```sh
//! cargo run -p rehearsal-scenarios-sessions --example session_service -- 127.0.0.1:7000
//! ```
//!
//! and then, in another terminal, `nc 127.0.0.1 7000`, `s1:b1 say hello`, and while the answer streams, `s1:b1 interrupt`. The sessions are the
//! actors that the scenario `session` rehearses; the model, the place where tools run and the terminals are edges: async functions behind an
//! address, where the world has simulated actors.

#[path = "../../../examples/screen/mod.rs"]
mod screen;

mod command;
mod outside;
mod terminal;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use rehearsal_host::{Error, Node, Settings, System};
use rehearsal_sessions::session::{Config, Gateway, Session, Variant};
use tokio::net::TcpListener;

use screen::Screen;
use terminal::Shown;

/// The time between two words of the model, for people.
const PACE: Duration = Duration::from_millis(150);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    Screen::show("runtime");
    let place = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7000".to_owned());
    let listener = TcpListener::bind(place).await?;
    println!("listening at {}; say `help` there", listener.local_addr()?);
    let node = start(listener, PACE).map_err(std::io::Error::other)?;
    Err(std::io::Error::other(node.failed().await))
}

/// Starts a runtime whose terminals connect to `listener`.
fn start(listener: TcpListener, pace: Duration) -> Result<Node<Session>, Error> {
    let (shown, listener) = (Shown::default(), Arc::new(listener));
    let mut system = System::new("session", 1);
    let mut runtime = system.node("runtime");
    let provider = runtime.edge("provider", move |edge| outside::provider(edge, pace));
    let sandbox = runtime.edge("sandbox", move |edge| outside::sandbox(edge, pace));
    let config = Config { stream_idle: pace * 4 + Config::default().stream_idle, ..Config::default() };
    let gateway = runtime.actor("gateway", Gateway::new(provider, sandbox, config, Variant::Reference));
    let on_screens = shown.clone();
    runtime
        .edge("terminals", move |edge| terminal::serve(edge, gateway, listener.clone(), on_screens.clone()));
    Node::start(&system, "runtime", Settings { facts: Some(Arc::new(shown)), ..Settings::default() })
}
