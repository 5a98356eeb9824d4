//! The web server: files of one folder, with their types, to this machine only.

use super::live::Live;
use anyhow::{Result, anyhow};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tiny_http::{Header, Method, Request, Response};

const HTML: &str = "text/html; charset=utf-8";

const NO_SITE: &str = "<!DOCTYPE html><html lang=\"en\"><title>No site</title>\
                       <body><p>The site has not been built.</p></body></html>";

/// A server bound to a port of 127.0.0.1.
pub struct Server {
    listener: Arc<tiny_http::Server>,
    site: Arc<Site>,
    address: SocketAddr,
}

struct Site {
    folder: PathBuf,
    live: Option<Arc<Live>>,
}

impl Server {
    /// Binds the port (0: a free one). With `live`, pages follow the builds and reload.
    pub fn bind(port: u16, folder: PathBuf, live: Option<Arc<Live>>) -> Result<Server> {
        let listener = tiny_http::Server::http(("127.0.0.1", port)).map_err(|error| {
            anyhow!(
                "cannot listen on 127.0.0.1:{port}: {error}; is another server running? (--port N)"
            )
        })?;
        let address = listener
            .server_addr()
            .to_ip()
            .ok_or_else(|| anyhow!("the server has no internet address"))?;
        let site = Arc::new(Site { folder, live });
        Ok(Server {
            listener: Arc::new(listener),
            site,
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests, each in a thread of its own (a page's question about builds stays open).
    pub fn run_in_background(&self) {
        let (listener, site) = (Arc::clone(&self.listener), Arc::clone(&self.site));
        std::thread::spawn(move || {
            while let Ok(request) = listener.recv() {
                let site = Arc::clone(&site);
                std::thread::spawn(move || site.answer(request));
            }
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listener.unblock();
    }
}

impl Site {
    /// An error here means that the browser has gone away.
    fn answer(&self, request: Request) {
        let url = request.url().to_owned();
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        if !matches!(request.method(), Method::Get | Method::Head) {
            request
                .respond(Response::from_string("only GET").with_status_code(405))
                .ok();
            return;
        }
        if let (Some(live), "/__live") = (&self.live, path) {
            let seen = query
                .strip_prefix("seen=")
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
            let response = Response::from_string(live.wait(seen));
            request
                .respond(response.with_header(header("Content-Type", "application/json")))
                .ok();
            return;
        }
        match find(&self.folder, path) {
            Found::File(file) => self.send(request, &file, 200),
            Found::Folder => {
                let response =
                    Response::empty(301).with_header(header("Location", &format!("{path}/")));
                request.respond(response).ok();
            }
            Found::Nothing => self.send(request, &self.folder.join("404.html"), 404),
        }
    }

    fn send(&self, request: Request, file: &Path, status: u16) {
        // A site that could not be built yet has no page for missing pages either.
        let (mut content, kind) = match fs::read(file) {
            Ok(content) => (content, content_type(file)),
            Err(_) => (NO_SITE.into(), HTML),
        };
        if let (Some(live), HTML) = (&self.live, kind) {
            content = with_script(content, &live.script());
        }
        // The module's folder is named after its content.
        let in_module = file.starts_with(self.folder.join("wasm"));
        let keep = if in_module {
            "max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let response = Response::from_data(content)
            .with_status_code(status)
            .with_header(header("Content-Type", kind))
            .with_header(header("Cache-Control", keep));
        request.respond(response).ok();
    }
}

#[derive(Debug, PartialEq)]
enum Found {
    File(PathBuf),
    /// A folder asked for without its final slash: relative links would go wrong.
    Folder,
    Nothing,
}

/// The file that a URL's path names inside `folder`, never outside of it.
fn find(folder: &Path, url_path: &str) -> Found {
    let Some(path) = decode(url_path) else {
        return Found::Nothing;
    };
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    if names
        .iter()
        .any(|name| *name == ".." || name.contains(['\\', '\0']))
    {
        return Found::Nothing;
    }
    let file = names
        .iter()
        .fold(folder.to_owned(), |file, name| file.join(name));
    if file.is_dir() {
        let index = file.join("index.html");
        return match (path.ends_with('/'), index.is_file()) {
            (true, true) => Found::File(index),
            (false, true) => Found::Folder,
            (_, false) => Found::Nothing,
        };
    }
    if file.is_file() {
        Found::File(file)
    } else {
        Found::Nothing
    }
}

/// Resolves `%xx`.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(file: &Path) -> &'static str {
    match file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("")
    {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "txt" | "c" | "h" | "patch" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn with_script(content: Vec<u8>, script: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(&content);
    match text.rfind("</body>") {
        Some(at) => format!("{}{script}{}", &text[..at], &text[at..]).into_bytes(),
        None => content,
    }
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values here are plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::write_if_changed;

    #[test]
    fn finds_files_and_nothing_outside() {
        let root = std::env::temp_dir().join(format!("xtask-http-{}", std::process::id()));
        let site = root.join("site");
        write_if_changed(&root.join("secret.txt"), "no").unwrap();
        write_if_changed(&site.join("index.html"), "i").unwrap();
        write_if_changed(&site.join("a b/index.html"), "i").unwrap();
        assert_eq!(find(&site, "/"), Found::File(site.join("index.html")));
        assert_eq!(
            find(&site, "/a%20b/"),
            Found::File(site.join("a b/index.html"))
        );
        assert_eq!(find(&site, "/a%20b"), Found::Folder);
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/x",
            "/%zz",
            "/%",
        ] {
            assert_eq!(find(&site, path), Found::Nothing, "{path}");
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn script_goes_before_the_end() {
        assert_eq!(
            with_script(b"<body>x</body>".to_vec(), "S"),
            b"<body>xS</body>"
        );
        assert_eq!(with_script(b"x".to_vec(), "S"), b"x");
    }

    #[test]
    fn module_has_its_type() {
        assert_eq!(content_type(Path::new("a/web_bg.wasm")), "application/wasm");
        assert_eq!(
            content_type(Path::new("web.js")),
            "text/javascript; charset=utf-8"
        );
    }
}
