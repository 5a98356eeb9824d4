//! What may happen next, and doing it: steps, arriving interrupts, task switches.

use std::rc::Rc;

use super::context::{Choosing, Context, ContextKind, Held};
use super::event::{Event, EventKind, LockRef, LockType};
use super::exec::{Exec, Flow};
use super::footprint::Footprint;
use super::guard::Guard;
use super::schedule::Action;
use super::{CpuId, Machine, RunId, TaskId, TaskState};
use crate::program::Program;
use crate::syntax::source::Span;

/// Stack numbers from here on belong to interrupts: four a CPU, one a level.
const INTERRUPT_STACKS: u64 = 0x400;
/// Softirq, hardirq and NMI parts of `preempt_count`: no softirq is served while any is set.
pub(super) const NO_SOFTIRQ: u32 = 0xff_ff00;

impl Machine {
    /// All actions possible now, always in the same order: for each CPU its step or its choices,
    /// then arrivals, then switches.
    pub fn enabled(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        self.enabled_into(&mut actions);
        actions
    }

    /// The same, with room for them.
    pub fn enabled_into(&self, actions: &mut Vec<Action>) {
        actions.clear();
        for cpu in (0..self.setup().n_cpus).map(CpuId) {
            self.enabled_on(cpu, actions);
        }
    }

    /// Adds the actions that are possible on one CPU.
    pub fn enabled_on(&self, cpu: CpuId, actions: &mut Vec<Action>) {
        if self.halted.is_none() {
            self.enabled_steps(cpu, actions);
            self.enabled_arrivals(cpu, actions);
            self.enabled_switches(cpu, actions);
        }
    }

    /// Whether what is possible on a CPU depends on contexts of other CPUs, and not only on memory, the
    /// contexts that belong to it and what [`Cpu`](super::Cpu), [`Task`](super::Task) and `armed` say.
    pub fn enabled_depends_on_others(&self) -> bool {
        let waits = |context: &Context| {
            let waits = context.waits_for.as_ref();
            waits.is_some_and(|lock| lock.ty == LockType::GracePeriod)
        };
        self.setup().tasks.priorities
            || self.setup().tasks.stoppers
            || self.tasks.iter().any(|task| waits(&task.context))
    }

    /// Whether any action is possible: `!enabled().is_empty()`.
    pub fn can_act(&self) -> bool {
        let steps = |cpu| self.step_is_enabled(cpu);
        let cpus = || (0..self.setup().n_cpus).map(CpuId);
        (self.halted.is_none() && cpus().any(steps)) || !self.enabled().is_empty()
    }

    /// Whether [`Action::Step`] is possible on a CPU.
    pub fn step_is_enabled(&self, cpu: CpuId) -> bool {
        let ready = |top: &Context| {
            !self.must_reschedule(cpu)
                && !self.is_stopped(cpu)
                && !self.waits_to_stop(cpu)
                && !matches!(top.choosing, Choosing::Open(_))
                && top.waits_for.is_none_or(|lock| self.lock_is_free(&lock))
                && self.guard(top) == Guard::Open
        };
        self.halted.is_none() && self.top(cpu).is_some_and(ready) && !self.softirqs_come_first(cpu)
    }

    fn enabled_steps(&self, cpu: CpuId, actions: &mut Vec<Action>) {
        let Some(top) = self.top(cpu) else { return };
        if self.softirqs_come_first(cpu)
            || self.must_reschedule(cpu)
            || self.is_stopped(cpu)
            || self.waits_to_stop(cpu)
        {
            return;
        }
        let mut choices = |n| actions.extend((0..n).map(|k| Action::Choose(cpu, k)));
        match (top.choosing, &top.waits_for) {
            (Choosing::Open(n), _) => choices(n),
            (_, Some(lock)) if !self.lock_is_free(lock) => {}
            _ => match self.guard(top) {
                Guard::Open => actions.push(Action::Step(cpu)),
                Guard::Closed => {}
                Guard::Choices(n) => choices(n),
            },
        }
    }

    fn enabled_arrivals(&self, cpu: CpuId, actions: &mut Vec<Action>) {
        let own = self.setup().scenario_runs;
        let stopped = self.is_stopped(cpu);
        for (idx, run) in self.setup().runs[..own].iter().enumerate() {
            let kind = run.placement.kind;
            let masked = stopped && kind != ContextKind::Nmi;
            if self.arrivals[idx] > 0 && run.cpu == cpu && !masked && self.can_arrive(cpu, kind) {
                actions.push(Action::Arrive(RunId(idx as u16)));
            }
        }
        if self.armed != 0 && !stopped {
            let arrives = |run: &RunId| {
                let kind = self.setup().runs[usize::from(run.0)].placement.kind;
                self.can_arrive(cpu, kind)
            };
            actions.extend(self.armed_runs(cpu).filter(arrives).map(Action::Arrive));
        }
    }

    pub(super) fn can_arrive(&self, cpu: CpuId, kind: ContextKind) -> bool {
        let this = &self.cpus[usize::from(cpu.0)];
        let innermost = this.interrupts.last().map_or(0, |c| c.kind.level());
        match kind {
            ContextKind::Task => false,
            ContextKind::Softirq => !this.irqs_off && this.preempt_count & NO_SOFTIRQ == 0,
            ContextKind::Hardirq { .. } => !this.irqs_off && innermost < kind.level(),
            ContextKind::Nmi => innermost < kind.level(),
        }
    }

    /// Performs one action, which must be one of [`Machine::enabled`].
    pub fn step(&mut self, action: Action) -> Vec<Event> {
        let mut events = Vec::new();
        self.step_into(action, &mut events, None);
        events
    }

    /// The same, with room for the events, and for what the step touches.
    pub fn step_into(
        &mut self,
        action: Action,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
    ) {
        match action {
            Action::Step(cpu) => self.step_context(cpu, events, footprint),
            Action::Choose(cpu, k) => {
                self.edit_top(cpu, |ctx| ctx.choosing = Choosing::Made(k));
                self.step_context(cpu, events, footprint);
            }
            Action::Arrive(run) => events.push(self.arrive(run)),
            Action::Switch(cpu, task) => events.push(self.switch(cpu, task)),
        }
    }

    fn edit_top(&mut self, cpu: CpuId, edit: impl FnOnce(&mut Context)) {
        if let Some(context) = self.top_rc(cpu) {
            edit(Rc::make_mut(context));
        }
    }

    fn step_context(
        &mut self,
        cpu: CpuId,
        events: &mut Vec<Event>,
        footprint: Option<&mut Footprint>,
    ) {
        let Some(ctx) = self.take_top(cpu) else {
            return;
        };
        let setup = Rc::clone(&self.setup.0);
        self.running_stack = (ctx.stack, ctx.stack_used);
        let Some(mut exec) = Exec::new(self, &setup.program, ctx, cpu, events, footprint) else {
            return;
        };
        let flow = exec.run();
        if exec.ctx.holds != 0 && (exec.ctx.frames.is_empty() || !exec.in_reader()) {
            exec.ctx.holds = 0;
        }
        let ctx = exec.ctx;
        self.running_stack = (0, 0);
        self.settle(cpu, ctx, flow, events);
    }

    /// Takes the innermost context out, with all it has on the heap; a husk remains.
    fn take_top(&mut self, cpu: CpuId) -> Option<Context> {
        let top = Rc::make_mut(self.top_rc(cpu)?);
        Some(Context {
            frames: std::mem::take(&mut top.frames),
            regs: std::mem::take(&mut top.regs),
            held: std::mem::take(&mut top.held),
            ..*top
        })
    }

    /// Puts the context back and does what its step asks for: sleep, end.
    fn settle(&mut self, cpu: CpuId, ctx: Context, flow: Flow, events: &[Event]) {
        let finished = ctx.frames.is_empty();
        let sleeps = flow == Flow::Wait && ctx.waits_for.is_some_and(|l| l.sleeps);
        let (kind, run) = (ctx.kind, ctx.run);
        let (irqs_off, preempt_count) = (ctx.irqs_off_before, ctx.preempt_count_before);
        self.edit_top(cpu, |top| *top = ctx);
        self.note_returns(run, events);
        match kind {
            ContextKind::Task if finished => self.leave_cpu(cpu, TaskState::Done),
            ContextKind::Task if sleeps => self.leave_cpu(cpu, TaskState::Blocked),
            ContextKind::Task => {}
            _ if finished => {
                let this = &mut self.cpus[usize::from(cpu.0)];
                this.interrupts.pop();
                this.preempt_count = preempt_count;
                this.irqs_off = irqs_off;
                if kind < ContextKind::Nmi {
                    self.look_for_softirqs(cpu);
                }
            }
            _ => {}
        }
    }

    /// Remembers what the run's entry function returned; its wrapper's value is of no interest.
    fn note_returns(&mut self, run: RunId, events: &[Event]) {
        let own = &self.setup.0.runs[..self.setup.0.scenario_runs];
        let Some(spec) = own.get(usize::from(run.0)) else {
            return;
        };
        let returned = |e: &Event| match e.kind {
            EventKind::Return { func, value } if func == spec.entry => Some(value),
            _ => None,
        };
        if let Some(value) = events.iter().rev().find_map(returned) {
            Rc::make_mut(&mut self.returns)[usize::from(run.0)] = Some(value);
        }
    }

    fn leave_cpu(&mut self, cpu: CpuId, state: TaskState) {
        let this = &mut self.cpus[usize::from(cpu.0)];
        let Some(id) = this.current.take() else {
            return;
        };
        let task = &mut self.tasks[usize::from(id.0)];
        task.state = state;
        task.preempt_count = std::mem::take(&mut this.preempt_count);
        task.irqs_off = std::mem::take(&mut this.irqs_off);
        if state == TaskState::Done {
            self.forget_service_task(id);
        }
    }

    pub(super) fn put_on_cpu(&mut self, cpu: CpuId, task: TaskId) {
        let this = &mut self.cpus[usize::from(cpu.0)];
        let new = &mut self.tasks[usize::from(task.0)];
        new.state = TaskState::Runnable;
        this.current = Some(task);
        this.preempt_count = new.preempt_count;
        this.irqs_off = new.irqs_off;
    }

    fn switch(&mut self, cpu: CpuId, task: TaskId) -> Event {
        self.leave_cpu(cpu, TaskState::Runnable);
        self.start_service_task(task);
        self.put_on_cpu(cpu, task);
        let span = self.top_span(cpu);
        Event {
            cpu,
            span,
            context: ContextKind::Task,
            kind: EventKind::Switch { to: task },
        }
    }

    fn arrive(&mut self, run: RunId) -> Event {
        let spec = self.setup.0.runs[usize::from(run.0)].clone();
        let kind = spec.placement.kind;
        let slot = INTERRUPT_STACKS + u64::from(spec.cpu.0) * 4 + kind.level() as u64;
        let mut context = self.context_of_run(run, slot);
        match self.arrivals.get_mut(usize::from(run.0)) {
            Some(left) => *left -= 1,
            None => self.service_begins(run),
        }
        let this = &mut self.cpus[usize::from(spec.cpu.0)];
        context.irqs_off_before = this.irqs_off;
        context.preempt_count_before = this.preempt_count;
        this.irqs_off |= spec.placement.irqs_off;
        this.preempt_count += kind.preempt_offset();
        this.interrupts.push(Rc::new(context));
        let span = self.top_span(spec.cpu);
        Event {
            cpu: spec.cpu,
            span,
            context: kind,
            kind: EventKind::Enter { run },
        }
    }

    fn top_span(&self, cpu: CpuId) -> Span {
        let top = self.top(cpu).map(|c| self.positions(c));
        top.and_then(|p| p.last().map(|p| p.span))
            .unwrap_or_default()
    }

    /// The context in which a run begins.
    pub(super) fn context_of_run(&self, run: RunId, slot: u64) -> Context {
        let spec = &self.setup().runs[usize::from(run.0)];
        let kind = spec.placement.kind;
        let mut context = match spec.wrapper {
            Some(wrapper) => {
                let entry = Program::function_address(spec.entry);
                self.new_context(kind, run, slot, wrapper, &[entry])
            }
            None => self.new_context(kind, run, slot, spec.entry, &[]),
        };
        // On PREEMPT_RT bottom halves off is also an RCU reader that stays on its CPU.
        context.bh_disable = u32::from(spec.placement.bh_off);
        context.migrate_disable = context.bh_disable;
        context.rcu_depth = context.bh_disable + u32::from(spec.placement.rcu_reader);
        if spec.placement.rcu_reader || spec.placement.bh_off {
            let lock = LockRef::rcu(LockType::Rcu);
            context.held.push(Held {
                lock,
                span: self.program().func(spec.entry).span,
            });
        }
        context
    }
}
