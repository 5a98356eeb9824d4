//! What the machine provides because C cannot: each with the reason.
//!
//! The prototypes are in `model/kernel/include/`; a call to a function without a body must be one
//! of these.

macro_rules! primitives {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// A function the machine provides.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Primitive {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Primitive {
            /// All of them, in the order of the documentation.
            pub const ALL: &[Primitive] = &[$(Primitive::$variant,)*];

            /// The name by which C calls it.
            pub fn name(self) -> &'static str {
                match self { $(Primitive::$variant => $name,)* }
            }

            /// The primitive of that name.
            pub fn from_name(name: &str) -> Option<Primitive> {
                match name { $($name => Some(Primitive::$variant),)* _ => None }
            }
        }
    };
}

primitives! {
    /// Locks: waiting, ownership, lockdep's record and PREEMPT_RT's substitution are the machine's.
    /// Every lock object begins with `unsigned int owner, state; struct lockdep_map dep_map;`.
    RawSpinLock = "raw_spin_lock",
    /// Returns 1 when taken.
    RawSpinTrylock = "raw_spin_trylock",
    /// Releases.
    RawSpinUnlock = "raw_spin_unlock",
    /// Sleeping lock on PREEMPT_RT.
    SpinLock = "spin_lock",
    /// Never sleeps, also on PREEMPT_RT.
    SpinTrylock = "spin_trylock",
    /// Releases.
    SpinUnlock = "spin_unlock",
    /// Reader side.
    ReadLock = "read_lock",
    /// Reader side.
    ReadUnlock = "read_unlock",
    /// Writer side.
    WriteLock = "write_lock",
    /// Writer side.
    WriteUnlock = "write_unlock",
    /// Sleeps.
    MutexLock = "mutex_lock",
    /// Returns 1 when taken.
    MutexTrylock = "mutex_trylock",
    /// Releases.
    MutexUnlock = "mutex_unlock",
    /// On this CPU's `local_lock_t`, given by address.
    LocalLock = "__local_lock",
    /// Returns 1 when taken. Where the lock is only "no preemption", C knows whether it is.
    LocalTrylock = "__local_trylock",
    /// Releases.
    LocalUnlock = "__local_unlock",
    /// `(int bit, unsigned long *addr)`; unknown to lockdep.
    BitSpinLock = "bit_spin_lock",
    /// Releases.
    BitSpinUnlock = "bit_spin_unlock",
    /// Annotation for lockdep without a lock (`fs_reclaim`).
    LockMapAcquire = "lock_map_acquire",
    /// On a map of `DEFINE_WAIT_OVERRIDE_MAP()`.
    LockMapAcquireTry = "lock_map_acquire_try",
    /// Annotation for lockdep without a lock.
    LockMapRelease = "lock_map_release",

    /// Interrupt flag, preempt_count and their kin are CPU state, not memory.
    PreemptDisable = "preempt_disable",
    /// May reschedule.
    PreemptEnable = "preempt_enable",
    /// The task stays on its CPU.
    MigrateDisable = "migrate_disable",
    /// The task may move again.
    MigrateEnable = "migrate_enable",
    /// Adds `SOFTIRQ_DISABLE_OFFSET`; on RT to the task.
    LocalBhDisable = "local_bh_disable",
    /// The opposite.
    LocalBhEnable = "local_bh_enable",
    /// Returns the old flags (1: interrupts were on).
    LocalIrqSave = "__local_irq_save",
    /// Takes the old flags.
    LocalIrqRestore = "local_irq_restore",
    /// Off.
    LocalIrqDisable = "local_irq_disable",
    /// On.
    LocalIrqEnable = "local_irq_enable",
    /// 1 when off.
    IrqsDisabled = "irqs_disabled",
    /// With the kernel's bit layout.
    PreemptCount = "preempt_count",
    /// Reader.
    RcuReadLock = "rcu_read_lock",
    /// Reader.
    RcuReadUnlock = "rcu_read_unlock",
    /// Reader, preemption off.
    RcuReadLockSched = "rcu_read_lock_sched",
    /// Reader, preemption off.
    RcuReadUnlockSched = "rcu_read_unlock_sched",
    /// Reader, bottom halves off.
    RcuReadLockBh = "rcu_read_lock_bh",
    /// Reader, bottom halves off.
    RcuReadUnlockBh = "rcu_read_unlock_bh",
    /// Which CPU runs this.
    SmpProcessorId = "smp_processor_id",
    /// Distance of this CPU's copy from the per-CPU template.
    ThisCpuOffset = "__this_cpu_offset",
    /// Distance of a CPU's copy from the per-CPU template.
    PerCpuOffset = "__per_cpu_offset",
    /// Number of the current task.
    CurrentTask = "__current_task",

    /// `(const char *file, int line)`: the annotation that this function may sleep.
    MightSleep = "__might_sleep",
    /// Gives up the CPU.
    Schedule = "schedule",
    /// Gives up the CPU where the preemption model wants it.
    CondResched = "_cond_resched",

    /// Output has no place in memory.
    Printk = "printk",
    /// The same, for plain C programs.
    Printf = "printf",
    /// `(int marks_task)`: prints the functions on the stacks of this CPU's contexts.
    DumpTrace = "__dump_trace",
    /// Stops the machine.
    Panic = "panic",
    /// `(const char *file, int line)`: `BUG()`.
    Bug = "__bug",
    /// `(const char *file, int line, const char *text)`: a report, then execution goes on.
    Warn = "__warn",
    /// `(const char *file, int line, const char *condition)`: an assertion of `CONFIG_DEBUG_VM`,
    /// which is off: no kernel prints it, the model knows it.
    VmBug = "__vm_bug",
    /// `(const char *text)`: DEBUG_LIST's report.
    ListCorruption = "__list_corruption",

    /// Speed: one step for many bytes.
    Memset = "memset",
    /// Speed.
    Memcpy = "memcpy",
    /// `(unsigned long pfn, unsigned long n_pages, int enable)`: whether the contents of those pages
    /// may be touched; the machine always keeps the map that DEBUG_PAGEALLOC kernels keep.
    MapPages = "__map_pages",
    /// `(unsigned int n)`: the environment chooses 0..n; the explorer tries all.
    Choose = "__choose",
    /// `(int condition)`: at the begin of an `atomic` block, the step is not possible before the
    /// condition holds. Elsewhere it waits between two steps of its own.
    Wait = "__wait",

    /// `(unsigned int service, unsigned int cpu)`: that service of `model_services[]` is due on that
    /// CPU; when it comes is the environment's choice, which no C text can make. Idempotent.
    Arm = "__arm",
    /// It is not, any more; one that has begun goes on.
    Disarm = "__disarm",
    /// 1 when it is due and has not begun.
    Armed = "__armed",
    /// `(const unsigned int *word)`: sleeps until the word is not zero. Tasks that do not run are the
    /// machine's; completions and wait queues are C on top of it.
    WaitWord = "__wait_word",
    /// Notes every context that is inside an RCU reader of any flavour now: which those are only
    /// the machine knows.
    GpBegin = "__gp_begin",
    /// Sleeps until all of those have left.
    GpWait = "__gp_wait",
    /// `(const void *p, unsigned long size, int state)`: tells the checks what became of an object;
    /// which readers could still see it only the machine knows.
    Object = "__object",
}
