//! A thread with as much stack as a module in a browser has.

use std::env;
use std::fs::File;
use std::io::{Result, Seek, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, OnceLock};
use std::thread;

/// What a module in a browser has.
const STACK: usize = 1 << 20;

/// Names a file in which the input at work is kept. A stack without room leaves libFuzzer no room
/// either to write it down; then this is all there is.
const LAST_INPUT: &str = "FUZZ_LAST_INPUT";

type Job = (fn(&[u8]), Vec<u8>);

struct Worker {
    jobs: SyncSender<Job>,
    done: Mutex<Receiver<()>>,
}

static WORKER: OnceLock<Worker> = OnceLock::new();

/// Runs one input to its end on the worker: always the same thread, so that a target may keep what
/// was expensive to make. A panic there ends the process, as libFuzzer wants it.
pub fn on_small_stack(data: &[u8], test: fn(&[u8])) {
    let worker = WORKER.get_or_init(start);
    let sent = worker.jobs.send((test, data.to_vec()));
    let done = worker.done.lock().expect("no panic is survived");
    sent.and(Ok(done.recv())).ok();
}

fn start() -> Worker {
    let (jobs, received) = sync_channel::<Job>(0);
    let (finished, done) = sync_channel(0);
    let mut last = env::var_os(LAST_INPUT).map(|path| File::create(path).expect(LAST_INPUT));
    let work = move || {
        for (test, data) in received {
            if let Some(file) = &mut last {
                keep(file, &data).expect(LAST_INPUT);
            }
            test(&data);
            if finished.send(()).is_err() {
                return;
            }
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(work);
    thread.expect("a thread");
    Worker {
        jobs,
        done: Mutex::new(done),
    }
}

fn keep(file: &mut File, data: &[u8]) -> Result<()> {
    file.rewind()?;
    file.write_all(data)?;
    file.set_len(data.len() as u64)
}
