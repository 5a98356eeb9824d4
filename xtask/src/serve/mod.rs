//! `cargo xtask serve`: the site on this machine, rebuilt and reloaded on every change.
//!
//! The server only hands out files of `target/book` and the number of the last build. Builds run as
//! programs of their own, so that figures are always drawn by the newest code, and a panic or an
//! error in a build leaves the server and the page standing.

mod http;
mod live;
mod watch;

pub use http::Server;

use crate::paths::Paths;
use crate::phase::seconds;
use crate::site;
use anyhow::Result;
use live::Live;
use std::sync::Arc;
use std::time::Instant;

/// Builds the site, serves it, and rebuilds until the program is ended.
pub fn serve(port: u16, paths: &Paths) -> Result<()> {
    let start = Instant::now();
    let live = Arc::new(Live::default());
    // Before the build: a port that is taken should not be found out after minutes.
    let server = Server::bind(port, paths.book(), Some(Arc::clone(&live)))?;
    let changes = watch::Changes::of(paths)?;
    if let Err(error) = site::build(paths) {
        // A mistake in a chapter must not end the program that would show its repair.
        eprintln!("error: {error:#}");
        live.failed(format!("{error:#}"));
    }
    eprintln!(
        "\nServing http://{} ({} since start). Ctrl-C ends it.",
        server.address(),
        seconds(start)
    );
    server.run_in_background();
    watch::rebuild_on(changes, paths, &live)
}
