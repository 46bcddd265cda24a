//! tmp
use rehearsal::fault::{PROFILES, Profile};
use rehearsal::run::*;
use std::collections::BTreeMap;
fn main() {
    let mode = std::env::args().nth(1).unwrap();
    let n: u64 = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let e = &rehearsal_scenarios::session::SESSION;
    if mode == "ref" {
        let only = std::env::args().nth(3);
        for profile in PROFILES.iter().filter(|p| only.as_deref().is_none_or(|o| o == p.name)) {
            let mut r = (e.build)(None).runner();
            let goals = (e.build)(None).goals();
            let mut reached = vec![0u64; goals.len()];
            let mut first = vec![0u64; goals.len()];
            let w = rehearsal::wall::Stopwatch::start();
            let (mut turns, mut bad) = (0, BTreeMap::<String, (u64, u64)>::new());
            let start: u64 = std::env::args().nth(4).and_then(|n| n.parse().ok()).unwrap_or(0);
            for seed in start..start + n {
                let o = r.run(&RunSpec::seeded(seed, profile));
                turns += o.turns;
                for (i, g) in o.goals.iter().enumerate() {
                    if *g { if reached[i] == 0 { first[i] = seed; } reached[i] += 1; }
                }
                if let Some(s) = o.signature() { bad.entry(s).or_insert((seed, 0)).1 += 1; }
            }
            let s = w.elapsed().as_secs_f64();
            println!("== {}: {:.2} M turns/s, {:.0} runs/s, {} turns/run", profile.name, turns as f64 / s / 1e6, n as f64 / s, turns / n);
            for (s, (seed, c)) in bad { println!("  BAD {c} first {seed}: {s}"); }
            for (i, g) in goals.iter().enumerate() { if reached[i] * 1000 < n { println!("  goal {} of {n} (first {}): {}", reached[i], first[i], g.name); } }
        }
    } else if mode == "big" {
        use rehearsal_scenarios::session::Sessions;
        use rehearsal_protocol::session::*;
        for (clients, rounds, keys, cap) in [(4, 8, 4, 10), (6, 12, 2, 10), (3, 20, 1, 1), (1, 6, 1, 2)] {
            for profile in PROFILES.iter() {
                let mut sc = Sessions::default();
                sc.clients = clients; sc.workload = Workload { rounds, keys }; sc.config.queue_cap = cap;
                let mut r = rehearsal::registry::rehearsal(sc).runner();
                let mut bad = BTreeMap::<String, (u64, u64)>::new();
                let mut turns = 0;
                for seed in 0..n {
                    let o = r.run(&RunSpec::seeded(seed, profile));
                    turns += o.turns;
                    if let Some(s) = o.signature() { bad.entry(s).or_insert((seed, 0)).1 += 1; }
                }
                println!("big {clients} {rounds} {keys} {cap} {}: {} turns/run {bad:?}", profile.name, turns / n);
            }
        }
    } else if mode == "var" {
        for v in e.variants {
            let mut line = format!("{:24} {:7}", v.name, v.trips); let wv = rehearsal::wall::Stopwatch::start();
            for profile in [&Profile::NONE, &Profile::LOSSY, &Profile::CHAOS] {
                let mut r = (e.build)(Some(v.name)).runner();
                let mut first = BTreeMap::<String, (u64, u64)>::new();
                for seed in 0..n {
                    let o = r.run(&RunSpec::seeded(seed, profile));
                    if let Verdict::Violation(x) = &o.verdict { first.entry(x.invariant.clone()).or_insert((seed, 0)).1 += 1; }
                    else if let Some(s) = o.signature() { first.entry(s).or_insert((seed, 0)).1 += 1; }
                }
                line += &format!(" | {}:", profile.name);
                for (i, (seed, c)) in &first { line += &format!(" {}{i} {c} (first {seed})", if i == v.trips { "" } else { "!!" }); }
            }
            println!("{line} | {:.0} runs/s", 3.0 * n as f64 / wv.elapsed().as_secs_f64());
        }
    } else if mode == "say" {
        for v in e.variants {
            let mut r = (e.build)(Some(v.name)).runner();
            for seed in 0..n {
                if let Verdict::Violation(x) = r.run(&RunSpec::seeded(seed, &Profile::CHAOS)).verdict { println!("{} {} [{seed}] {}", v.name, x.invariant, x.message); break; }
            }
        }
    } else {
        let seed: u64 = mode.parse().unwrap();
        let profile = Profile::named(&std::env::args().nth(2).unwrap()).unwrap();
        let variant = std::env::args().nth(3);
        let mut r = (e.build)(variant.as_deref()).runner();
        let o = r.run(&RunSpec::seeded(seed, profile).recorded());
        for (ev, pl) in r.recorder().events().iter().zip(r.recorder().payloads()) { println!("{} {} {:?} {} {}", ev.at, if ev.actor == u32::MAX { "-" } else { r.path(ev.actor) }, ev.kind, pl.from.map_or(String::new(), |f| format!("<- {}", r.path(f))), pl.text); }
        println!("{:?}", o.verdict);
        let _ = r.paths();
    }
}
