//! What a reader does with a stepper, without a browser.

#![cfg(not(target_arch = "wasm32"))]

use model::machine::{Action, CpuId, RunId};
use web::session::{Msg, Notice, Session};
use web::spec::{Choice, Figure};

const DRAINED: &str = include_str!("../../model/scenarios/gfp-atomic-raw-spin-lock-drained.c");

/// A task that an NMI may interrupt at any step.
const SMALL: &str = r#"/*+++
title = "Small"
configs = ["preempt-debug", "rt-debug"]
[[run]]
context = "task"
entry = "main"
[[run]]
context = "nmi"
entry = "handler"
+++*/
int x;
int handler(void)
{
	x = 2;
	return x;
}
int main(void)
{
	x = 1;
	x = x + 1;
	return x;
}
"#;

fn small() -> Session {
    Session::start("small.c", SMALL, None, &Choice::First).unwrap()
}

fn drained(config: &str, find: &str) -> Session {
    let choice = Choice::parse(None, Some(find)).unwrap();
    Session::start(
        "gfp-atomic-raw-spin-lock-drained.c",
        DRAINED,
        Some(config),
        &choice,
    )
    .unwrap()
}

fn after(session: &Session, messages: &[Msg]) -> Session {
    messages
        .iter()
        .fold(session.clone(), |s, msg| s.after(msg.clone()))
}

fn refusal(session: &Session) -> &str {
    match &session.notice {
        Some(Notice::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn moves_stay_inside_the_execution() {
    let session = small();
    assert_eq!(session.cursor, session.len());
    let first = after(&session, &[Msg::First, Msg::Back]);
    assert_eq!(first.cursor, 0);
    assert_eq!(
        after(&first, &[Msg::Forward, Msg::Forward, Msg::Back]).cursor,
        1
    );
    assert_eq!(after(&first, &[Msg::Jump(2)]).cursor, 2);
    assert_eq!(after(&first, &[Msg::Jump(9999)]).cursor, session.len());
    let end = after(&first, &[Msg::Last]);
    assert_eq!(end.cursor, end.len());
    let beyond = end.after(Msg::Forward);
    assert_eq!((beyond.cursor, beyond.len()), (end.cursor, end.len()));
    assert!(matches!(beyond.notice, Some(Notice::Note(_))));
}

#[test]
fn figures_stand_at_what_is_wrong() {
    let session = drained("rt-debug", "sleeping-in-atomic");
    let at = session
        .trace
        .findings()
        .find(|(_, f)| f.class.unwrap().name() == "sleeping-in-atomic");
    assert_eq!(session.cursor, at.unwrap().0);
    let found = after(&session, &[Msg::First, Msg::NextFinding]);
    assert_eq!(
        Some(found.cursor),
        found.trace.findings().next().map(|(n, _)| n)
    );
}

#[test]
fn no_more_findings_is_said() {
    let session = small().after(Msg::NextFinding);
    assert!(matches!(session.notice, Some(Notice::Note(_))));
}

#[test]
fn other_choices_keep_the_old_execution() {
    let nmi = Msg::Choose(Action::Arrive(RunId(0)));
    assert!(matches!(
        after(&small(), &[Msg::Jump(1), nmi]).notice,
        Some(Notice::Refused(_))
    ));
    let start = small().after(Msg::Jump(1));
    let old = start.trace.schedule();
    let nmi = Action::Arrive(RunId(1));
    let branched = match start.next_action() {
        Some(next) if next == nmi => start.after(Msg::Choose(Action::Step(CpuId(0)))),
        _ => start.after(Msg::Choose(nmi)),
    };
    assert_eq!(branched.cursor, 2);
    assert_ne!(branched.trace.schedule(), old);
    let others = branched.other_branches();
    assert_eq!(others.len(), 1, "{others:?}");
    assert_eq!(others[0].parts_at, 1);
    let back = branched.after(Msg::Branch(others[0].idx));
    assert_eq!(back.trace.schedule(), old);
    assert_eq!(back.other_branches().len(), 1);
    let grown = after(&branched, &[Msg::Last]);
    assert_eq!(
        grown.other_branches().len(),
        1,
        "going on makes no new branch"
    );
}

#[test]
fn choosing_the_same_again_changes_nothing() {
    let start = small().after(Msg::First);
    let same = start.after(Msg::Choose(start.next_action().unwrap()));
    assert_eq!(same.cursor, 1);
    assert_eq!(same.trace.schedule(), start.trace.schedule());
    assert!(same.other_branches().is_empty());
}

#[test]
fn configurations_keep_the_choices() {
    let session = drained("rt-debug", "sleeping-in-atomic");
    let other = session.after(Msg::Config("preempt-debug".into()));
    assert_eq!(other.config, "preempt-debug");
    let (old, new) = (session.trace.schedule().0, other.trace.schedule().0);
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    assert!(same == new.len().min(old.len()) || other.notice.is_some());
    let back = other.after(Msg::Reset);
    assert_eq!(
        (back.config.as_str(), back.cursor),
        ("rt-debug", session.cursor)
    );
    assert_eq!(back.machine().digest(), session.machine().digest());
}

#[test]
fn unknown_configurations_are_refused() {
    let session = small().after(Msg::Config("rt-dbug".into()));
    assert!(refusal(&session).contains("rt-debug"));
    assert_eq!(session.config, "preempt-debug");
}

#[test]
fn links_lead_back() {
    let printed = drained("rt-debug", "sleeping-in-atomic");
    let there = after(
        &printed,
        &[Msg::Config("preempt-debug".into()), Msg::Jump(40)],
    );
    let linked = printed.after(Msg::Link(there.fragment()));
    assert_eq!(linked.notice, None);
    assert_eq!(
        (linked.config.as_str(), linked.cursor),
        ("preempt-debug", 40)
    );
    assert_eq!(linked.machine().digest(), there.machine().digest());
    assert_eq!(linked.fragment(), there.fragment());
}

#[test]
fn links_that_do_not_fit_are_refused() {
    let session = drained("rt-debug", "sleeping-in-atomic").after(Msg::Jump(7));
    let link = session.fragment();
    for cut in 0..link.len() {
        let refused = session.after(Msg::Link(link[..cut].into()));
        assert!(
            refusal(&refused).contains("cannot be followed"),
            "cut at {cut}"
        );
    }
    let refuses = |text: String, why: &str| {
        let refused = session.after(Msg::Link(text));
        let said = refusal(&refused);
        assert!(said.contains(why), "{said}");
    };
    refuses(
        link.replace("gfp-atomic-raw", "gfp-other"),
        "for the scenario",
    );
    refuses(link.replace("k=v5.9", "k=v5.8"), "kernel");
    refuses(
        link.replace("c=rt-debug", "c=rt-dbug"),
        "unknown configuration",
    );
    refuses(link.replace("x=c0", "x=c1"), "another version");
    let (rest, digest) = link.split_at(link.len() - 8);
    let other = if digest.starts_with('0') { '1' } else { '0' };
    refuses(format!("{rest}{other}{}", &digest[1..]), "another version");
}

#[test]
fn refused_links_leave_the_printed_state() {
    let printed = drained("rt-debug", "sleeping-in-atomic");
    let moved = printed.after(Msg::First);
    let refused = moved.after(Msg::Link("w=1&s=x".into()));
    assert_eq!(refused.cursor, printed.cursor);
    assert!(refused.after(Msg::Forward).notice.is_none());
}

#[test]
fn figures_open_again() {
    let session = drained("rt-debug", "invalid-wait-context");
    let figure = session.to_figure(vec!["Holds.".into()], "A caption.");
    let json = serde_json::to_string(&figure).unwrap();
    let again: Figure = serde_json::from_str(&json).unwrap();
    let opened = Session::open(&again).unwrap();
    assert_eq!(opened.cursor, session.cursor);
    assert_eq!(opened.trace.schedule(), session.trace.schedule());
    let other = Figure {
        digest: figure.digest ^ 1,
        ..figure
    };
    assert!(
        Session::open(&other)
            .unwrap_err()
            .contains("another version")
    );
}

#[test]
fn unusable_scenarios_are_told() {
    let start = |text: &str, find| {
        let choice = Choice::parse(None, find)?;
        Session::start("bad.c", text, None, &choice).map(|_| ())
    };
    assert!(
        start(&SMALL.replace("x = 1;", "x = ;"), None)
            .unwrap_err()
            .contains("bad.c:")
    );
    assert!(
        start(SMALL, Some("hang"))
            .unwrap_err()
            .contains("no execution")
    );
    assert!(
        start(SMALL, Some("boredom"))
            .unwrap_err()
            .contains("known are")
    );
    assert!(
        start(&SMALL.replace("\"nmi\"", "\"nm\""), None)
            .unwrap_err()
            .contains("bad.c:")
    );
    assert!(Choice::parse(Some("c0"), Some("hang")).is_err());
}

#[test]
fn where_nothing_is_wrong_the_figure_stands_inside() {
    let locks = SMALL.replace("x = 1;", "x = 3;");
    let plain = Session::start("small.c", &locks, None, &Choice::First).unwrap();
    assert_eq!(plain.cursor, plain.len(), "no lock is ever held");
    let text = include_str!("../../model/scenarios/gfp-atomic-spin-lock-irqsave.c");
    let fine = Session::start("a.c", text, Some("preempt-debug"), &Choice::First).unwrap();
    let held: usize = fine
        .machine()
        .contexts(CpuId(0))
        .map(|context| context.held.len())
        .sum();
    assert!(held >= 2, "the caller's lock and zone->lock or pcp->lock");
}

#[test]
fn the_workbench_loses_nothing() {
    use web::workbench::desk::{Desk, Msg};
    let desk = Desk::new(
        "/*+++\nkernel = \"v5.9\"\nconfig = \"preempt-debug\"\n[zone.Normal]\npages = 32\n[[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\nint f(void) { return 1; }\n",
    );
    assert_eq!(desk.problem, None);
    let wrong = desk.after(Msg::Edit("nonsense".into())).after(Msg::Check);
    assert!(wrong.problem.is_some() && &*wrong.text == "nonsense");
    assert_eq!(wrong.after(Msg::Revert).problem, None);

    let refused = desk.after(Msg::Patch("no diff".into()));
    assert!(refused.notice.is_some() && refused.edits.is_empty());

    let file = "mm/page_alloc.c";
    let shown = desk.after(Msg::Show(file.into()));
    let changed = shown.shown_text().replace("Read from", "Now read from");
    let edited = shown.after(Msg::Edit(changed)).after(Msg::Check);
    assert!(edited.is_changed(file) && edited.problem.is_none());
    let opened = desk.after(Msg::Link(edited.fragment().unwrap()));
    assert_eq!((opened.diff(), &opened.text), (edited.diff(), &edited.text));
    assert!(desk.after(Msg::Patch(edited.diff())).is_changed(file));

    // The same kernel text typed back is no change.
    assert_eq!(
        edited
            .after(Msg::Show(file.into()))
            .after(Msg::Revert)
            .diff(),
        ""
    );
}

#[test]
fn the_workbench_takes_patches_of_all_texts() {
    use web::workbench::desk::{Desk, FILE, Msg, link_words};
    let text = "/*+++\nkernel = \"v5.9\"\nconfig = \"preempt-debug\"\n[zone.Normal]\npages = 32\n\
                [[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\nint f(void) { return 1; }\n";
    let desk = Desk::new(text);
    let own = desk.after(Msg::Edit(text.replace("return 1", "return 2")));
    let again = desk.after(Msg::Patch(own.scenario_diff()));
    assert_eq!((&again.text, &*again.shown), (&own.text, FILE));
    assert_eq!(again.scenario_diff(), own.scenario_diff());

    let added = "--- /dev/null\n+++ b/mm/more.c\n@@ -0,0 +1 @@\n+int more;\n";
    let more = desk.after(Msg::Patch(added.into()));
    assert!(more.files().contains(&"mm/more.c") && more.problem.is_none());
    let linked = desk.after(Msg::Link(more.fragment().unwrap()));
    assert_eq!(linked.diff(), more.diff());

    let line = &more.shown_text().lines().next().unwrap();
    let gone = format!("--- a/mm/more.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-{line}\n");
    let refused = more.after(Msg::Patch(gone));
    let Some(Notice::Refused(why)) = &refused.notice else {
        panic!("{:?}", refused.notice)
    };
    assert!(why.contains("it removes mm/more.c"), "{why}");
    assert_eq!(refused.diff(), more.diff());

    assert!(!link_words("short", true).contains("letters"));
    assert!(link_words(&"x".repeat(5000), false).contains("5000 letters"));
    let huge = desk.after(Msg::Edit(format!("{text}//{}", "x".repeat(300_000))));
    assert!(huge.fragment().unwrap_err().contains("256 kB"));
}

#[test]
fn a_link_knows_what_was_there_before() {
    use web::workbench::desk::{Desk, Msg};
    let text = "/*+++\nconfig = \"preempt-debug\"\n[[run]]\ncontext = \"task\"\nentry = \"f\"\n+++*/\nint f(void) { return 1; }\n";
    let edited = Desk::new(text).after(Msg::Edit(text.replace("1;", "2;")));
    let fragment = edited.after(Msg::Check).fragment().unwrap();
    let linked = Desk::new("").after(Msg::Link(fragment));
    assert!(!linked.touched && linked.scenario_diff().is_empty());
    let reloaded = linked.after(Msg::Original(text.into()));
    assert_eq!(reloaded.scenario_diff(), edited.scenario_diff());
    assert_eq!(&*reloaded.after(Msg::Revert).text, text);
}
