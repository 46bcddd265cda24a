//! The processes of a system, seen from the one that starts them.

use std::io::{self, BufRead, BufReader, Error};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::part::{FINISHED, NODES, Part, STARTED};

/// How long anything may take before it counts as failed: much longer than it does on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// All nodes of the lease lock, each in a process of its own.
pub(crate) struct Troupe<C> {
    /// Who plays what.
    pub(crate) parts: Vec<Part>,
    processes: Vec<Process>,
    command: C,
    _claims: Vec<UdpSocket>,
}

impl<C: Fn(&Part) -> Command> Troupe<C> {
    /// Starts all nodes; `command` makes the command for one.
    ///
    /// # Errors
    ///
    /// If no port is free or a process does not start.
    pub(crate) fn start(folder: &Path, rounds: u32, writes: u32, command: C) -> io::Result<Self> {
        let (ports, claims): (Vec<u16>, Vec<UdpSocket>) = free_ports(NODES.len())?.into_iter().unzip();
        let part = |node: &&str| Part {
            node: (*node).to_owned(),
            folder: folder.to_owned(),
            ports: ports.clone(),
            rounds,
            writes,
        };
        let parts: Vec<Part> = NODES.iter().map(part).collect();
        let processes = parts.iter().map(|part| Process::start(command(part))).collect::<io::Result<_>>()?;
        let mut troupe = Self { parts, processes, command, _claims: claims };
        for process in &mut troupe.processes {
            process.hear(STARTED, PATIENCE)?;
        }
        Ok(troupe)
    }

    /// Kills a node, without a warning.
    ///
    /// # Errors
    ///
    /// If the process had ended by itself.
    pub(crate) fn kill(&mut self, node: usize) -> io::Result<()> {
        self.processes[node].kill()
    }

    /// Starts a node that was killed.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub(crate) fn restart(&mut self, node: usize) -> io::Result<()> {
        self.processes[node] = Process::start((self.command)(&self.parts[node]))?;
        self.processes[node].hear(STARTED, PATIENCE)
    }

    /// Waits until all clients have done their rounds; `false` if the time is over before.
    ///
    /// # Errors
    ///
    /// If a process ends.
    pub(crate) fn finished(&mut self, within: Duration) -> io::Result<bool> {
        let until = Instant::now() + within;
        for process in &mut self.processes[1..] {
            match process.hear(FINISHED, until.saturating_duration_since(Instant::now())) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Asks all nodes to stop, and waits until they have.
    ///
    /// # Errors
    ///
    /// If one does not, or not in good order.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        for process in &mut self.processes {
            drop(process.child.stdin.take());
        }
        self.processes.iter_mut().try_for_each(Process::ended)
    }
}

struct Process {
    child: Child,
    said: Receiver<String>,
}

impl Process {
    fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().ok_or_else(|| Error::other("a process without a stdout"))?;
        let (say, said) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            lines.take_while(|line| say.send(line.clone()).is_ok()).for_each(drop);
        });
        Ok(Self { child, said })
    }

    /// Waits until the process says this.
    fn hear(&mut self, what: &str, within: Duration) -> io::Result<()> {
        let until = Instant::now() + within;
        loop {
            match self.said.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) if line.ends_with(what) => return Ok(()),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::other(format!("a process ended before it said `{what}`")));
                }
            }
        }
    }

    fn kill(&mut self) -> io::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            return Err(Error::other(format!("a process ended by itself, with {status}")));
        }
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    fn ended(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(Error::other(format!("a process ended with {status}"))),
                None if begun.elapsed() > PATIENCE => return Err(Error::other("a process does not stop")),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Process {
    /// No process outlives the one that started it.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports that nobody listens on, with a claim on each. They are below those that the system gives to who connects: a node that is down for a
/// moment would lose one of those to the very peer that looks for it.
fn free_ports(count: usize) -> io::Result<Vec<(u16, UdpSocket)>> {
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    let free = |port: u16| {
        // A node that is down leaves its port free: what says that it is taken is the port of the same number for datagrams.
        let claim = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok().then_some((port, claim))
    };
    let ports: Vec<(u16, UdpSocket)> = (first..first + 2_000).filter_map(free).take(count).collect();
    if ports.len() == count { Ok(ports) } else { Err(io::ErrorKind::AddrInUse.into()) }
}
