//! The world, shown by plays: who does what, what goes wrong, what is stated.

mod actors;
mod clocks;
mod determinism;
mod disks;
mod faults;
mod logs;
mod mailboxes;
mod network;
mod nodes;
mod runaways;
mod stage;
