//! tmp
use rehearsal::run::*; use rehearsal::fault::Profile; use rehearsal::case::shrink;
fn main(){
  let name = std::env::args().nth(1).unwrap(); let variant = std::env::args().nth(2);
    let e = rehearsal_scenarios::SCENARIOS.iter().find(|e| e.name==name).unwrap();
    let mut r = (e.build)(variant.as_deref()).runner();
    let mut n=0;
    for seed in 0..1_000_000u64 { let spec=RunSpec::seeded(seed, &Profile::CHAOS); let o = r.run(&spec); if o.verdict==Verdict::Pass {continue}
      let w = rehearsal::wall::Stopwatch::start();
      let s = shrink(r.as_mut(), &spec, 2000).unwrap();
      println!("{seed:#x} {} -> {} runs {} slips {} {:?} {}", s.before, s.deviations.len(), s.runs, s.slips.len(), w.elapsed(), o.signature().unwrap());
      if n<3 { r.run(&s.spec); for d in &s.deviations { println!("    {} #{} {:#x}", d.stream.in_words(|a| r.path(a), |n| &r.topology().nodes[n as usize].name), d.n, d.value.0) } }
      n+=1; if n==10 {break}
    }
}
