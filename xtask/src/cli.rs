//! The command line of `cargo xtask`.

use crate::bench::Options;

/// What is shown for `cargo xtask`, `--help` and after a command that is not understood.
pub const HELP: &str = "\
Usage: cargo xtask COMMAND

  setup               set up the compiler for WebAssembly, if it is not there yet
  build               build the site into target/book, as far as something has changed
  serve [--port N]    build the site, serve it on http://127.0.0.1:3000 (or port N),
                      rebuild and reload on every change
  test [STEP…]        everything a reviewer would run, or only the named steps
  test --list         the names of the steps
  bench [--rounds N] [--large] [MODEL…]
                      measure the explorer beside SPIN and stateright, natively and as
                      WebAssembly, on models whose numbers of states are known
  preprocess          mdBook's preprocessor; run by plain `mdbook build` and `mdbook serve`

WASM_TOOLCHAIN=rustup or WASM_TOOLCHAIN=debian chooses the compiler for WebAssembly;
without it rustup is tried first, then Debian's packages.";

/// The port of `serve` when none is given.
const PORT: u16 = 3000;

/// The rounds of `bench` when none are given.
const ROUNDS: usize = 3;

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Task {
    /// Show [`HELP`].
    Help,
    /// Set up the WebAssembly toolchain.
    Setup,
    /// Build the site.
    Build,
    /// Speak mdBook's preprocessor protocol.
    Preprocess(Vec<String>),
    /// Build, serve and watch.
    Serve {
        /// The port to listen on; 0 lets the system choose.
        port: u16,
    },
    /// Show the names of the test steps.
    ListSteps,
    /// Measure the explorer.
    Bench(Options),
    /// Run these steps, or all when none is named.
    Test {
        /// Names of steps.
        steps: Vec<String>,
    },
}

/// Reads the arguments after `cargo xtask`.
pub fn parse(arguments: &[String]) -> Result<Task, String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "--help" | "-h", ..] => Ok(Task::Help),
        [_, rest @ ..] if rest.contains(&"--help") => Ok(Task::Help),
        ["setup"] => Ok(Task::Setup),
        ["build"] => Ok(Task::Build),
        ["preprocess", ..] => Ok(Task::Preprocess(arguments[1..].to_vec())),
        ["serve"] => Ok(Task::Serve { port: PORT }),
        ["serve", "--port", port] | ["serve", "-p", port] => parse_port(port),
        ["test", rest @ ..] if rest.contains(&"--list") => Ok(Task::ListSteps),
        ["test", steps @ ..] => match steps.iter().find(|step| step.starts_with('-')) {
            Some(option) => Err(format!("`cargo xtask test` has no option {option}")),
            None => Ok(Task::Test {
                steps: arguments[1..].to_vec(),
            }),
        },
        ["bench", rest @ ..] => parse_bench(rest),
        _ => Err(format!(
            "`cargo xtask {}` is not understood",
            words.join(" ")
        )),
    }
}

fn parse_port(port: &str) -> Result<Task, String> {
    let port = port
        .parse()
        .map_err(|_| format!("{port} is no port number (0 to 65535)"))?;
    Ok(Task::Serve { port })
}

fn parse_bench(words: &[&str]) -> Result<Task, String> {
    let mut options = Options {
        rounds: ROUNDS,
        large: false,
        names: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        match word {
            "--large" => options.large = true,
            "--rounds" => options.rounds = parse_rounds(words.next().copied())?,
            option if option.starts_with('-') => {
                return Err(format!("`cargo xtask bench` has no option {option}"));
            }
            name => options.names.push(name.to_owned()),
        }
    }
    Ok(Task::Bench(options))
}

fn parse_rounds(rounds: Option<&str>) -> Result<usize, String> {
    let rounds = rounds.ok_or("--rounds needs a number")?;
    let number = rounds.parse().ok().filter(|&n| n > 0);
    number.ok_or_else(|| format!("{rounds} is no number of rounds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn understands_commands() {
        assert_eq!(parsed(""), Ok(Task::Help));
        assert_eq!(parsed("serve --help"), Ok(Task::Help));
        assert_eq!(parsed("serve --port 8080"), Ok(Task::Serve { port: 8080 }));
        assert_eq!(
            parsed("test fmt"),
            Ok(Task::Test {
                steps: vec!["fmt".to_owned()]
            })
        );
        assert_eq!(parsed("test --list"), Ok(Task::ListSteps));
    }

    #[test]
    fn understands_bench() {
        let bench = |rounds, large, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let options = Options {
                rounds,
                large,
                names,
            };
            Ok(Task::Bench(options))
        };
        assert_eq!(parsed("bench --help"), Ok(Task::Help));
        assert_eq!(parsed("bench"), bench(3, false, &[]));
        assert_eq!(
            parsed("bench S2-M --rounds 5 --large s3-m"),
            bench(5, true, &["S2-M", "s3-m"])
        );
    }

    #[test]
    fn refuses_the_rest() {
        for line in [
            "sreve",
            "serve --port x",
            "serve --port",
            "test --fast",
            "build now",
            "bench --rounds",
            "bench --rounds 0",
            "bench --rounds many",
            "bench --fast",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
