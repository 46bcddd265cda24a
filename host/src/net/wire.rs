//! A connection, cut into payloads.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio_util::codec::{Decoder, Encoder, Framed, LengthDelimitedCodec};

/// A connection.
pub(super) type Wire = Framed<TcpStream, Payloads>;

/// Before the handshake a peer may say this much.
const HANDSHAKE_LENGTH: usize = 1024;

pub(super) fn wire(stream: TcpStream) -> Wire {
    let _ = stream.set_nodelay(true); // Slower without, and no less right.
    Framed::new(stream, Payloads::up_to(HANDSHAKE_LENGTH))
}

/// Payloads with their lengths before them.
pub(super) struct Payloads(LengthDelimitedCodec);

impl Payloads {
    pub(super) fn up_to(longest: usize) -> Self {
        Self(LengthDelimitedCodec::builder().max_frame_length(longest).new_codec())
    }

    pub(super) fn allow(&mut self, longest: usize) {
        self.0.set_max_frame_length(longest);
    }
}

impl Decoder for Payloads {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        self.0.decode(bytes)
    }
}

impl Encoder<Vec<u8>> for Payloads {
    type Error = io::Error;

    fn encode(&mut self, payload: Vec<u8>, bytes: &mut BytesMut) -> io::Result<()> {
        self.0.encode(Bytes::from(payload), bytes)
    }
}
