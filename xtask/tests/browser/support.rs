//! A browser session for a test.

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for something to appear: generous, for loaded machines; a good page is quick.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the browser is like.
#[derive(Clone, Copy)]
pub struct Setup {
    /// Width and height of the screen in CSS pixels.
    pub size: (u32, u32),
    /// Whether pages may run scripts.
    pub scripts: bool,
}

/// A desktop browser.
pub const DESKTOP: Setup = Setup {
    size: (1280, 900),
    scripts: true,
};
/// The narrowest screen that has to work.
pub const SMALL: Setup = Setup {
    size: (320, 640),
    scripts: true,
};
/// A reader who has JavaScript off.
pub const NO_SCRIPTS: Setup = Setup {
    size: (1280, 900),
    scripts: false,
};

/// A session with the served site.
pub struct Page {
    /// The driver's client, for what is not covered here.
    pub client: Client,
    site: String,
}

/// Runs a test in a session of its own. Errors on the browser's console fail it at the end, so a
/// test that expects some takes them with [`Page::console_errors`].
pub fn browse(setup: Setup, test: impl AsyncFnOnce(&Page) + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(setup))
            .connect(&variable("WEBDRIVER_URL"))
            .await
            .expect("chromedriver starts a session");
        let page = Page {
            client: client.clone(),
            site: variable("SITE_URL"),
        };
        // As a task, so that the session is closed after a failed assertion too.
        let outcome = tokio::task::spawn_local(async move {
            test(&page).await;
            let errors = page.console_errors().await;
            assert!(errors.is_empty(), "the browser's console says: {errors:#?}");
        })
        .await;
        client.close().await.ok();
        if let Err(failure) = outcome {
            std::panic::resume_unwind(failure.into_panic());
        }
    });
}

/// The names of the site's pages, relative to its root; without mdBook's own helpers.
pub fn page_names() -> Vec<String> {
    let site = PathBuf::from(variable("SITE_DIR"));
    let mut names = Vec::new();
    collect_pages(&site, &site, &mut names);
    names.sort();
    assert!(!names.is_empty(), "the site has no pages");
    names
}

/// Whether a page of the site holds a figure.
pub fn has_figure(name: &str) -> bool {
    let file = Path::new(&variable("SITE_DIR")).join(name);
    std::fs::read_to_string(file)
        .unwrap()
        .contains("class=\"scenario-figure\"")
}

fn collect_pages(site: &Path, folder: &Path, names: &mut Vec<String>) {
    // Not chapters: the frame for browsers without scripts, the page that opens the print dialog.
    const HELPERS: [&str; 3] = ["404.html", "print.html", "toc.html"];
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect_pages(site, &path, names);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let name = path.strip_prefix(site).unwrap().display().to_string();
            if !HELPERS.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
}

impl Page {
    /// Opens a page of the site; `path` is relative to its root and may have a fragment.
    pub async fn open(&self, path: &str) {
        // From one fragment to another of the same page the browser would not load anything.
        self.client.goto("about:blank").await.unwrap();
        self.client
            .goto(&format!("{}{path}", self.site))
            .await
            .unwrap();
    }

    /// The value of a JavaScript expression.
    pub async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap()
    }

    /// The value of a promise.
    pub async fn eval_async(&self, promise: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             ({promise}).then(done, (error) => done({{ error: String(error) }}));"
        );
        self.client
            .execute_async(&script, Vec::new())
            .await
            .unwrap()
    }

    /// Waits until an element is there, and returns it.
    pub async fn wait_for(&self, css: &str) -> fantoccini::elements::Element {
        let wait = self.client.wait().at_most(PATIENCE);
        match wait.for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("{css} did not appear: {error}"),
        }
    }

    /// Waits until a JavaScript expression is true.
    pub async fn wait_until(&self, expression: &str) {
        let start = std::time::Instant::now();
        while self.eval(expression).await != Value::Bool(true) {
            assert!(
                start.elapsed() < PATIENCE,
                "never became true: {expression}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The text of the first element.
    pub async fn text(&self, css: &str) -> String {
        self.wait_for(css).await.text().await.unwrap()
    }

    /// Clicks on the first element.
    pub async fn click(&self, css: &str) {
        self.wait_for(css).await.click().await.unwrap();
    }

    /// Types into the first element; keys such as `fantoccini::key::Key::Right` too.
    pub async fn type_into(&self, css: &str, keys: &str) {
        self.wait_for(css).await.send_keys(keys).await.unwrap();
    }

    /// From the next page on, requests for addresses that match fail (`*` stands for anything).
    pub async fn block(&self, pattern: &'static str) {
        self.client
            .issue_cmd(DevTools("Network.enable", json!({})))
            .await
            .unwrap();
        let blocked = json!({ "urls": [pattern] });
        self.client
            .issue_cmd(DevTools("Network.setBlockedURLs", blocked))
            .await
            .unwrap();
    }

    /// Takes what the browser has written to its console as errors since the last call.
    pub async fn console_errors(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(BrowserLog).await.unwrap();
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe
            .map(|entry| entry["message"].as_str().unwrap_or("").to_owned())
            .collect()
    }
}

/// chromedriver's own command: the console's messages.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (
            http::Method::POST,
            Some(json!({ "type": "browser" }).to_string()),
        )
    }
}

/// chromedriver's own command: one of the browser's developer tools, with its parameters.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (
            http::Method::POST,
            Some(json!({ "cmd": self.0, "params": self.1 }).to_string()),
        )
    }
}

fn capabilities(setup: Setup) -> Map<String, Value> {
    let (width, height) = setup.size;
    let mut options = json!({
        "binary": variable("CHROMIUM"),
        "args": [
            "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-sandbox", format!("--window-size={width},{height}"),
        ],
        "prefs": { "profile.managed_default_content_settings.javascript": if setup.scripts { 1 } else { 2 } },
    });
    // A window cannot be this narrow, a telephone's screen can.
    if width < 500 {
        options["mobileEmulation"] =
            json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0 } });
    }
    let capabilities = json!({
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "script": 60_000 },
    });
    capabilities.as_object().cloned().unwrap()
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: these tests are run by `cargo xtask test browser`")
    })
}
