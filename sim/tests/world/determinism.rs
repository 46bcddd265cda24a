//! A run is a function of its seed, whatever ran before, and what is added elsewhere changes no choice.

use std::collections::BTreeMap;

use rand::RngExt;
use rehearsal::fault::{PROFILES, Profile};
use rehearsal::protocol::{Input, TimerId};
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::runner::Runner;
use rehearsal::trace::Recording;
use rehearsal::{Scenario, Setup};

use crate::stage::{Player, Stage, Words, ms, player, stage};

/// Three nodes chat: each actor answers with a drawn number to a drawn peer until it has said enough.
fn chat(system: &mut Setup<Words>) {
    let names = ["a", "b", "c"];
    let addresses = names.map(|name| system.node(name).declare("talker"));
    for name in names {
        let talker = player(|me, cx, input| {
            if me.count >= 20 || matches!(input, Input::Signal(_)) {
                return;
            }
            me.count += 1;
            let (peer, word) = (cx.rng().random_range(0..3), cx.choose(9));
            cx.send(me.peers[peer], word);
            if word % 3 == 0 {
                cx.set_timer(TimerId(word.into()), ms(word.into()));
            }
        });
        system.node(name).actor("talker", Player { peers: addresses.to_vec(), ..talker });
    }
    system.timeout("patience", ms(500));
}

fn hashes(
    scenario: &impl Scenario,
    seeds: impl Iterator<Item = u64>,
    profile: &'static Profile,
) -> BTreeMap<u64, u64> {
    let mut runner = Runner::new(scenario);
    seeds.map(|seed| (seed, runner.run(&RunSpec::seeded(seed, profile)).trace_hash)).collect()
}

#[test]
fn a_seed_gives_the_same_trace_whatever_ran_before_it() {
    for profile in PROFILES {
        let forward = hashes(&stage(chat), 0..200, profile);
        let backward = hashes(&stage(chat), (0..200).rev(), profile);
        assert_eq!(forward, backward, "{}", profile.name);
        let distinct: std::collections::BTreeSet<_> = forward.values().collect();
        assert!(distinct.len() > 190, "seeds differ under {}", profile.name);
    }
}

#[test]
fn recording_changes_nothing() {
    let mut runner = Runner::new(&stage(chat));
    for seed in 0..100 {
        let spec = RunSpec::seeded(seed, &Profile::CHAOS);
        let plain = runner.run(&spec).trace_hash;
        let events = runner.run(&RunSpec { recording: Recording::Events, ..spec.clone() }).trace_hash;
        assert_eq!((plain, plain), (events, runner.run(&spec.recorded()).trace_hash), "seed {seed:#x}");
    }
}

#[test]
fn the_deviations_of_a_seeded_run_replay_it_from_a_benign_base() {
    let mut runner = Runner::new(&stage(chat));
    for seed in 0..100 {
        let spec = RunSpec { record_choices: true, ..RunSpec::seeded(seed, &Profile::CHAOS) };
        let seeded = runner.run(&spec);
        let faulty = Some(runner.plan().faulty);
        let overrides = runner.deviations().iter().map(|made| ((made.key, made.n), made.value)).collect();
        let again = runner.run(&RunSpec {
            base: rehearsal::choice::Base::Benign,
            overrides: Some(std::sync::Arc::new(overrides)),
            record_choices: false,
            faulty,
            ..spec
        });
        assert_eq!(seeded.trace_hash, again.trace_hash, "seed {seed:#x}");
    }
}

#[test]
fn worlds_that_part_go_their_own_ways_from_the_same_past() {
    let mut runner = Runner::new(&stage(chat));
    let whole = runner.run(&RunSpec::seeded(7, &Profile::CHAOS));
    runner.run(&RunSpec { until: Some(whole.events / 2), ..RunSpec::seeded(7, &Profile::CHAOS) });
    let mut properties = rehearsal::check::Properties::default();
    stage(chat).properties(&mut properties);
    let mut checks = properties.checks();
    let (mut one, mut other) = (runner.world().clone(), runner.world().clone());
    while one.step(&mut checks) {}
    while other.step(&mut checks) {}
    assert_eq!([one.recorder().hash(), other.recorder().hash()], [whole.trace_hash; 2]);
}

/// The choices of all streams that both runs have, by their names.
fn choices(scenario: &Stage, seed: u64) -> BTreeMap<(String, u32), u64> {
    let mut runner = Runner::new(scenario);
    runner.run(&RunSpec { record_choices: true, ..RunSpec::seeded(seed, &Profile::LOSSY) });
    let name = |slot: u32| runner.path(slot);
    let node = |id: u32| &*runner.topology().nodes[id as usize].name;
    let made = runner.deviations().iter();
    made.map(|made| ((made.stream.in_words(name, node), made.n), made.value.0)).collect()
}

#[test]
fn an_unrelated_actor_an_unrelated_draw_and_a_log_line_change_no_other_choice() {
    let crowded = stage(|system| {
        // A node and an actor before all others, which move every slot, with draws and messages of their own.
        let mut bystander = player(|me, cx, _| {
            if me.count < 30 {
                me.count += 1;
                let _: u64 = cx.rng().random();
                tracing::info!("a log line");
                cx.set_timer(TimerId(1), ms(3));
                let me = cx.me();
                cx.send(me, 1);
            }
        });
        bystander.count = 0;
        system.node("0-bystander").actor("bystander", bystander);
        chat(system);
    });
    for seed in 0..50 {
        let alone = choices(&stage(chat), seed);
        let together = choices(&crowded, seed);
        for (choice, value) in &alone {
            assert_eq!(together.get(choice), Some(value), "seed {seed:#x}: {choice:?}");
        }
        assert!(together.len() > alone.len() + 20);
    }
}
