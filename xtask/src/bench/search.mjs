// Our explorer as WebAssembly: node search.mjs FILE all|reduced RUNS STATES_MAX, in the module's folder.
// Prints a line of JSON for each run of the same instance: the first has code that no compiler has
// optimised yet. In slices, as the worker of the book does it (web/assets/search-worker.js).
import { readFile } from "node:fs/promises";
import init, { Exploration } from "./web.js";

const STATES_A_SLICE = 500;
// What 32 bits can address, less what is needed to say so.
const MEMORY_MAX = 4_200_000_000;

const [file, search, runs, statesMax] = process.argv.slice(2);
const module = await readFile(new URL("web_bg.wasm", import.meta.url));
await init({ module_or_path: await WebAssembly.compile(module) });
const order = JSON.stringify({
    file: "model.c",
    text: await readFile(file, "utf8"),
    patches: "",
    config: "preempt-debug",
    states_max: Number(statesMax),
    memory_max: MEMORY_MAX,
    reduce: search === "reduced",
});

for (let run = 0; run < Number(runs); run++) {
    const cpuBefore = process.cpuUsage();
    const begin = performance.now();
    const exploration = new Exploration(order);
    while (!exploration.advance(STATES_A_SLICE)) {}
    const { memory } = JSON.parse(exploration.progress(0));
    const { report, bound, violations: executions } = JSON.parse(exploration.result(0));
    const { user, system } = process.cpuUsage(cpuBefore);
    const seconds = (performance.now() - begin) / 1000;
    exploration.free();
    const cpu = (user + system) / 1e6;
    console.log(JSON.stringify({ cpu, seconds, memory, report, bound, executions }));
}
