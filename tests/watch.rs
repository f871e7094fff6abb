//! The poller of a small server: rounds, signals, the lock, logs, and what `status` says of it all.

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::live::{block, configure, story, trial};
use crate::support::{FakeExplorer, Trouble};
use crate::trial::Trial;

/// Starts `watch` and lets it run.
fn start(trial: &Trial, args: &[&str]) -> Child {
    let mut command = trial.process(&[&["watch", "story"], args].concat());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until something is so, or the test has failed.
fn until(what: &str, so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what} never came");
        std::thread::yield_now();
    }
}

fn tell(child: &Child, signal: &str) {
    let status = std::process::Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
    assert!(status.unwrap().success());
}

fn ended(child: &mut Child) -> (i32, String, String) {
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code().unwrap_or(-1), out, err)
}

#[test]
fn rounds_are_made_and_logged_as_json() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let args = ["--explorer", &server.url(), "--every", "1ms", "--rounds", "3", "--log-format", "json"];
    let mut child = start(&trial, &args);
    let (code, out, err) = ended(&mut child);
    assert_eq!((code, out.as_str()), (0, "stopped after 3 rounds\n"), "{err}");
    let lines: Vec<Value> = err.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let rounds: Vec<&Value> = lines.iter().filter(|line| line["message"] == "round").collect();
    assert_eq!(rounds.len(), 3, "{err}");
    assert_eq!((&rounds[0]["new"], &rounds[1]["new"]), (&76.into(), &0.into()));
    assert!(rounds.iter().all(|round| round["whole"] == true && round["level"] == "INFO"), "{err}");

    let status = trial.run(&["status", "--json"]);
    assert_eq!(status.code, 0, "{}", status.out);
    let status: Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!((&status["ok"], &status["watched"]), (&true.into(), &false.into()));
    assert_eq!(status["families"][0]["reconciled"], 2);
    assert_eq!(status["explorers"][0]["requests"], server.requests().len());
    assert_eq!(status["explorers"][0]["answered"], server.requests().len());
}

#[test]
fn a_signal_ends_it_in_good_order_and_loses_nothing() {
    for (signal, asked) in [("TERM", 5), ("INT", 8), ("TERM", 9)] {
        let chain = story();
        let trial = trial(&chain);
        let server = FakeExplorer::start(chain.clone());
        // The next request hangs: the signal comes in the middle of a page.
        server.script_at(asked, Trouble::Hang);
        let mut child = start(&trial, &["--explorer", &server.url(), "--every", "1h"]);
        until("the request", || server.requests().len() > asked);
        tell(&child, signal);
        let (code, out, err) = ended(&mut child);
        assert_eq!((code, out.as_str()), (0, "stopped after 0 rounds\n"), "{err}");
        assert!(err.contains(&format!("by=\"SIG{signal}\"")), "{err}");
        let ran = trial.run(&["sync", "story", "--explorer", &server.url()]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert_eq!(crate::trial::views(&trial), crate::live::clean_views(chain));
    }
}

#[test]
fn two_watchers_do_not_collide_and_readers_are_welcome() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let mut child = start(&trial, &["--explorer", &server.url(), "--every", "1h"]);
    until("the first round", || trial.run(&["status"]).out.contains("all is well"));
    let second = trial.run(&["watch", "story", "--explorer", &server.url(), "--rounds", "1"]);
    assert_eq!(second.code, 1, "{}{}", second.out, second.err);
    assert!(second.err.contains("another ransomtrail watch is at work on it"), "{}", second.err);
    assert_eq!(trial.run(&["summary", "story"]).code, 0);
    assert_eq!(trial.run(&["sync", "story", "--explorer", &server.url()]).code, 0, "a writer waits for its turn");
    assert!(trial.run(&["status"]).out.contains("a ransomtrail watch is at work"));
    tell(&child, "TERM");
    assert_eq!(ended(&mut child).0, 0);
    // Whoever is killed leaves no lock behind.
    let mut child = start(&trial, &["--explorer", &server.url(), "--every", "1h"]);
    until("the lock", || trial.run(&["status"]).out.contains("a ransomtrail watch is at work"));
    child.kill().unwrap();
    child.wait().unwrap();
    let again = trial.run(&["watch", "story", "--explorer", &server.url(), "--rounds", "1"]);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
}

#[test]
fn status_is_for_monitoring() {
    let chain = story();
    let trial = trial(&chain);
    let nothing = trial.run(&["status"]);
    assert_eq!(nothing.code, 1);
    assert!(nothing.out.contains("nothing is recorded yet"), "{}", nothing.out);

    let server = FakeExplorer::start(chain);
    configure(&trial, &block("fake", &server.url()));
    trial.run(&["sync", "story"]);
    let fine = trial.run(&["status"]);
    assert_eq!(fine.code, 0, "{}", fine.out);
    assert!(fine.out.contains("all is well") && fine.out.contains("newest block 109"), "{}", fine.out);
    let old = trial.run(&["status", "--max-age", "0s"]);
    // The very second may not be over.
    assert!(old.code == 0 || old.out.contains("the last round ended"), "{}", old.out);

    // A round that nobody answered.
    server.script_on("", 100, Trouble::server_error());
    assert_eq!(trial.run(&["sync", "story"]).code, 1);
    let bad = trial.run(&["status"]);
    assert_eq!(bad.code, 1, "{}", bad.out);
    assert!(bad.out.contains("nobody answered for 2 addresses in the last round"), "{}", bad.out);
    let json = trial.run(&["status", "--json"]).out;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["explorers"][0]["failures"].as_u64().unwrap() > 0, "{json}");
    assert!(json["explorers"][0]["last_failure"].as_str().unwrap().contains("500"), "{json}");
}

#[test]
fn an_unreconciled_address_is_marked_with_the_difference() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    // One page lacks a row, each time that it is asked for.
    server.script_on("/txs", 100, Trouble::MissingRow);
    let ran = trial.run(&["sync", "story", "--explorer", &server.url()]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let status = trial.run(&["status"]);
    assert_eq!(status.code, 1, "{}", status.out);
    assert!(status.out.contains("NOT reconciled") && status.out.contains("difference -"), "{}", status.out);
    let summary = trial.run(&["summary", "story"]);
    assert!(summary.out.contains("NOT reconciled"), "{}", summary.out);
}
