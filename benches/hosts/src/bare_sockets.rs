//! An echo over two sockets: the floor.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::latency::Measured;

/// As many bytes as a small frame has.
const LENGTH: usize = 24;

pub(crate) fn echo(requests: u64) -> Measured {
    crate::on_two_threads(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("it connects");
            stream.set_nodelay(true).expect("an option of every socket");
            let mut frame = [0; LENGTH];
            while stream.read_exact(&mut frame).await.is_ok() {
                stream.write_all(&frame).await.expect("it is connected");
            }
        });
        // On a thread of the runtime, as actors are.
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            stream.set_nodelay(true).expect("an option of every socket");
            let mut frame = [7; LENGTH];
            let (mut latencies, start) = (Vec::new(), Instant::now());
            for _ in 0..requests {
                let sent = Instant::now();
                stream.write_all(&frame).await.expect("it is connected");
                stream.read_exact(&mut frame).await.expect("it answers");
                latencies.push(sent.elapsed());
            }
            Measured { latencies, wall: start.elapsed() }
        })
        .await
        .expect("it does not panic")
    })
}
