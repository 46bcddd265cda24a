//! The rooms of the host, held to the list of its `lib.rs` as those of the testbed are to theirs.

#[path = "../../sim/tests/rooms.rs"]
mod rooms;
