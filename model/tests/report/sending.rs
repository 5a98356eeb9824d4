//! Mails and links, back and forth, whole and cut.

use super::*;

#[test]
fn a_mail_survives_quoting_and_junk() {
    let scenario = kernel("rt-debug", &[("task", "caller")], DRAINED);
    let trace = trace(&scenario);
    let shot = shot(&scenario, &trace);
    for (sent, link) in [
        (mail::export(&shot), Link::by_name(&shot)),
        (mail::export_with_text(&shot), Link::with_text(&shot)),
    ] {
        assert!(sent.is_ascii());
        assert!(sent.lines().all(|l| l.len() <= mail::WIDTH), "{sent}");
        assert_eq!(mail::import(&sent), Ok(link.clone()));
        let quoted: String = sent.lines().map(|l| format!("> > {l}\r\n")).collect();
        let mail = format!("Hi,\r\n\r\n> On Sunday: Config was wrong\r\n{quoted}\r\nBye\r\n");
        assert_eq!(mail::import(&mail), Ok(link));
        for end in 0..sent.len() {
            if let Err(message) = mail::import(&sent[..end]) {
                assert!(message.contains("this"), "{message}");
            }
        }
    }
    for key in [
        "Scenario: t\n",
        "Kernel:   v5.9\n",
        "Config:   rt-debug\n",
        "BUG: sleeping function",
    ] {
        assert!(mail::export(&shot).contains(key), "{key}");
    }
}

#[test]
fn a_long_schedule_is_wrapped_and_its_loss_noticed() {
    let scenario = kernel(
        "preempt-debug",
        &[("task", "caller"), ("task", "caller")],
        DRAINED,
    );
    let mut trace = Trace::new(machine(&scenario));
    while let Some(&last) = trace.last().enabled().last() {
        if trace.steps.len() > 120 {
            break;
        }
        trace.push(last).unwrap();
    }
    let sent = mail::export(&shot(&scenario, &trace));
    assert!(sent.lines().all(|l| l.len() <= mail::WIDTH), "{sent}");
    assert_eq!(mail::import(&sent).unwrap().schedule, trace.schedule());
    let lines: Vec<&str> = sent.lines().collect();
    let at = lines
        .iter()
        .position(|l| l.starts_with("Schedule:"))
        .unwrap();
    assert!(lines[at].ends_with('.'), "{sent}");
    let without: String = lines
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != at + 1)
        .map(|(_, l)| format!("{l}\n"))
        .collect();
    assert!(mail::import(&without).unwrap_err().contains("cut"));
}

#[test]
fn every_prefix_of_a_link_is_told_to_be_cut() {
    let link = Link {
        version: link::VERSION,
        source: Source::Text("int main(void) { return 0; } /* \u{fc}ber */\n".repeat(9)),
        kernel: Some("v5.9+rfc".into()),
        patches: String::new(),
        config: "rt-debug".into(),
        schedule: "c0x12.i1.c0x3".parse::<Schedule>().unwrap(),
        cursor: 16,
        digest: 0x00ab_cdef,
    };
    let named = Link {
        source: Source::Name("a b&c=d#e%".into()),
        ..link.clone()
    };
    let patched = Link {
        patches: "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n".into(),
        ..link.clone()
    };
    for link in [link, named, patched] {
        let fragment = link.to_fragment();
        assert!(fragment.is_ascii());
        assert_eq!(Link::parse(&fragment), Ok(link.clone()));
        assert_eq!(
            Link::parse(&format!(" https://example.org/x.html#{fragment}\r\n")),
            Ok(link)
        );
        for end in 0..fragment.len() {
            let message = Link::parse(&fragment[..end]).expect_err("a part is no link");
            assert!(message.contains("link"), "{message}");
        }
    }
}

#[test]
fn each_bad_link_has_its_own_message() {
    let good = "w=1&s=x&c=rt-debug&x=c0&n=1&d=00000000";
    assert!(Link::parse(good).is_ok());
    let bomb = link::pack(&" ".repeat(link::TEXT_MAX + 1));
    let cases = [
        ("", "this is no link"),
        ("hello", "this is no link"),
        ("w=2&q=1", "version 2"),
        ("w=x", "is no number"),
        ("w=1&s=x&z=1", "field `z`"),
        ("w=1&s=x&s=y", "twice"),
        ("w=1&s=x&t=AAAA&c=c&x=&n=0&d=00000000", "two scenarios"),
        ("w=1&s=x&c=rt-debug&x=c0", "cut in half: the position"),
        ("w=1&s=x&c=rt-debug&x=q9&n=0&d=00000000", "is no choice"),
        ("w=1&s=x&c=rt-debug&x=c0&n=2&d=00000000", "points to step 2"),
        ("w=1&s=x&c=rt-debug&x=c0&n=-1&d=00000000", "is no number"),
        ("w=1&s=x&c=rt-debug&x=c0&n=1&d=0000", "part of the digest"),
        (
            "w=1&s=x&c=rt-debug&x=c0&n=1&d=zzzzzzzz",
            "eight hexadecimal digits",
        ),
        ("w=1&t=!!!&c=c&x=&n=0&d=00000000", "no base64url"),
        ("w=1&t=_____w&c=c&x=&n=0&d=00000000", "damaged"),
        ("w=1&s=%ff&c=c&x=&n=0&d=00000000", "no text"),
        (
            &format!("w=1&t={bomb}&c=c&x=&n=0&d=00000000"),
            "more than 262144 bytes",
        ),
    ];
    for (text, message) in cases {
        let told = Link::parse(text).expect_err(text);
        assert!(told.contains(message), "{text}: {told}");
    }
}

#[test]
fn a_mail_names_no_release() {
    let scenario = kernel("rt-debug", &[("task", "caller")], DRAINED);
    for version in ["v5.9", "v6.12", "v7.2"] {
        let text = scenario.text.replace("v5.9", version);
        let scenario = Scenario::parse("t.c", &text).unwrap();
        let mail = mail::export(&shot(&scenario, &trace(&scenario)));
        assert!(mail.contains("| BUG: sleeping function called"), "{mail}");
        assert!(
            !mail.contains("| 5.") && !mail.contains("| 6.") && !mail.contains("| 7."),
            "{mail}"
        );
    }
}
