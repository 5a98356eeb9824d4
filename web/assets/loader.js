// Upgrades the static figures of a page in place: the module is fetched when the first figure comes
// near the screen. Whatever goes wrong, the static figure stays.
(function () {
    "use strict";

    const figures = document.querySelectorAll(".scenario-figure[data-module]");
    if (figures.length === 0 || !("IntersectionObserver" in window)) return;

    // This script lies in web/assets/ below the site's root, wherever that is.
    const root = new URL("../../", document.currentScript.src);
    let loading = null;
    let broken = false;

    function load(folder) {
        loading ??= (async () => {
            const base = new URL(folder, root);
            const module = await import(new URL("web.js", base));
            await module.default({ module_or_path: new URL("web_bg.wasm", base) });
            return module;
        })();
        return loading;
    }

    // A widget may also crash a moment after its start, in its own scheduler.
    async function hydrate(module, figure) {
        let crash = null;
        const note = (event) => {
            crash ??= event.error ?? event.reason ?? new Error(event.message);
            event.preventDefault();
        };
        window.addEventListener("error", note);
        window.addEventListener("unhandledrejection", note);
        try {
            await module.hydrate(figure);
            await new Promise((resolve) => setTimeout(resolve));
        } finally {
            window.removeEventListener("error", note);
            window.removeEventListener("unhandledrejection", note);
        }
        if (crash !== null) throw crash;
    }

    async function upgrade(figure) {
        const still = figure.innerHTML;
        try {
            const module = await load(figure.dataset.module);
            // After a crash nothing in the module's memory can be trusted.
            if (broken) return;
            await hydrate(module, figure);
            figure.dataset.ready = "true";
        } catch (error) {
            if (!broken) console.warn("The figures of this page stay as they are:", error);
            broken = true;
            figure.innerHTML = still;
        }
    }

    const observer = new IntersectionObserver((entries) => {
        for (const entry of entries) {
            if (!entry.isIntersecting) continue;
            observer.unobserve(entry.target);
            upgrade(entry.target);
        }
    }, { rootMargin: "400px" });
    figures.forEach((figure) => observer.observe(figure));
})();
