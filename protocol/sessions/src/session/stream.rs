//! The chunks of one model call, put back in order: by an agent, and by a session that has none.

use rehearsal_protocol::time::Time;

use crate::session::message::Calls;

/// A stream that is being listened to.
///
/// The network reorders and repeats, and a user must see text in order and once; so a chunk that comes early waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stream {
    /// How many chunks have been shown: all before this place.
    pub(super) shown: u16,
    /// Which chunks beyond `shown` have come early; bit 0 is the one after it.
    early: u64,
    /// What the stream's end said, which may overtake its last chunks.
    end: Option<(u16, Calls)>,
    /// When anything was last heard.
    pub(super) heard: Time,
    /// How many attempts there were, as its end says.
    pub(super) attempts: u16,
}

impl Stream {
    /// A stream that begins now.
    pub(super) fn begin(now: Time) -> Self {
        Self { shown: 0, early: 0, end: None, heard: now, attempts: 1 }
    }

    /// Takes a chunk and returns how many more can be shown; `None` if it was known or is absurdly far ahead.
    pub(super) fn take(&mut self, seq: u16) -> Option<u16> {
        let ahead = seq.checked_sub(self.shown)?;
        match ahead {
            0 => {
                let more = 1 + self.early.trailing_ones() as u16;
                self.early = self.early.checked_shr(u32::from(more)).unwrap_or(0);
                self.shown += more;
                Some(more)
            }
            1..=64 if self.early & (1 << (ahead - 1)) == 0 => {
                self.early |= 1 << (ahead - 1);
                Some(0)
            }
            _ => None,
        }
    }

    /// Takes the end of the stream, which says how many chunks there were.
    pub(super) fn end(&mut self, chunks: u16, calls: Calls) {
        self.end.get_or_insert((chunks, calls));
    }

    /// The calls that its end has brought, if there are any, though some text may be missing.
    pub(super) fn calls(&self) -> Option<Calls> {
        self.end.map(|(_, calls)| calls).filter(|calls| !calls.is_empty())
    }

    /// The calls that the model asks for, once the end and all chunks before it have come.
    pub(super) fn whole(&self) -> Option<Calls> {
        self.end.filter(|(chunks, _)| *chunks <= self.shown).map(|(_, calls)| calls)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chunk_that_overtakes_waits_for_those_before_it() {
        let mut stream = Stream::begin(Time::ZERO);
        assert_eq!(stream.take(2), Some(0));
        assert_eq!(stream.take(1), Some(0));
        assert_eq!(stream.take(0), Some(3));
        assert_eq!(stream.take(3), Some(1));
    }

    #[test]
    fn a_chunk_that_comes_twice_is_known() {
        let mut stream = Stream::begin(Time::ZERO);
        stream.take(0);
        stream.take(2);
        assert_eq!((stream.take(0), stream.take(2)), (None, None));
    }

    #[test]
    fn a_stream_is_whole_only_when_the_chunks_before_its_end_have_come() {
        let mut stream = Stream::begin(Time::ZERO);
        stream.end(1, Calls::default());
        assert_eq!(stream.whole(), None);
        stream.take(0);
        assert_eq!(stream.whole(), Some(Calls::default()));
    }

    proptest! {
        /// Whatever the order and however often chunks come, in the end each has been shown once.
        #[test]
        fn all_chunks_are_shown_once_in_any_order(chunks in Just((0..20_u16).collect::<Vec<_>>()).prop_shuffle()) {
            let mut stream = Stream::begin(Time::ZERO);
            let shown: u16 = chunks.iter().chain(&chunks).filter_map(|seq| stream.take(*seq)).sum();
            prop_assert_eq!((shown, stream.shown), (20, 20));
        }
    }
}
