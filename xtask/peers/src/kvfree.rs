//! S3: `kvfree_rcu()` from two tasks and an interrupt, the worker that frees, grace periods, readers.

use stateright::{Model, Property};

const BULK: usize = 2;
const OBJECTS_MAX: usize = 6;
const H: usize = 2;
const WORKER: usize = 3;
const GP: usize = 4;
const READERS: usize = 5;
const CONTEXTS: usize = 7;

/// A CPU's private batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Batch {
    Idle,
    WantsGp,
    InGp,
    Ready,
}

/// Objects that T0, T1 and the handler free; rounds of the readers.
pub struct Kvfree {
    pub n: [u8; 3],
    pub rounds: [u8; 2],
}

/// `kfree_rcu_cpu`, and its batch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Krc {
    lk: u8,
    blk: u8,
    bc: u8,
    b: [u8; BULK],
    hd: u8,
    todo: bool,
    ws: Batch,
    wblk: u8,
    wbc: u8,
    wb: [u8; BULK],
    wh: u8,
    pgc: u8,
    irq: u8,
}

/// Everything; `failed` is an assertion's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    krc: [Krc; 2],
    gpw: [u8; OBJECTS_MAX],
    pc: [u8; CONTEXTS],
    n: [u8; 3],
    object: [u8; 3],
    sv: [u8; 3],
    rounds: [u8; 2],
    at: [u8; 2],
    act: bool,
    linked: u8,
    freed: u8,
    inside: u8,
    gmask: u8,
    wc: u8,
    failed: bool,
}

impl Model for Kvfree {
    type State = State;
    /// A context, and which of its choices.
    type Action = (u8, u8);

    fn init_states(&self) -> Vec<State> {
        let krc = Krc {
            lk: 0,
            blk: 0,
            bc: 0,
            b: [0; BULK],
            hd: 0,
            todo: false,
            ws: Batch::Idle,
            wblk: 0,
            wbc: 0,
            wb: [0; BULK],
            wh: 0,
            pgc: 1,
            irq: 0,
        };
        vec![State {
            krc: [krc.clone(), krc],
            gpw: [0; OBJECTS_MAX],
            pc: [0; CONTEXTS],
            n: self.n,
            object: [0; 3],
            sv: [0; 3],
            rounds: self.rounds,
            at: [0; 2],
            act: false,
            linked: self.all(),
            freed: 0,
            inside: 0,
            gmask: 0,
            wc: 0,
            failed: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<(u8, u8)>) {
        if state.failed {
            return;
        }
        let mut single = |x: usize, enabled: bool| {
            if enabled {
                actions.push((x as u8, 0));
            }
        };
        for x in 0..3 {
            single(x, state.can_free(x));
        }
        single(GP, state.gp_can_step());
        single(WORKER, state.pc[WORKER] != 0 && state.worker_can_step());
        for r in 0..2 {
            single(READERS + r, state.reader_can_step(r));
        }
        if state.pc[WORKER] == 0 {
            let work = (0..5).filter(|&what| state.has_work(what));
            actions.extend(work.map(|what| (WORKER as u8, what)));
        }
        for r in (READERS as u8..).take(2) {
            if state.pc[usize::from(r)] == 1 {
                let linked = (0..OBJECTS_MAX as u8).filter(|&j| state.linked >> j & 1 != 0);
                actions.extend(linked.map(|j| (r, j)));
            }
        }
    }

    fn next_state(&self, state: &State, (x, choice): (u8, u8)) -> Option<State> {
        let mut next = state.clone();
        match usize::from(x) {
            WORKER => next.step_worker(choice, self.all()),
            GP => next.step_gp(),
            x @ ..WORKER => next.step_free(x, self.end(x)),
            x => next.step_reader(x - READERS, choice),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no assertion fails", |_, s: &State| {
            !s.failed
        })]
    }
}

impl Kvfree {
    fn all(&self) -> u8 {
        (1 << self.n.iter().sum::<u8>()) - 1
    }

    /// After a context's last object.
    fn end(&self, x: usize) -> u8 {
        self.n[..=x].iter().sum()
    }
}

impl State {
    fn can_free(&self, x: usize) -> bool {
        let c = usize::from(x == 1);
        let runs = match x {
            0 => !self.act,
            1 => true,
            _ => self.act || self.pc[H] == 0,
        };
        runs && match self.pc[x] {
            0 if x == H => !self.act && self.krc[0].irq == 0 && self.n[H] > 0,
            0 => self.n[x] > 0,
            2 => self.krc[c].lk == 0,
            _ => true,
        }
    }

    fn step_free(&mut self, x: usize, end: u8) {
        let krc = &mut self.krc[usize::from(x == 1)];
        let pc = self.pc[x];
        self.pc[x] = pc + 1;
        match pc {
            0 if x == H => {
                (self.act, krc.irq) = (true, 1);
                self.pc[x] = 10;
            }
            0 | 10 => {
                self.object[x] = end - self.n[x];
                self.n[x] -= 1;
                self.linked &= !(1 << self.object[x]);
                self.pc[x] = 1;
            }
            1 => self.sv[x] = std::mem::replace(&mut krc.irq, 1),
            2 => krc.lk = 1,
            3 => {
                self.pc[x] = match (krc.blk, usize::from(krc.bc)) {
                    (0, _) => 4,
                    (_, ..BULK) => 5,
                    _ => 6,
                };
            }
            4 if krc.pgc == 0 => self.pc[x] = 6,
            4 => {
                krc.pgc -= 1;
                krc.blk = 1;
            }
            5 => {
                let object = std::mem::take(&mut self.object[x]);
                self.gpw[usize::from(object)] = self.inside;
                krc.b[usize::from(krc.bc)] = object;
                krc.bc += 1;
                self.pc[x] = 7;
            }
            6 => {
                let object = std::mem::take(&mut self.object[x]);
                self.gpw[usize::from(object)] = self.inside;
                krc.hd |= 1 << object;
            }
            7 => krc.todo = true,
            8 => krc.lk = 0,
            9 => {
                krc.irq = std::mem::take(&mut self.sv[x]);
                self.pc[x] = if x == H { 11 } else { 0 };
            }
            11 => {
                (self.act, krc.irq) = (false, 0);
                self.pc[x] = 0;
            }
            _ => unreachable!("there is no label {pc}"),
        }
    }

    /// 0 and 1: drain a CPU; 2 and 3: free its batch; 4: go home.
    fn has_work(&self, what: u8) -> bool {
        let krc = &self.krc[usize::from(what & 1)];
        match what {
            0 | 1 => krc.todo && krc.ws == Batch::Idle,
            2 | 3 => krc.ws == Batch::Ready,
            _ => {
                let idle = |k: &Krc| !k.todo && k.ws == Batch::Idle;
                self.pc[..3] == [0; 3]
                    && self.n == [0; 3]
                    && self.rounds == [0; 2]
                    && self.linked == 0
                    && self.pc[GP] == 0
                    && self.krc.iter().all(idle)
            }
        }
    }

    fn worker_can_step(&self) -> bool {
        match self.pc[WORKER] {
            1 => self.krc[usize::from(self.wc)].lk == 0,
            20 => false,
            _ => true,
        }
    }

    fn step_worker(&mut self, choice: u8, all: u8) {
        let krc = &mut self.krc[usize::from(self.wc)];
        let pc = self.pc[WORKER];
        self.pc[WORKER] = pc + 1;
        match pc {
            0 => {
                self.failed |= choice == 4 && self.freed != all;
                (self.pc[WORKER], self.wc) = match choice {
                    0 | 1 => (1, choice),
                    2 | 3 => (10, choice - 2),
                    _ => (20, 0),
                };
            }
            1 => krc.lk = 1,
            2 => {
                krc.ws = Batch::WantsGp;
                krc.wblk = std::mem::take(&mut krc.blk);
                krc.wbc = std::mem::take(&mut krc.bc);
                krc.wb = std::mem::take(&mut krc.b);
                krc.wh = std::mem::take(&mut krc.hd);
            }
            3 => krc.todo = false,
            4 => {
                krc.lk = 0;
                (self.pc[WORKER], self.wc) = (0, 0);
            }
            10 if krc.wbc > 0 => {
                krc.wbc -= 1;
                let object = std::mem::take(&mut krc.wb[usize::from(krc.wbc)]);
                self.free(object);
                self.pc[WORKER] = 10;
            }
            11 => krc.pgc += std::mem::take(&mut krc.wblk),
            12 if krc.wh != 0 => {
                let object = krc.wh.trailing_zeros() as u8;
                krc.wh &= krc.wh - 1;
                self.free(object);
                self.pc[WORKER] = 12;
            }
            10 | 12 => {}
            13 => {
                krc.ws = Batch::Idle;
                (self.pc[WORKER], self.wc) = (0, 0);
            }
            _ => unreachable!("there is no label {pc}"),
        }
    }

    fn free(&mut self, object: u8) {
        let was_freed = self.freed >> object & 1 != 0;
        self.failed |= was_freed || self.gpw[usize::from(object)] != 0;
        self.freed |= 1 << object;
    }

    fn gp_can_step(&self) -> bool {
        match self.pc[GP] {
            0 => self.krc.iter().any(|k| k.ws == Batch::WantsGp),
            _ => self.gmask == 0,
        }
    }

    fn step_gp(&mut self) {
        let begins = self.pc[GP] == 0;
        let (from, to) = match begins {
            true => (Batch::WantsGp, Batch::InGp),
            false => (Batch::InGp, Batch::Ready),
        };
        if begins {
            self.gmask = self.inside;
        }
        for krc in self.krc.iter_mut().filter(|k| k.ws == from) {
            krc.ws = to;
        }
        self.pc[GP] = u8::from(begins);
    }

    /// Apart from looking up, which is a choice.
    fn reader_can_step(&self, r: usize) -> bool {
        match self.pc[READERS + r] {
            0 => self.rounds[r] > 0,
            1 => self.linked == 0,
            _ => true,
        }
    }

    fn step_reader(&mut self, r: usize, choice: u8) {
        let pc = &mut self.pc[READERS + r];
        match *pc {
            0 => self.inside |= 1 << r,
            1 if self.linked == 0 => *pc = 2,
            1 => self.at[r] = choice,
            2 => {
                let object = std::mem::take(&mut self.at[r]);
                self.failed |= self.freed >> object & 1 != 0;
            }
            _ => {
                self.rounds[r] -= 1;
                self.inside &= !(1 << r);
                self.gmask &= !(1 << r);
                self.gpw
                    .iter_mut()
                    .for_each(|readers| *readers &= !(1 << r));
            }
        }
        *pc = (*pc + 1) % 4;
    }
}
