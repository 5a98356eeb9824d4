//! Links within the site lead to files, and to places in them, that exist. mdBook itself is silent
//! about dead links. Links to other sites are not followed: tests need no network.

use super::pages::{self, Page, select};
use super::tally::Tally;
use crate::paths::Paths;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

pub(super) fn run(paths: &Paths) -> Result<Tally> {
    let pages = pages::all(paths)?;
    let places: BTreeMap<PathBuf, BTreeSet<String>> = pages
        .iter()
        .map(|page| (page.file.clone(), page.places()))
        .collect();
    let site = Site {
        root: paths.book(),
        places,
    };
    let mut tally = Tally::default();
    for page in &pages {
        let problems = site.problems(page);
        let outcome = if problems.is_empty() {
            Ok(())
        } else {
            Err(problems.join("\n    "))
        };
        tally.count(&page.name, outcome);
    }
    Ok(tally)
}

struct Site {
    root: PathBuf,
    places: BTreeMap<PathBuf, BTreeSet<String>>,
}

impl Site {
    fn problems(&self, page: &Page) -> Vec<String> {
        let links = select("a[href], link[href], img[src], script[src], iframe[src]");
        let mut problems: Vec<String> = page
            .html
            .select(&links)
            .filter_map(|element| element.attr("href").or_else(|| element.attr("src")))
            .filter_map(|link| self.problem(page, link))
            .collect();
        let main = page.html.select(&select("main")).next();
        let text: String = main.map(|main| main.text().collect()).unwrap_or_default();
        if text.contains("{{#") {
            problems.push("an `{{#…}}` of mdBook was not expanded".to_owned());
        }
        problems.dedup();
        problems
    }

    fn problem(&self, page: &Page, link: &str) -> Option<String> {
        if has_scheme(link) || link.starts_with("//") {
            return None;
        }
        let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
        let path = path.split('?').next().unwrap_or("");
        let file = self.file(page, path);
        let Some(file) = file.filter(|file| file.is_file()) else {
            return Some(format!("{link}: there is no such file"));
        };
        // A fragment with `=` is a widget's state, for a script to read.
        if fragment.is_empty() || fragment.contains('=') {
            return None;
        }
        let places = self.places.get(&file)?;
        let found = places.contains(fragment) || places.contains(&percent_decoded(fragment));
        (!found).then(|| format!("{link}: the page has no place of that name"))
    }

    /// The file that `path` names, seen from `page`; `None` outside the site.
    fn file(&self, page: &Page, path: &str) -> Option<PathBuf> {
        if path.is_empty() {
            return Some(page.file.clone());
        }
        let path = percent_decoded(path);
        // The page for missing pages is shown anywhere and says so with a base address.
        let base = match page.name == "404.html" || path.starts_with('/') {
            true => self.root.as_path(),
            false => page.file.parent()?,
        };
        let mut file = normal(&base.join(path.trim_start_matches('/')));
        if file.is_dir() {
            file = file.join("index.html");
        }
        file.starts_with(&self.root).then_some(file)
    }
}

/// Whether a link begins with `https:`, `mailto:` and the like.
fn has_scheme(link: &str) -> bool {
    link.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// `a/b/../c` is `a/c`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [a, b, ..]) => std::str::from_utf8(&[*a, *b])
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    fn problems(html: &str) -> Vec<String> {
        let root = std::env::temp_dir().join(format!("xtask-links-{}", std::process::id()));
        crate::stamp::write_if_changed(&root.join("b/c.html"), "").unwrap();
        let file = root.join("b/a.html");
        crate::stamp::write_if_changed(&file, "").unwrap();
        let page = Page {
            file,
            name: "b/a.html".to_owned(),
            html: Html::parse_document(html),
        };
        let places = BTreeMap::from([
            (page.file.clone(), page.places()),
            (root.join("b/c.html"), BTreeSet::from(["ü x".to_owned()])),
        ]);
        Site { root, places }.problems(&page)
    }

    #[test]
    fn good_links_pass() {
        let html = "<a href='https://x.org/y#z'></a><a href='mailto:a@b.c'></a><h2 id=here></h2>\
            <a href='#here'></a><a href='c.html#%C3%BC%20x'></a><a href='../b/c.html'></a>\
            <a href='#w.x=3'></a>";
        assert_eq!(problems(html), Vec::<String>::new());
    }

    #[test]
    fn dead_links_are_found() {
        let html = "<a href='d.html'></a><a href='#gone'></a><a href='c.html#x'></a>\
            <a href='../../../etc/passwd'></a><img src='x.png'><main>{{#include x}}</main>";
        assert_eq!(problems(html).len(), 6);
    }
}
