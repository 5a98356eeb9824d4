
/** How one execution is chosen. */
export interface RunOptions {
  /** What diagnostics call the text. */
  file?: string;
  /** A configuration such as `rt-debug`; the scenario's first when absent. */
  config?: string;
  /** The choices, such as `c0x12.i1.c0x3`; what they leave open goes on with the first action. */
  schedule?: string;
}

/** A step of an execution. */
export interface Step {
  n: number;
  action: string;
  cpu: number;
  context: string;
  function: string;
  place: string;
  code: string;
  notes: string[];
}

/** One execution, as `gfp run --format json` prints it. */
export interface RunResult {
  name: string;
  kernel: string | null;
  config: string;
  schedule: string;
  /** Eight hexadecimal digits: the last state's fingerprint. */
  digest: string;
  steps: Step[];
  /** What the code printed. */
  log: string[];
  /** What the entry functions returned, by context. */
  returns: Record<string, unknown>;
  violations: Violation[];
}

/** A rule that was broken; more members than these may be present. */
export interface Violation {
  rule: string;
  class: string | null;
  schedule?: string;
  [member: string]: unknown;
}

/** What is explored. */
export interface CheckOptions {
  /** What diagnostics call the text. */
  file?: string;
  /** One configuration; all of the scenario's when absent. */
  config?: string;
  /** Distinct states kept for each configuration. */
  maxStates?: number;
}

/** All executions, as `gfp check --json` prints them. */
export interface CheckResult {
  name: string;
  kernel: string | null;
  holds: boolean;
  observation: "Always" | "Sometimes" | "Never";
  states: number;
  transitions: number;
  /** Nothing was left out. */
  complete: boolean;
  seconds: number;
  violations: Violation[];
  [member: string]: unknown;
}

/** Runs one execution of a scenario. Throws the diagnostics when it cannot be used. */
export function run(text: string, options?: RunOptions): RunResult;
/** Explores all executions of a scenario. Throws the diagnostics when it cannot be used. */
export function check(text: string, options?: CheckOptions): CheckResult;
/** Upgrades a static figure of the book in place. */
export function hydrate(root: Element): void;
