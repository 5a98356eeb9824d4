//! What one step touched: for a search that wants to know which steps cannot disturb each other.

use crate::program::address::{DIRECT_MAP, STACK};

/// Bytes of a granule: accesses to one granule count as accesses to the same thing.
pub const GRANULE: u64 = 8;
/// Numbers from here on stand for page frames: whether their contents may be touched.
const PAGES: u64 = 1 << 62;
/// More pages than one step maps in any kernel: a wild count.
const PAGES_MAX: u64 = 1 << 16;
const PAGE_SIZE: u64 = 4096;

/// The memory that one step read or wrote, and whether it did more than that.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    /// Granules with whether they were written, in the order of the accesses, repeated ones too.
    pub granules: Vec<(u64, bool)>,
    /// Granules of words that were looked at or changed as locks.
    pub locks: Vec<u64>,
    /// The step did something besides: locks, interrupts, the state of other contexts, output.
    pub more: bool,
}

impl Footprint {
    /// Where it wrote, granule by granule.
    pub fn written(&self) -> impl Iterator<Item = u64> {
        let writes = self
            .granules
            .iter()
            .filter(|(granule, write)| *write && *granule < PAGES);
        writes.map(|(granule, _)| granule * GRANULE)
    }

    /// Ready for the next step.
    pub fn clear(&mut self) {
        self.granules.clear();
        self.locks.clear();
        self.more = false;
    }

    pub(super) fn touch(&mut self, addr: u64, len: u64, write: bool) {
        let last = addr.saturating_add(len.max(1) - 1);
        let granules = addr / GRANULE..=last / GRANULE;
        self.granules.extend(granules.map(|g| (g, write)));
        // Whether a page may be touched is looked at too.
        if (DIRECT_MAP..STACK).contains(&addr) {
            let pages = (addr - DIRECT_MAP) / PAGE_SIZE..=(last - DIRECT_MAP) / PAGE_SIZE;
            self.granules.extend(pages.map(|p| (PAGES + p, false)));
        }
    }

    pub(super) fn touch_pages(&mut self, pfn: u64, n_pages: u64) {
        self.more |= n_pages > PAGES_MAX;
        let pages = pfn..pfn.saturating_add(n_pages.min(PAGES_MAX));
        self.granules
            .extend(pages.map(|p| (PAGES.saturating_add(p), true)));
    }
}
