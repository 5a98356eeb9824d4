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

    async function upgrade(figure) {
        const still = figure.innerHTML;
        try {
            const module = await load(figure.dataset.module);
            // After a crash nothing in the module's memory can be trusted.
            if (broken) return;
            module.hydrate(figure);
        } catch (error) {
            if (!broken) console.warn("The figures of this page stay as they are:", error);
            broken = true;
            if (figure.innerHTML !== still) figure.innerHTML = still;
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
