//! S2: an alloc/free storm on two CPUs and an interrupt on CPU 0.

use stateright::{Model, Property};

const NONE: u8 = 16;
const HIGH: u8 = 2;
const BATCH: u8 = 2;
const IN_BUDDY: u8 = 0;
const IN_PCP: u8 = 1;
const IN_TRANSIT: u8 = 2;
const OWNED: u8 = 3;
const H: usize = 2;

/// Operations of the tasks and activations of the handler.
pub struct Storm {
    pub n: [u8; 3],
}

/// Everything; `failed` is an assertion's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    f: [u16; 4],
    wh: [u8; 16],
    pcp: [[u8; 4]; 2],
    cnt: [u8; 2],
    irq: [u8; 2],
    act: bool,
    lock: u8,
    failed: bool,
    pc: [u8; 3],
    n: [u8; 3],
    pg: [u8; 3],
    k: [u8; 3],
    o: [u8; 3],
    sv: [u8; 3],
    hold: [[(u8, u8); 2]; 3],
    n_hold: [u8; 3],
}

impl Model for Storm {
    type State = State;
    /// A context, and which of its choices.
    type Action = (u8, u8);

    fn init_states(&self) -> Vec<State> {
        vec![State {
            f: [0, 0, 0, 1 << 0 | 1 << 8],
            wh: [IN_BUDDY; 16],
            pcp: [[0; 4]; 2],
            cnt: [0; 2],
            irq: [0; 2],
            act: false,
            lock: 0,
            failed: false,
            pc: [0; 3],
            n: self.n,
            pg: [0; 3],
            k: [0; 3],
            o: [0; 3],
            sv: [0; 3],
            hold: [[(0, 0); 2]; 3],
            n_hold: [0; 3],
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<(u8, u8)>) {
        for x in 0..3 {
            actions.extend((0..state.choices(usize::from(x))).map(|choice| (x, choice)));
        }
    }

    fn next_state(&self, state: &State, (x, choice): (u8, u8)) -> Option<State> {
        let mut next = state.clone();
        next.step(usize::from(x), choice);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no assertion fails", |_, s: &State| {
            !s.failed
        })]
    }
}

impl State {
    fn is_full(&self, x: usize) -> bool {
        self.n_hold[x] == if x == H { 1 } else { 2 }
    }

    /// In how many ways a context can make a step.
    fn choices(&self, x: usize) -> u8 {
        let operations = || 2 * u8::from(!self.is_full(x)) + u8::from(self.n_hold[x] > 0);
        let entry = x == H && self.pc[H] == 0;
        let runs = match x {
            0 => !self.act,
            1 => true,
            _ => self.act || entry,
        };
        if !runs || self.failed {
            return 0;
        }
        match self.pc[x] {
            0 if x == H => u8::from(!self.act && self.n[H] > 0 && self.irq[0] == 0),
            0 if self.n[x] == 0 => 0,
            0 | 1 => operations(),
            12 | 21 | 33 | 41 => u8::from(self.lock == 0),
            _ => 1,
        }
    }

    fn assert(&mut self, holds: bool) {
        self.failed |= !holds;
    }

    /// All pages of a block change from one to another.
    fn change(&mut self, page: u8, order: u8, from: u8, to: u8) {
        for i in usize::from(page)..usize::from(page) + (1 << order) {
            self.assert(self.wh[i] == from);
            self.wh[i] = to;
        }
    }

    fn end(&mut self, x: usize) {
        self.pc[x] = if x == H { 2 } else { 0 };
    }

    fn step(&mut self, x: usize, choice: u8) {
        let c = usize::from(x == 1);
        let pc = self.pc[x];
        self.pc[x] = pc + 1;
        match pc {
            0 if x == H => {
                (self.act, self.irq[0]) = (true, 1);
                self.n[H] -= 1;
            }
            0 | 1 => self.begin(x, choice),
            2 => {
                (self.act, self.irq[0]) = (false, 0);
                self.pc[x] = 0;
            }
            10 | 20 | 30 | 40 => self.sv[x] = std::mem::replace(&mut self.irq[c], 1),
            11 => self.pc[x] = if self.cnt[c] == 0 { 12 } else { 16 },
            12 | 21 | 33 => self.lock = x as u8 + 1,
            13 => self.refill(x, c),
            14 => (self.lock, self.pc[x]) = (0, 16),
            16 => self.pop(x, c),
            18 | 25 => self.irq[c] = std::mem::take(&mut self.sv[x]),
            19 => self.hold(x, 0),
            22 => self.take_pair(x),
            23 => self.split(x),
            24 | 36 | 43 => self.lock = 0,
            26 => self.hold(x, 1),
            31 => self.push(x, c),
            32 => self.pc[x] = if self.cnt[c] > HIGH { 33 } else { 37 },
            34 => self.take_oldest(x, c),
            35 => self.drain(x),
            37 | 44 => {
                self.irq[c] = std::mem::take(&mut self.sv[x]);
                self.end(x);
            }
            41 => {
                self.lock = x as u8 + 1;
                self.change(self.pg[x], 1, IN_TRANSIT, IN_BUDDY);
                self.o[x] = 1;
            }
            42 => self.pc[x] = if self.merge(x) { 42 } else { 43 },
            _ => unreachable!("there is no label {pc}"),
        }
    }

    fn begin(&mut self, x: usize, choice: u8) {
        if x != H {
            self.n[x] -= 1;
        }
        if !self.is_full(x) && choice < 2 {
            self.pc[x] = if choice == 0 { 10 } else { 20 };
            return;
        }
        self.n_hold[x] -= 1;
        let last = usize::from(self.n_hold[x]);
        let (page, order) = std::mem::take(&mut self.hold[x][last]);
        self.pg[x] = page;
        self.change(page, order, OWNED + x as u8, IN_TRANSIT);
        self.pc[x] = if order == 0 { 30 } else { 40 };
    }

    fn take_block(&mut self, order: u8) -> Option<(u8, u8)> {
        let order = (order..4).find(|&o| self.f[usize::from(o)] != 0)?;
        let list = &mut self.f[usize::from(order)];
        let page = list.trailing_zeros() as u8;
        *list &= *list - 1;
        Some((page, order))
    }

    fn add_block(&mut self, page: u8, order: u8) {
        self.f[usize::from(order)] |= 1 << page;
    }

    fn refill(&mut self, x: usize, c: usize) {
        let Some((page, order)) = self.take_block(0) else {
            (self.k[x], self.pc[x]) = (0, 14);
            return;
        };
        for half in 0..order {
            self.add_block(page + (1 << half), half);
        }
        self.change(page, 0, IN_BUDDY, IN_PCP);
        self.push_on_pcp(c, page);
        (self.k[x], self.pc[x]) = match self.k[x] + 1 {
            BATCH => (0, 14),
            k => (k, 13),
        };
    }

    fn push_on_pcp(&mut self, c: usize, page: u8) {
        if self.cnt[c] == 4 {
            self.failed = true;
            return;
        }
        self.pcp[c][usize::from(self.cnt[c])] = page;
        self.cnt[c] += 1;
    }

    fn pop(&mut self, x: usize, c: usize) {
        self.pc[x] = 18;
        if self.cnt[c] == 0 {
            self.pg[x] = NONE;
            return;
        }
        self.cnt[c] -= 1;
        self.pg[x] = std::mem::take(&mut self.pcp[c][usize::from(self.cnt[c])]);
        self.change(self.pg[x], 0, IN_PCP, IN_TRANSIT);
    }

    fn hold(&mut self, x: usize, order: u8) {
        let page = std::mem::take(&mut self.pg[x]);
        self.end(x);
        if page == NONE {
            return;
        }
        self.assert(!self.is_full(x));
        self.change(page, order, IN_TRANSIT, OWNED + x as u8);
        if !self.failed {
            self.hold[x][usize::from(self.n_hold[x])] = (page, order);
            self.n_hold[x] += 1;
        }
    }

    fn take_pair(&mut self, x: usize) {
        let Some((page, order)) = self.take_block(1) else {
            (self.pg[x], self.pc[x]) = (NONE, 24);
            return;
        };
        self.change(page, 1, IN_BUDDY, IN_TRANSIT);
        (self.pg[x], self.k[x]) = (page, order);
    }

    fn split(&mut self, x: usize) {
        self.k[x] -= 1;
        if self.k[x] > 0 {
            self.add_block(self.pg[x] + (1 << self.k[x]), self.k[x]);
            self.pc[x] = 23;
        }
    }

    fn push(&mut self, x: usize, c: usize) {
        let page = std::mem::take(&mut self.pg[x]);
        self.change(page, 0, IN_TRANSIT, IN_PCP);
        self.push_on_pcp(c, page);
    }

    fn take_oldest(&mut self, x: usize, c: usize) {
        if self.cnt[c] == 0 {
            (self.k[x], self.pc[x]) = (0, 36);
            return;
        }
        let [oldest, rest @ ..] = self.pcp[c];
        self.pcp[c] = [rest[0], rest[1], rest[2], 0];
        self.cnt[c] -= 1;
        self.pg[x] = oldest;
        self.change(oldest, 0, IN_PCP, IN_BUDDY);
    }

    /// Whether the block may merge on.
    fn merge(&mut self, x: usize) -> bool {
        let (page, order) = (self.pg[x], self.o[x]);
        let buddy = page ^ 1 << order;
        if order < 3 && self.f[usize::from(order)] & 1 << buddy != 0 {
            self.f[usize::from(order)] ^= 1 << buddy;
            self.pg[x] = page & buddy;
            self.o[x] += 1;
            return true;
        }
        self.add_block(page, order);
        (self.pg[x], self.o[x]) = (0, 0);
        false
    }

    fn drain(&mut self, x: usize) {
        if self.merge(x) {
            self.pc[x] = 35;
            return;
        }
        (self.k[x], self.pc[x]) = match self.k[x] + 1 {
            BATCH => (0, 36),
            k => (k, 34),
        };
    }
}
