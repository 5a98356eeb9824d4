// Upgrades the static figures of a page in place: the module is fetched when the first figure comes
// near the screen, or when the address holds a link to one. Whatever goes wrong, the static figures
// stay or come back.
(function () {
    "use strict";

    const figures = [...document.querySelectorAll(".scenario-figure[data-module]")];
    if (figures.length === 0 || !("IntersectionObserver" in window)) return;

    // This script lies in web/assets/ below the site's root, wherever that is.
    const root = new URL("../../", document.currentScript.src);
    const still = new Map(figures.map((figure) => [figure, figure.innerHTML]));
    const begun = new Set();
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

    // After a crash nothing in the module's memory can be trusted.
    function giveUp(why) {
        if (broken) return;
        broken = true;
        console.warn("The figures of this page stay as they were printed:", why);
        for (const figure of begun) restore(figure);
    }

    function restore(figure) {
        figure.innerHTML = still.get(figure);
        delete figure.dataset.ready;
    }

    async function upgrade(figure) {
        if (begun.has(figure) || broken) return;
        begun.add(figure);
        observer.unobserve(figure);
        const bench = figure.querySelector(".workbench-data");
        if (!bench && !figure.querySelector(".figure-data")) {
            figure.dataset.ready = "";
            return;
        }
        let module = null;
        try {
            module = await load(figure.dataset.module);
            if (broken) return;
            const worker = new URL(figure.dataset.module + "search-worker.js", root);
            if (bench) module.workbench(figure, worker.href);
            else module.hydrate(figure);
        } catch (error) {
            if (module === null || error instanceof WebAssembly.RuntimeError) {
                giveUp(error);
            } else {
                console.warn("This figure stays as it was printed:", error);
                restore(figure);
            }
            say(figure, error);
        }
    }

    // A link that could not be followed must not look as if it had been.
    function say(figure, error) {
        if (!figure.dataset.link) return;
        const notice = document.createElement("p");
        notice.className = "notice refused";
        notice.setAttribute("role", "alert");
        notice.textContent = "This link cannot be followed: the figure could not be made to move (" +
            String(error.message ?? error) + "). What is shown is the printed figure.";
        figure.prepend(notice);
    }

    // The figure that a link is for: of its scenario, best printed with the same configuration; when
    // there is none, the first, which then says so.
    function addressed(fragment) {
        const bench = figures.find((figure) => figure.querySelector(".workbench-data"));
        if (bench) return bench;
        const fields = new URLSearchParams(fragment);
        const all = figures.filter((figure) => figure.querySelector(".figure-data[data-scenario]"));
        const data = (figure) => figure.querySelector(".figure-data").dataset;
        const same = all.filter((figure) => data(figure).scenario === fields.get("s"));
        return same.find((figure) => data(figure).config === fields.get("c")) ?? same[0] ?? all[0];
    }

    function follow() {
        const fragment = location.hash.slice(1);
        // The matrix reads the address itself.
        if (/^m=/.test(fragment)) {
            const matrix = figures.find((figure) => figure.querySelector("[data-view=matrix]"));
            if (matrix) upgrade(matrix);
            return;
        }
        if (!/^w=/.test(fragment)) return;
        const figure = addressed(fragment);
        if (!figure) return;
        figure.dataset.link = fragment;
        figure.scrollIntoView();
        // In the workbench what a link shows is below the texts.
        const shown = () => figure.querySelector(".bench .stepper") ?? figure;
        if (begun.has(figure)) figure.dispatchEvent(new Event("figure-link"));
        // The controls appear above what is in sight, and the browser keeps that where it is.
        else upgrade(figure).then(() => setTimeout(() => shown().scrollIntoView()));
    }

    // The whole table of steps is printed, also of figures whose table is closed.
    function openTables() {
        document.querySelectorAll(".scenario-figure details").forEach((table) => (table.open = true));
    }

    const observer = new IntersectionObserver((entries) => {
        for (const entry of entries) {
            if (entry.isIntersecting) upgrade(entry.target);
        }
    }, { rootMargin: "400px" });
    figures.forEach((figure) => observer.observe(figure));
    addEventListener("figures-broken", () => giveUp("the model has crashed"));
    addEventListener("hashchange", follow);
    addEventListener("beforeprint", openTables);
    follow();
})();
