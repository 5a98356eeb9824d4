// Explores all executions beside the page, so that it never freezes. It lies in the module's folder;
// messages are JSON text (web/src/exploration.rs). The first is the order, a second one ends the search.
import init, { Exploration } from "./web.js";

// Between these a slice is long enough to be worth it, and messages are heard at once.
const SLICE_MIN = 10;
const SLICE_MAX = 50;
const MILLISECONDS_BETWEEN_REPORTS = 100;

const { port1, port2 } = new MessageChannel();
let begun = false;
let stopped = false;

addEventListener("message", ({ data }) => {
    stopped = begun;
    if (!begun) explore(data);
    begun = true;
});

async function explore(order) {
    let doing = "could not be loaded";
    try {
        await init({ module_or_path: new URL("web_bg.wasm", import.meta.url) });
        doing = "could not begin";
        const search = new Exploration(order);
        doing = "has crashed";
        postMessage(await inSlices(search));
    } catch (error) {
        postMessage(JSON.stringify({ kind: "failed", message: words(doing, error) }));
    }
}

async function inSlices(search) {
    const begin = performance.now();
    const seconds = () => (performance.now() - begin) / 1000;
    let told = 0;
    // What a state costs is not known beforehand: a slice is measured by time.
    for (let n = 1, now = begin; !search.advance(n); ) {
        const took = performance.now() - now;
        if (took < SLICE_MIN) n *= 2;
        else if (took > SLICE_MAX) n = Math.max(1, n >> 1);
        if (performance.now() - told > MILLISECONDS_BETWEEN_REPORTS) {
            told = performance.now();
            postMessage(search.progress(seconds()));
        }
        await messages();
        if (stopped) {
            search.stop();
            break;
        }
        now = performance.now();
    }
    return search.result(seconds());
}

// Goes on after the messages that are waiting.
function messages() {
    return new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(null);
    });
}

function words(doing, error) {
    const message = String(error.message ?? error);
    // Its own words, with file and line.
    if (doing === "could not begin" && !(error instanceof WebAssembly.RuntimeError)) return message;
    const why = doing === "has crashed"
        ? "most likely because the browser gave it no more memory; the command line has more room"
        : message;
    return `The search ${doing}: ${why}. Nothing else is lost.`;
}
