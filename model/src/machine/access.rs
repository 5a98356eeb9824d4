//! Which addresses may be touched.

use super::Machine;
use super::event::Fault;
use crate::program::address::{
    DATA, DIRECT_MAP, PERCPU, PERCPU_STRIDE, STACK, STACK_STRIDE, TEXT, VMEMMAP,
};

/// Bytes in a page.
const PAGE_SIZE: u64 = 4096;
/// The memory map exists for whole blocks of the largest order.
const MAP_BLOCK: u64 = 1024;

/// Reading or writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

impl Machine {
    /// Whether `len` bytes at `addr` belong to one live object.
    pub(super) fn check_access(&self, addr: u64, len: u64, mode: Mode) -> Result<(), Fault> {
        let wild = Err(Fault::WildPointer { addr });
        match addr {
            0..PAGE_SIZE => Err(Fault::NullPointer { addr }),
            DIRECT_MAP..STACK => self.check_page_contents(addr, len),
            STACK..PERCPU => match self.stack_used(addr) {
                Some(used) if (addr - STACK) % STACK_STRIDE + len <= used => Ok(()),
                _ => wild,
            },
            PERCPU..VMEMMAP => {
                let (copy, offset) = (
                    (addr - PERCPU) / PERCPU_STRIDE,
                    (addr - PERCPU) % PERCPU_STRIDE,
                );
                if copy == 0 || copy > u64::from(self.setup().n_cpus) {
                    return wild;
                }
                self.check_global(PERCPU + offset, addr, len, mode)
            }
            VMEMMAP..TEXT => self.check_page_struct(addr, len),
            DATA.. => self.check_global(addr, addr, len, mode),
            _ => wild,
        }
    }

    fn check_global(&self, at: u64, addr: u64, len: u64, mode: Mode) -> Result<(), Fault> {
        match self.program().global_at(at) {
            Some(g) if at + len > g.addr + g.size => Err(Fault::WildPointer { addr }),
            Some(g) if g.read_only && mode == Mode::Write => Err(Fault::ReadOnly { addr }),
            Some(_) => Ok(()),
            None => Err(Fault::WildPointer { addr }),
        }
    }

    fn check_page_struct(&self, addr: u64, len: u64) -> Result<(), Fault> {
        let size = self.setup().page_struct_size;
        let in_range = |&(first, end): &(u64, u64)| {
            let end = end.div_ceil(MAP_BLOCK) * MAP_BLOCK;
            let low = VMEMMAP + size * (first / MAP_BLOCK * MAP_BLOCK);
            addr >= low && addr + len <= VMEMMAP + size * end
        };
        match size != 0 && self.setup().pages.iter().any(in_range) {
            true => Ok(()),
            false => Err(Fault::WildPointer { addr }),
        }
    }

    fn check_page_contents(&self, addr: u64, len: u64) -> Result<(), Fault> {
        let pfn = (addr - DIRECT_MAP) / PAGE_SIZE;
        let last = (addr - DIRECT_MAP + len.max(1) - 1) / PAGE_SIZE;
        let exists = |n: u64| self.setup().pages.iter().any(|&(a, b)| n >= a && n < b);
        if !exists(pfn) || !exists(last) {
            return Err(Fault::WildPointer { addr });
        }
        for pfn in pfn..=last {
            if self.page_is_free(pfn) {
                return Err(Fault::FreedPage { pfn });
            }
        }
        Ok(())
    }

    /// Whether a page's contents belong to nobody.
    pub fn page_is_free(&self, pfn: u64) -> bool {
        let idx = self.free_pages.partition_point(|&(first, _)| first <= pfn);
        idx > 0 && pfn < self.free_pages[idx - 1].1
    }

    fn stack_used(&self, addr: u64) -> Option<u64> {
        let base = addr - (addr - STACK) % STACK_STRIDE;
        if self.running_stack.0 == base {
            return Some(u64::from(self.running_stack.1));
        }
        let tasks = self.tasks.iter().map(|t| &*t.context);
        let interrupts = self
            .cpus
            .iter()
            .flat_map(|c| c.interrupts.iter().map(|c| &**c));
        tasks
            .chain(interrupts)
            .find(|c| c.stack == base)
            .map(|c| u64::from(c.stack_used))
    }
}
