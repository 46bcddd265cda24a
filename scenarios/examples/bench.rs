//! tmp
use rehearsal::run::*; use rehearsal::fault::Profile;
fn main(){
  let which = std::env::args().nth(1).unwrap_or_default();
  for (name, n) in [("ring",5u64),("burst",100000),("session",30000)] {
    if !which.is_empty() && which != name { continue }
    let Some(e) = rehearsal_scenarios::SCENARIOS.iter().find(|e| e.name==name) else { continue };
    let mut r = (e.build)(None).runner();
    for p in [&Profile::NONE, &Profile::CHAOS] {
    let w = rehearsal::wall::Stopwatch::start(); let mut turns=0; let mut h=0;
    for seed in 0..n { let o = r.run(&RunSpec::seeded(seed, p)); turns+=o.turns; h^=o.trace_hash; assert_eq!(o.verdict, Verdict::Pass); }
    let s = w.elapsed().as_secs_f64();
    println!("{name} {}: {:.2} M turns/s, {:.0} runs/s hash {h:x}", p.name, turns as f64/s/1e6, n as f64/s);
    }
  }
}
