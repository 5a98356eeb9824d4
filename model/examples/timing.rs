use model::matrix::*;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let calls: Vec<Call> = a[3].split(',').map(|c| Call::parse(c).unwrap()).collect();
    let t = Instant::now();
    let mut rig = Rig::new(&a[1], &a[2], &calls).unwrap();
    println!("compile {:?}", t.elapsed());
    for context in a[4].split(',') {
        for call in &calls {
            for s in STATES {
                let s = State::parse(s).unwrap();
                if !s.exists_for(context) || !s.exists_in(rig.program()) {
                    continue;
                }
                let t = Instant::now();
                let c = rig.outcome_only(context, call, &s).unwrap();
                println!(
                    "{context} {} {} {:?} {:?}",
                    call.text,
                    s.text,
                    t.elapsed(),
                    c.returned
                );
            }
            let t = Instant::now();
            let l = rig.legality(context, call).unwrap();
            println!("{context} {} LEGAL {:?} {:?}", call.text, t.elapsed(), l);
        }
    }
}
