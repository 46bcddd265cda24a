//! Rehearsal, its peers and the limit of this machine, side by side on the same work.
//!
//! Each program is built, and then every case runs once a round, round after round, so that a drift in the machine's speed falls on
//! all alike. Every case checks its own count; that its digest is the same in all rounds is checked here.
//!
//! - [`options`] — the command line;
//! - [`programs`] — what is built, and how;
//! - [`case`] — one measurement of a program;
//! - [`measurement`] — one line of one case;
//! - [`rounds`] — runs the cases in turns;
//! - [`table`] — medians and ratios;
//! - [`bar`] — what is wanted, beside what was measured;
//! - [`plot`] — cost per turn against number of actors;
//! - [`misses`] — cache misses per turn;
//! - [`profile`] — where the time goes;
//! - [`check`] — the short form: counts and digests only;
//! - [`kept`] — what they should be.

mod bar;
mod case;
mod check;
mod kept;
mod measurement;
mod misses;
mod options;
mod plot;
mod profile;
mod programs;
mod rounds;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match options::Options::parse().run() {
        Ok(code) => code,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::from(2)
        }
    }
}
