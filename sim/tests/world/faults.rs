//! Every advertised kind of fault, drawn from seeds alone, shows its effect.

use std::collections::BTreeSet;

use rehearsal::fault::{KINDS, Profile};
use rehearsal::protocol::{Input, TimerId};
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::runner::Runner;
use rehearsal::trace::EventKind;

use crate::stage::{Player, Stage, Words, ms, player, stage};

/// Two nodes exchange a word and an answer each 100 ms, for 4 s; one of them writes and syncs each time.
fn exchange() -> Stage {
    stage(|system| {
        let answerer = system.node("right").actor(
            "answerer",
            player(|_, cx, input| {
                if let Input::Message(_) = input {
                    cx.write("heard", &cx.now().as_nanos());
                    cx.sync();
                    cx.reply(2);
                }
            }),
        );
        let asker = player(|me, cx, input| {
            if me.count < 40 && !matches!(input, Input::Message(_)) {
                me.count += 1;
                cx.send(me.peers[0], 1);
                cx.set_timer(TimerId(0), ms(100));
            }
        });
        system.node("left").actor("asker", Player { peers: vec![answerer], ..asker });
        system.timeout("patience", ms(300));
    })
}

/// A profile in which this kind is always on, and no other.
fn only(kind: &'static str) -> &'static Profile {
    let kinds = Box::leak(Box::new([kind]));
    Box::leak(Box::new(Profile { name: "only", sentence: "one kind", kinds, swarm_percent: 100 }))
}

/// How many of 200 seeds show an effect of a kind.
fn seeds_with(kind: &'static str, effect: impl Fn(&Runner<Words>) -> bool) -> usize {
    let mut runner = Runner::new(&exchange());
    let shows = |seed: &u64| {
        runner.run(&RunSpec::seeded(*seed, only(kind)).recorded());
        effect(&runner)
    };
    (0..200).filter(shows).count()
}

fn has(runner: &Runner<Words>, kind: EventKind) -> bool {
    runner.recorder().events().iter().any(|event| event.kind == kind)
}

/// The longest time between two turns of the same node, in milliseconds.
fn longest_silence(runner: &Runner<Words>, node: u32) -> u64 {
    let turns = runner.recorder().events().iter().filter(|event| event.kind.is_turn() && event.node == node);
    let times: Vec<u64> = turns.map(|event| event.at.as_nanos() / 1_000_000).collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0)
}

/// Whether a run shows what it should.
type Effect<'a> = &'a dyn Fn(&Runner<Words>) -> bool;

#[test]
fn each_kind_shows_its_effect_in_some_seeds() {
    let began = |runner: &Runner<Words>| has(runner, EventKind::FaultBegins);
    let deviates = |runner: &Runner<Words>, words: &str| {
        let node = |id: u32| &*runner.topology().nodes[id as usize].name;
        let made = runner.deviations().iter();
        made.into_iter().any(|made| made.stream.in_words(|slot| runner.path(slot), node).starts_with(words))
    };
    let effects: [(&str, Effect<'_>); 12] = [
        ("crash", &|runner| has(runner, EventKind::NodeDown) && has(runner, EventKind::NodeUp)),
        ("pause", &|runner| {
            began(runner) && longest_silence(runner, 0).max(longest_silence(runner, 1)) > 250
        }),
        ("slow", &|runner| deviates(runner, "turn ")),
        ("kill", &|runner| has(runner, EventKind::Ended) && !has(runner, EventKind::NodeDown)),
        ("partition", &|runner| began(runner) && has(runner, EventKind::Lost)),
        ("clog", &|runner| {
            began(runner) && !has(runner, EventKind::Lost) && longest_silence(runner, 0) > 150
        }),
        ("loss", &|runner| has(runner, EventKind::Lost)),
        ("duplication", &|runner| has(runner, EventKind::Duplicated)),
        ("delay", &|runner| runner.deviations().iter().any(|made| made.value.entry() == 2)),
        ("lateness", &|runner| deviates(runner, "timer ") && longest_silence(runner, 1) > 110),
        ("clock", &|runner| deviates(runner, "clock ")),
        ("disk", &|runner| {
            runner.deviations().iter().any(|made| {
                matches!(made.stream, rehearsal::choice::Stream::Sync(_)) && made.value.entry() == 2
            })
        }),
    ];
    let named: Vec<_> = effects.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(named, KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>(), "no kind is without a test");
    for (kind, effect) in effects {
        let seeds = seeds_with(kind, effect);
        assert!(seeds >= 10, "{kind} shows its effect in {seeds} of 200 seeds");
    }
}

#[test]
fn without_faults_nothing_is_lost_doubled_or_down() {
    let mut runner = Runner::new(&exchange());
    for seed in 0..200 {
        runner.run(&RunSpec::seeded(seed, &Profile::NONE).recorded());
        for kind in [EventKind::Lost, EventKind::Duplicated, EventKind::NodeDown, EventKind::FaultBegins] {
            assert!(!has(&runner, kind), "seed {seed:#x}: {kind:?}");
        }
    }
}

#[test]
fn each_seed_has_a_subset_of_kinds_of_its_own() {
    let mut runner = Runner::new(&exchange());
    let mut subsets = BTreeSet::new();
    for seed in 0..300 {
        runner.run(&RunSpec::seeded(seed, &Profile::CHAOS));
        subsets.insert(runner.plan().kinds.clone());
    }
    assert!(subsets.len() > 150, "{} subsets in 300 seeds", subsets.len());
    for kind in KINDS {
        let on = subsets.iter().filter(|subset| subset.contains(&kind.name)).count();
        assert!(on > 50 && on < subsets.len() - 50, "{} is on in {on} of {}", kind.name, subsets.len());
    }
}

#[test]
fn outages_straddle_the_declared_timeout() {
    let mut runner = Runner::new(&exchange());
    let (mut below, mut exactly, mut above) = (0, 0, 0);
    for seed in 0..500 {
        runner.run(&RunSpec::seeded(seed, only("crash")));
        for episode in &runner.plan().episodes {
            match episode.until.since(episode.from) {
                span if span == ms(300) => exactly += 1,
                span if (ms(270)..ms(300)).contains(&span) => below += 1,
                span if (ms(300)..ms(331)).contains(&span) => above += 1,
                _ => {}
            }
        }
    }
    assert!(below > 30 && exactly > 30 && above > 30, "{below} below, {exactly} at, {above} above");
}
