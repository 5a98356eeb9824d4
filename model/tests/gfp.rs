//! The command line: exit status, messages, and what goes where.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn gfp(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gfp"))
        .args(args)
        .output()
        .unwrap()
}

/// A file that lives as long as the test.
struct Temp(PathBuf);

impl Temp {
    fn new(name: &str, text: impl AsRef<[u8]>) -> Temp {
        let dir = std::env::temp_dir().join(format!("gfp-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join(name), text).unwrap();
        Temp(dir.join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = self.0.parent().map(std::fs::remove_dir_all);
    }
}

fn plain(expect: &str, body: &str) -> String {
    format!(
        "/*+++\n[[run]]\ncontext = \"task\"\nentry = \"main\"\n{expect}+++*/\n#include <stdio.h>\n\
         int main(void)\n{{\n\t{body}\n}}\n"
    )
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_program_runs() {
    let file = Temp::new("hello.c", plain("", "printf(\"hello\\n\");\n\treturn 3;"));
    let json = gfp(&["run", file.path(), "--json"]);
    assert_eq!(json.status.code(), Some(0), "{}", stderr(&json));
    let value: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(value["log"], serde_json::json!(["hello\n"]));
    assert_eq!(value["returns"]["task"], 3);
    for format in ["text", "mail", "svg"] {
        let shown = gfp(&["run", file.path(), "--format", format]);
        assert_eq!(shown.status.code(), Some(0));
        assert!(stdout(&shown).contains("hello"), "{format}");
    }
}

#[test]
fn the_status_says_whether_the_expectation_holds() {
    let crash = "int *p = NULL;\n\n\treturn *p;";
    let include = |text: String| text.replace("<stdio.h>", "<stddef.h>");
    for (expect, status) in [
        ("", 0),
        ("[expect]\nalways = [\"panic\"]\n", 0),
        ("[expect]\nnever = [\"R-memory\"]\n", 1),
    ] {
        let file = Temp::new("crash.c", include(plain(expect, crash)));
        let check = gfp(&["check", file.path(), "--json"]);
        assert_eq!(
            check.status.code(),
            Some(status),
            "{expect}: {}",
            stderr(&check)
        );
        let value: serde_json::Value = serde_json::from_str(&stdout(&check)).unwrap();
        assert_eq!(value["holds"], status == 0);
        assert_eq!(value["violations"][0]["rule"], "R-memory");
        assert_eq!(gfp(&["run", file.path()]).status.code(), Some(status));
        let two = gfp(&["check", file.path(), file.path(), "--json"]);
        let value: serde_json::Value = serde_json::from_str(&stdout(&two)).unwrap();
        assert_eq!(value.as_array().unwrap().len(), 2);
    }
}

#[test]
fn unusable_input_is_status_2_with_its_place_and_nothing_on_stdout() {
    let broken = Temp::new("broken.c", plain("", "return x;"));
    let latin = Temp::new("latin.c", b"/*+++ \n\xfc");
    let front = Temp::new(
        "front.c",
        "/*+++\n[[run]]\ncontext = \"tsk\"\nentry = \"main\"\n+++*/\n",
    );
    let none = Temp::new("none.c", "int main(void) { return 0; }\n");
    let missing = Temp::new(
        "missing.c",
        plain("", "return 0;").replace("main(void)", "other(void)"),
    );
    let good = Temp::new("good.c", plain("", "return 0;"));
    let cases: [(&[&str], &str); 12] = [
        (
            &["run", missing.path()],
            "missing.c:4:9: error: there is no function `main`",
        ),
        (&["run", broken.path()], "broken.c:9:"),
        (&["check", broken.path(), "--json"], "broken.c:9:"),
        (
            &["check", good.path(), broken.path(), "--json"],
            "broken.c:9:",
        ),
        (&["run", latin.path(), "--json"], "latin.c:2:1: error"),
        (&["run", front.path()], "front.c:3:"),
        (&["run", none.path()], "none.c:1:"),
        (&["run", "/nonexistent/x.c"], "/nonexistent/x.c: error"),
        (&["run", good.path(), "--schedule", "c9"], "step 1"),
        (
            &["run", good.path(), "--find", "nonsense"],
            "unknown outcome",
        ),
        (
            &["check", good.path(), "--config", "rt"],
            "unknown configuration",
        ),
        (&["matrix", "--context", "nowhere"], "nowhere"),
    ];
    for (args, message) in cases {
        let output = gfp(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(stdout(&output), "", "{args:?}");
        assert!(
            stderr(&output).contains(message),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(
            !stderr(&output).contains("panicked"),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_loop_without_end_is_said_to_be_one() {
    let file = Temp::new("loop.c", plain("", "for (;;)\n\t\t;\n\treturn 0;"));
    let run = gfp(&["run", file.path(), "--json"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(
        stderr(&run).contains("did not end within"),
        "{}",
        stderr(&run)
    );
}

#[test]
fn a_mail_is_replayed_and_a_changed_scenario_noticed() {
    let text = plain("", "int x = 1;\n\n\tx++;\n\treturn x;");
    let file = Temp::new("sent.c", &text);
    let mail = stdout(&gfp(&["run", file.path(), "--format", "mail"]));
    let quoted: String = mail.lines().map(|l| format!("> {l}\r\n")).collect();
    let folder = file.0.parent().unwrap().to_str().unwrap();
    let replay = |input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gfp"))
            .args(["replay", "-", "--scenarios", folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    let good = replay(&quoted);
    assert_eq!(good.status.code(), Some(0), "{}", stderr(&good));
    assert!(stdout(&good).contains("verified"));
    std::fs::write(&file.0, text.replace("int x = 1", "int x = 2")).unwrap();
    let changed = replay(&quoted);
    assert_eq!(changed.status.code(), Some(1));
    assert!(stderr(&changed).contains("another"), "{}", stderr(&changed));
    for (input, message) in [
        ("Hello\n", "no `Scenario:` line"),
        ("Scenario: sent\n", "was cut"),
        ("w=1&s=sent&c=preempt-debug", "cut in half"),
        ("w=9&s=sent", "version 9"),
        (
            "w=1&s=../../etc/passwd&c=rt-debug&x=&n=0&d=00000000",
            "cannot be the name",
        ),
        (
            "w=1&s=other&c=rt-debug&x=&n=0&d=00000000",
            "there is no scenario `other`",
        ),
    ] {
        let output = replay(input);
        assert_eq!(output.status.code(), Some(2), "{input}");
        assert!(
            stderr(&output).contains(message),
            "{input}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let file = Temp::new(
        "many.c",
        plain(
            "",
            "for (int i = 0; i < 9000; i++)\n\t\tprintf(\"%d\\n\", i);\n\treturn 0;",
        ),
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_gfp"))
        .args(["run", file.path()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_patch_with_which_the_kernel_does_not_boot_is_shown_where_it_stops() {
    let kernel = include_str!("../kernel/v5.9/mm/page_alloc.c");
    let start = kernel.find("static void free_one_page(").unwrap();
    let lock = start + kernel[start..].find("\tspin_lock(&zone->lock);\n").unwrap();
    let line = 1 + kernel[..lock].matches('\n').count();
    let diff = format!(
        "--- a/mm/page_alloc.c\n+++ b/mm/page_alloc.c\n@@ -{line},1 +{line},2 @@\n \
         \tspin_lock(&zone->lock);\n+\tspin_lock(&zone->lock);\n"
    );
    let patch = Temp::new("twice.diff", diff);
    let text = plain("", "return 0;").replace("/*+++\n", "/*+++\nkernel = \"v5.9\"\n");
    let file = Temp::new("boot.c", text.replace("#include <stdio.h>\n", ""));
    let check = gfp(&["check", file.path(), "--patch", patch.path(), "--json"]);
    assert_eq!(
        (check.status.code(), stdout(&check).as_str()),
        (Some(2), "")
    );
    let place = format!(
        "mm/page_alloc.c:{}:2: error: model_boot() does not end",
        line + 1
    );
    assert!(stderr(&check).starts_with(&place), "{}", stderr(&check));
    assert!(stderr(&check).contains("&zone->lock, which nobody releases"));
}
