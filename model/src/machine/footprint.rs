//! What one step touched: for a search that wants to know which steps cannot disturb each other.

use crate::program::address::{DIRECT_MAP, STACK};

/// Bytes of a granule.
pub const GRANULE: u64 = 8;
/// Numbers from here on stand for page frames: whether their contents may be touched.
const PAGES: u64 = 1 << 62;
/// More pages than one step maps in any kernel: a wild count.
const PAGES_MAX: u64 = 1 << 16;
const PAGE_SIZE: u64 = 4096;

/// Bytes of one granule that were read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Touched {
    /// The granule's number.
    pub granule: u64,
    /// A bit for each of its bytes.
    pub bytes: u8,
    /// They were written.
    pub written: bool,
}

/// The memory that one step read or wrote, and whether it did more than that.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    /// In the order of the accesses, repeated ones too.
    pub memory: Vec<Touched>,
    /// Granules of words that were looked at or changed as locks.
    pub locks: Vec<u64>,
    /// The step did something besides: locks, interrupts, the state of other contexts, output.
    pub more: bool,
    /// It looked at its CPU: interrupts, `preempt_count`, the current task.
    pub cpu: bool,
}

impl Footprint {
    /// Where it wrote, granule by granule.
    pub fn written(&self) -> impl Iterator<Item = u64> {
        let writes = self.memory.iter();
        let writes = writes.filter(|t| t.written && t.granule < PAGES);
        writes.map(|t| t.granule * GRANULE)
    }

    /// Whether it looked at which pages may be touched.
    pub fn asks_for_pages(&self) -> bool {
        self.memory.iter().any(|t| t.granule >= PAGES)
    }

    /// Ready for the next step.
    pub fn clear(&mut self) {
        self.memory.clear();
        self.locks.clear();
        self.more = false;
        self.cpu = false;
    }

    pub(super) fn touch(&mut self, addr: u64, len: u64, written: bool) {
        let last = addr.saturating_add(len.max(1) - 1);
        for granule in addr / GRANULE..=last / GRANULE {
            let first = addr.saturating_sub(granule * GRANULE);
            let end = (last - granule * GRANULE).min(GRANULE - 1);
            let bytes = (0xff_u32 << first & 0xff_u32 >> (GRANULE - 1 - end)) as u8;
            self.memory.push(Touched {
                granule,
                bytes,
                written,
            });
        }
        // Whether a page may be touched is looked at too.
        if (DIRECT_MAP..STACK).contains(&addr) {
            let pages = (addr - DIRECT_MAP) / PAGE_SIZE..=(last - DIRECT_MAP) / PAGE_SIZE;
            self.memory.extend(pages.map(|p| Touched::page(p, false)));
        }
    }

    pub(super) fn touch_pages(&mut self, pfn: u64, n_pages: u64) {
        self.more |= n_pages > PAGES_MAX;
        let pages = pfn..pfn.saturating_add(n_pages.min(PAGES_MAX));
        self.memory.extend(pages.map(|p| Touched::page(p, true)));
    }
}

impl Touched {
    /// All bytes of a granule.
    pub fn whole(granule: u64, written: bool) -> Touched {
        Touched {
            granule,
            bytes: 0xff,
            written,
        }
    }

    /// Its bits of the granule.
    pub fn mask(&self) -> u64 {
        let bits = |byte: u32| u64::from(self.bytes >> byte & 1) * (0xff << (8 * byte));
        (0..8).map(bits).sum()
    }

    /// Whether a page's contents may be touched.
    fn page(pfn: u64, written: bool) -> Touched {
        Touched::whole(PAGES.saturating_add(pfn), written)
    }
}
