//! tmp
use rehearsal::fault::Profile;
use rehearsal::run::*;
fn main() {
    for (name, n) in [("ring", 5u64), ("burst", 100000)] {
        let e = rehearsal_scenarios::SCENARIOS.iter().find(|e| e.name == name).unwrap();
        let mut r = (e.build)(None).runner();
        let w = rehearsal::wall::Stopwatch::start();
        let mut turns = 0;
        let mut h = 0;
        for seed in 0..n {
            let o = r.run(&RunSpec::seeded(seed, &Profile::NONE));
            turns += o.turns;
            h ^= o.trace_hash;
            assert_eq!(o.verdict, Verdict::Pass);
        }
        let s = w.elapsed().as_secs_f64();
        println!("{name}: {:.2} M turns/s, {:.0} runs/s hash {h:x}", turns as f64 / s / 1e6, n as f64 / s);
        let w = rehearsal::wall::Stopwatch::start();
        let mut turns = 0;
        for seed in 0..n {
            let o = r.run(&RunSpec::seeded(seed, &Profile::CHAOS));
            turns += o.turns;
        }
        let s = w.elapsed().as_secs_f64();
        println!("chaos {name}: {:.2} M turns/s, {:.0} runs/s", turns as f64 / s / 1e6, n as f64 / s);
    }
}
