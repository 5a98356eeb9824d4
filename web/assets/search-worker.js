// Explores all executions beside the page, so that it never freezes. It lies in the module's folder;
// messages are JSON text (web/src/exploration.rs). To cancel it is to terminate it.
import init, { Exploration } from "./web.js";

const STATES_A_SLICE = 500;
const MILLISECONDS_BETWEEN_REPORTS = 100;

addEventListener("message", async ({ data }) => {
    try {
        await init({ module_or_path: new URL("web_bg.wasm", import.meta.url) });
        const search = new Exploration(data);
        const begin = performance.now();
        const seconds = () => (performance.now() - begin) / 1000;
        let told = begin;
        while (!search.advance(STATES_A_SLICE)) {
            if (performance.now() - told < MILLISECONDS_BETWEEN_REPORTS) continue;
            told = performance.now();
            postMessage(search.progress(seconds()));
        }
        postMessage(search.result(seconds()));
    } catch (error) {
        const message = String(error.message ?? error);
        postMessage(JSON.stringify({ kind: "failed", message }));
    }
});
