//! What lies on the workbench, as plain Rust: the texts, what is wrong with them, and the messages
//! that change them. Nothing a reader wrote is ever thrown away: what cannot be used stays, with the
//! reason beside it.

use std::collections::BTreeMap;
use std::rc::Rc;

use model::explore::trace::Trace;
use model::kernel::Tree;
use model::machine::Schedule;
use model::report::link::{Link, Source, TEXT_MAX};
use model::scenario::{Mark, Problem, Scenario};

use crate::session::{Notice, Session, configs};

/// What diagnostics, links and mails call the reader's text.
pub const FILE: &str = "edited.c";

/// Letters of a link up to which everything that passes links on keeps them whole.
const LINK_LONG: usize = 2_000;

/// What a reader wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// The shown file's text is this now.
    Edit(String),
    /// Shows another file.
    Show(String),
    /// This configuration.
    Config(String),
    /// Compiles what has been typed.
    Check,
    /// Applies a unified diff to the kernel's text.
    Patch(String),
    /// The shown file as it was.
    Revert,
    /// What a link's fragment says.
    Link(String),
    /// The scenario was this before it was changed.
    Original(String),
}

/// The texts and what is known of them. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    /// The scenario's text.
    pub text: Rc<str>,
    /// As it was opened.
    pub original: Rc<str>,
    /// The kernel's files that differ from the tree's.
    pub edits: Rc<BTreeMap<String, String>>,
    /// The file that is shown: [`FILE`] or one of the kernel's.
    pub shown: String,
    /// The configuration's name.
    pub config: String,
    /// The scenario as it was understood last, on the changed kernel.
    pub scenario: Option<Rc<Scenario>>,
    /// What is wrong with the texts.
    pub problem: Option<Rc<Problem>>,
    /// They were changed since they were compiled.
    pub stale: bool,
    /// The reader has changed something here: the address follows.
    pub touched: bool,
    /// Something else to tell.
    pub notice: Option<Notice>,
    /// Counts texts put in place of what was typed: an editor then takes them over.
    pub generation: u32,
    /// The booted machine's, when the texts can be used.
    digest: u32,
    base: Rc<Tree>,
    base_kernel: Option<String>,
}

impl Desk {
    /// A desk with a scenario on it, compiled.
    pub fn new(text: &str) -> Desk {
        let desk = Desk {
            text: text.into(),
            original: text.into(),
            edits: Rc::default(),
            shown: FILE.into(),
            config: String::new(),
            scenario: None,
            problem: None,
            stale: true,
            touched: false,
            notice: None,
            generation: 0,
            digest: 0,
            base: Rc::new(Tree::plain()),
            base_kernel: None,
        };
        desk.after(Msg::Check)
    }

    /// The desk after a message.
    pub fn after(&self, msg: Msg) -> Desk {
        let mut next = Desk {
            notice: None,
            ..self.clone()
        };
        next.touched |= matches!(
            msg,
            Msg::Edit(_) | Msg::Config(_) | Msg::Patch(_) | Msg::Revert
        );
        match msg {
            Msg::Edit(text) => next.edit(text),
            Msg::Show(file) => next.shown = file,
            Msg::Config(name) => {
                next.config = name;
                next.check();
            }
            Msg::Check => next.check(),
            Msg::Patch(diff) => next.patch(&diff),
            Msg::Revert => next.revert(),
            Msg::Link(fragment) => next.link(&fragment),
            Msg::Original(text) => next.original = text.into(),
        }
        next
    }

    /// The files there are: the scenario, then the kernel's, those that a patch added among them.
    pub fn files(&self) -> Vec<&str> {
        let added = self
            .edits
            .keys()
            .filter(|f| !self.base.files.contains_key(*f));
        let mut files: Vec<&str> = self.base.files.keys().chain(added).map(|f| &**f).collect();
        files.sort_unstable();
        files.insert(0, FILE);
        files
    }

    /// The shown file's text.
    pub fn shown_text(&self) -> &str {
        if self.shown == FILE {
            return &self.text;
        }
        let edited = self.edits.get(&self.shown);
        let text = edited.or_else(|| self.base.files.get(&self.shown));
        text.map_or("", String::as_str)
    }

    /// Whether a file differs from how it was opened.
    pub fn is_changed(&self, file: &str) -> bool {
        match file {
            FILE => self.text != self.original,
            _ => self.edits.contains_key(file),
        }
    }

    /// The reader's changes to the kernel as a unified diff; empty for none.
    pub fn diff(&self) -> String {
        let edits = Tree {
            files: (*self.edits).clone(),
        };
        self.base.diff(&edits)
    }

    /// The reader's changes to the scenario as a unified diff; empty for none.
    pub fn scenario_diff(&self) -> String {
        let tree = |text: &str| Tree {
            files: BTreeMap::from([(FILE.to_string(), text.to_string())]),
        };
        tree(&self.original).diff(&tree(&self.text))
    }

    /// What is wrong in the shown file.
    pub fn marks(&self) -> Vec<Mark> {
        let marks = self.problem.iter().flat_map(|p| &p.marks);
        marks.filter(|m| m.file == self.shown).cloned().collect()
    }

    /// The configurations that can be chosen, the scenario's own first.
    pub fn configs(&self) -> Vec<String> {
        self.scenario.as_deref().map(configs).unwrap_or_default()
    }

    /// A stepper on what lies here, at its first finding or where the choices lead.
    ///
    /// # Errors
    /// Complete messages.
    pub fn session(&self, schedule: Option<&Schedule>) -> Result<Session, String> {
        match (&self.problem, &self.scenario) {
            (None, Some(scenario)) => Session::edited((**scenario).clone(), &self.config, schedule),
            (Some(problem), _) => Err(problem.text.clone()),
            (None, None) => Err("nothing has been compiled yet".into()),
        }
    }

    /// The fragment that leads back to these texts, before any step.
    ///
    /// # Errors
    /// A sentence, when they are too long for a link.
    pub fn fragment(&self) -> Result<String, String> {
        let patches = self.diff();
        if self.text.len().max(patches.len()) > TEXT_MAX {
            return Err(format!(
                "This is too much for a link, which carries up to {} kB: save the texts as files.",
                TEXT_MAX >> 10
            ));
        }
        let link = Link {
            version: model::report::link::VERSION,
            source: Source::Text(self.text.to_string()),
            kernel: self.base_kernel.clone(),
            patches,
            config: self.config.clone(),
            schedule: Schedule::default(),
            cursor: 0,
            digest: self.digest,
        };
        Ok(link.to_fragment())
    }

    /// Whether a session is on these texts.
    pub fn is_on(&self, session: &Session) -> bool {
        !self.stale
            && session.scenario.text == *self.text
            && session.scenario.patches == self.diff()
    }

    fn edit(&mut self, text: String) {
        if self.shown == FILE {
            self.text = text.into();
        } else {
            self.put(self.shown.clone(), text);
        }
        self.stale = true;
    }

    /// A kernel file's text; one that is the tree's own again is no edit.
    fn put(&mut self, file: String, text: String) {
        let edits = Rc::make_mut(&mut self.edits);
        if self.base.files.get(&file) == Some(&text) {
            edits.remove(&file);
        } else {
            edits.insert(file, text);
        }
    }

    fn changed(&self) -> Tree {
        let mut tree = (*self.base).clone();
        let edits = self.edits.iter();
        tree.files
            .extend(edits.map(|(f, t)| (f.clone(), t.clone())));
        tree
    }

    fn check(&mut self) {
        self.stale = false;
        self.digest = 0;
        match self.compile() {
            Ok(scenario) => {
                self.scenario = Some(Rc::new(scenario));
                self.problem = None;
            }
            Err(problem) => self.problem = Some(Rc::new(problem)),
        }
    }

    fn compile(&mut self) -> Result<Scenario, Problem> {
        let mut scenario = Scenario::parse(FILE, &self.text)?;
        self.take_kernel(scenario.kernel.as_deref());
        let is_known = |name: &str| scenario.config(name).is_ok();
        if self.config.is_empty() || !is_known(&self.config) {
            let first = scenario.configs.first();
            self.config = first.map_or_else(|| "preempt-debug".into(), |(name, _)| name.clone());
        }
        let diff = self.diff();
        if !diff.is_empty() {
            let patched = scenario.patched(&diff);
            scenario = patched.map_err(|e| Problem::text(FILE, &e))?;
        }
        let machine = scenario.machine(&scenario.config(&self.config)?)?;
        self.digest = machine.digest();
        Ok(scenario)
    }

    /// The scenario is for another kernel: the changes go along where they fit.
    fn take_kernel(&mut self, kernel: Option<&str>) {
        if self.base_kernel.as_deref() == kernel && self.scenario.is_some() {
            return;
        }
        let diff = self.diff();
        let tree = kernel.and_then(|kernel| Tree::of(kernel).ok());
        self.base = Rc::new(tree.unwrap_or_else(Tree::plain));
        self.base_kernel = kernel.map(str::to_string);
        if self.shown != FILE && !self.base.files.contains_key(&self.shown) {
            self.shown = FILE.into();
        }
        if diff.is_empty() {
            return;
        }
        let mut tree = (*self.base).clone();
        match tree.apply(&diff) {
            Ok(()) => self.take_tree(&tree),
            Err(why) => {
                let text = format!(
                    "Your changes were made to another kernel. Its files stay as you left them; as \
                     a patch they do not apply to this one: {why}"
                );
                self.notice = Some(Notice::Note(text));
            }
        }
    }

    fn take_tree(&mut self, tree: &Tree) {
        self.edits = Rc::default();
        for (file, text) in &tree.files {
            self.put(file.clone(), text.clone());
        }
        self.generation += 1;
    }

    /// The scenario can be patched, too.
    fn patch(&mut self, diff: &str) {
        let mut tree = self.changed();
        tree.files.insert(FILE.into(), self.text.to_string());
        let before = tree.clone();
        let applied = tree.apply(diff);
        if let Err(why) = applied.and_then(|()| nothing_deleted(&before, &tree)) {
            let text = format!("This does not apply: {why}. Nothing was changed.");
            self.notice = Some(Notice::Refused(text));
            return;
        }
        let changed = |f: &&String| before.files.get(*f) != tree.files.get(*f);
        let files: Vec<String> = tree.files.keys().filter(changed).cloned().collect();
        if let Some(text) = tree.files.remove(FILE) {
            self.text = text.into();
        }
        self.take_tree(&tree);
        if let Some(first) = files.first() {
            self.shown = first.clone();
        }
        self.notice = Some(Notice::Note(format!("Applied: {}.", files.join(", "))));
        self.check();
    }

    fn revert(&mut self) {
        if self.shown == FILE {
            self.text = Rc::clone(&self.original);
        } else {
            let shown = self.shown.clone();
            Rc::make_mut(&mut self.edits).remove(&shown);
        }
        self.generation += 1;
        self.check();
    }

    fn link(&mut self, fragment: &str) {
        match self.linked(fragment) {
            Ok(next) => *self = next,
            Err(why) => {
                let text = format!("This link cannot be followed: {why}.");
                self.notice = Some(Notice::Refused(text));
            }
        }
    }

    fn linked(&self, fragment: &str) -> Result<Desk, String> {
        let link = Link::parse(fragment)?;
        let Source::Text(text) = &link.source else {
            return Err("it carries no text; it is for a figure of the book".into());
        };
        let mut next = Desk::new(text);
        next.generation = self.generation + 1;
        if !link.patches.is_empty() {
            next = next.after(Msg::Patch(link.patches.clone()));
            if let Some(Notice::Refused(why)) = &next.notice {
                return Err(why.clone());
            }
            next.shown = FILE.into();
            next.notice = None;
        }
        next = next.after(Msg::Config(link.config));
        next.touched = false;
        Ok(next)
    }

    /// The execution that a link shows, when it shows one.
    ///
    /// # Errors
    /// When these choices do not lead to the state that the link was made for.
    pub fn linked_session(&self, fragment: &str) -> Result<Option<Session>, String> {
        let link = Link::parse(fragment)?;
        if link.schedule.0.is_empty() {
            return Ok(None);
        }
        let mut session = self.session(Some(&link.schedule))?;
        let (_, misfit) = Trace::follow(session.trace.initial.clone(), &link.schedule);
        session.cursor = link.cursor.min(session.len());
        match misfit {
            None if session.machine().digest() == link.digest => Ok(Some(session)),
            _ => Err(
                "this link was made with another version of the model: its choices lead to \
                 another state here"
                    .into(),
            ),
        }
    }
}

/// What becomes of a link, in a sentence.
pub fn link_words(fragment: &str, copied: bool) -> String {
    let place = match copied {
        true => "The link is in the clipboard and in the address bar.",
        false => "The link is in the address bar.",
    };
    if fragment.len() <= LINK_LONG {
        return place.into();
    }
    format!(
        "{place} It has {} letters; some programs cut links of more than {LINK_LONG}. A diff, or a mail \
         from the stepper, is safe.",
        fragment.len()
    )
}

/// A file that is gone could not be shown any more.
fn nothing_deleted(before: &Tree, after: &Tree) -> Result<(), String> {
    let gone = before.files.keys().find(|f| !after.files.contains_key(*f));
    match gone {
        None => Ok(()),
        Some(file) => Err(format!("it removes {file}; make the file empty instead")),
    }
}
