(async function (seen) {
    // Added by `cargo xtask serve`; the built book does not contain it.
    function show(error) {
        let banner = document.getElementById("xtask-error");
        if (!banner) {
            banner = document.createElement("pre");
            banner.id = "xtask-error";
            banner.setAttribute("role", "alert");
            banner.style.cssText = "position:fixed;inset:auto 0 0 0;z-index:1000;margin:0;" +
                "max-height:50vh;overflow:auto;padding:1em;background:#400;color:#fff;" +
                "font:14px/1.4 monospace;white-space:pre-wrap";
            document.body.append(banner);
        }
        banner.textContent = "The last build failed; this page is the one before.\n\n" + error;
    }
    for (;;) {
        try {
            const answer = await (await fetch("/__live?seen=" + seen)).json();
            if (answer.generation === seen) continue;
            seen = answer.generation;
            if (answer.error === null) location.reload();
            else show(answer.error);
        } catch {
            await new Promise((resolve) => setTimeout(resolve, 2000));
        }
    }
})
