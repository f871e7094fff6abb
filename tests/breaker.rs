//! A host that keeps failing rests; and how each host behaved is counted.

use std::time::Duration;

use ransomtrail::http::{HostStatistics, Http, HttpError, HttpOptions};

use crate::http::{Bench, secs};
use crate::support::{Answer, FakeChain, FakeExplorer, Trouble};

/// No retries: each request is one try.
fn bench() -> Bench {
    Bench::new(|options| options.retries = 0)
}

fn down(times: usize) -> Vec<Trouble> {
    vec![Trouble::server_error(); times]
}

/// The seconds for which the host rests.
async fn resting(bench: &Bench) -> u64 {
    match bench.tip().await.unwrap_err() {
        HttpError::Resting { seconds, .. } => seconds,
        other => panic!("{other}"),
    }
}

fn statistics(http: &Http) -> HostStatistics {
    let [only] = http.statistics().try_into().unwrap();
    only
}

#[tokio::test]
async fn a_host_that_keeps_failing_rests() {
    let bench = bench();
    bench.server.script(down(3));
    for _ in 0..3 {
        assert!(matches!(bench.tip().await, Err(HttpError::Status { status: 500, .. })));
    }
    let host = bench.server.host();
    assert_eq!(
        bench.tip().await.unwrap_err().to_string(),
        format!(
            "{host} rests for 5 min after 3 failures in a row; the last: {host} answered 500 to \
             /api/blocks/tip/height: internal server error"
        )
    );
    assert_eq!(bench.server.requests().len(), 3, "nothing was sent");
    assert_eq!(bench.waits(), [], "it was said at once");
    bench.later(secs(299));
    assert_eq!(resting(&bench).await, 1);
    assert_eq!(statistics(&bench.http).resting_for, Some(secs(1)));
    bench.later(secs(1));
    assert_eq!(bench.tip().await.unwrap(), b"100");
    assert_eq!(statistics(&bench.http).resting_for, None);
    bench.server.script(down(2));
    assert!(bench.tip().await.is_err() && bench.tip().await.is_err());
    assert_eq!(bench.tip().await.unwrap(), b"100", "the count began anew");
}

#[tokio::test]
async fn each_failed_trial_doubles_the_rest() {
    let bench = Bench::new(|options| options.cool_down = secs(600));
    bench.server.script(vec![Trouble::Close; 15]);
    for _ in 0..3 {
        assert!(bench.tip().await.is_err());
    }
    assert_eq!(bench.server.requests().len(), 15, "five tries each");
    let mut asked = 15;
    for rest in [600, 1200, 2400, 3600, 3600] {
        assert_eq!(resting(&bench).await, rest);
        bench.later(secs(rest));
        bench.server.script(down(1));
        assert!(matches!(bench.tip().await, Err(HttpError::Status { status: 500, .. })));
        asked += 1;
        assert_eq!(bench.server.requests().len(), asked, "a trial is one try");
    }
}

/// Many tasks at once: one of them is the trial, the others are told to wait.
#[tokio::test]
async fn one_trial_at_a_time() {
    let bench = Bench::new(|options| (options.retries, options.breaker_failures) = (0, 1.try_into().unwrap()));
    bench.server.script(down(1));
    assert!(bench.tip().await.is_err());
    bench.later(secs(300));
    let (a, b, c) = tokio::join!(bench.tip(), bench.tip(), bench.tip());
    let outcomes = [a, b, c];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let told = outcomes.iter().filter(|outcome| matches!(outcome, Err(HttpError::Resting { seconds: 1, .. })));
    assert_eq!(told.count(), 2);
    assert_eq!(bench.server.requests().len(), 2);
    bench.tip().await.unwrap();
}

/// A request that would be tried again is not, once another one has learnt that the host wants to be left alone.
#[tokio::test]
async fn requests_on_their_way_do_not_go_on_knocking() {
    let bench = Bench::new(|options| options.timeout = Duration::from_millis(500));
    bench.server.script_on("slow", 9, Trouble::Hang);
    bench.server.script_on("quick", 9, Trouble::too_many_for("7200"));
    let (slow, quick) = (bench.url("slow"), bench.url("quick"));
    let (slow, quick) = tokio::join!(bench.http.get(&slow), bench.http.get(&quick));
    assert!(matches!(quick, Err(HttpError::Status { status: 429, .. })));
    assert!(matches!(slow, Err(HttpError::Unreachable { .. })), "{slow:?}");
    assert_eq!(bench.server.requests().len(), 2);
}

#[tokio::test]
async fn what_is_an_answer_and_what_a_failure() {
    let check = async |trouble: Trouble, rests: bool| {
        let bench = bench();
        bench.server.script(vec![trouble.clone(); 3]);
        for _ in 0..3 {
            assert!(bench.tip().await.is_err(), "{trouble:?}");
        }
        assert_eq!(matches!(bench.tip().await, Err(HttpError::Resting { .. })), rests, "{trouble:?}");
    };
    for status in [400, 404, 405, 410, 422] {
        check(Trouble::Answer(Answer::text(status, "")), false).await;
    }
    for status in [401, 402, 403, 408, 429, 430, 451, 500, 502, 503] {
        check(Trouble::Answer(Answer::text(status, "")), true).await;
    }
    check(Trouble::Close, true).await;
    check(Trouble::CutBody, true).await;
}

#[tokio::test]
async fn an_answer_between_them_ends_a_row_of_failures() {
    let bench = bench();
    for _ in 0..4 {
        bench.server.script(down(2));
        assert!(bench.tip().await.is_err() && bench.tip().await.is_err());
        assert!(matches!(bench.http.get(&bench.url("nowhere")).await, Err(HttpError::Status { status: 404, .. })));
    }
    assert_eq!(bench.server.requests().len(), 12);
}

/// Hosts ban those who knock again before the time that they named.
#[tokio::test]
async fn a_host_that_asks_for_a_long_pause_gets_it() {
    let bench = Bench::plain();
    bench.server.script([Trouble::too_many_for("7200")]);
    assert!(matches!(bench.tip().await, Err(HttpError::Status { status: 429, .. })));
    let host = bench.server.host();
    let said = bench.tip().await.unwrap_err().to_string();
    assert!(said.starts_with(&format!("{host} rests for 2 h after a failure: {host} answered 429")), "{said}");
    bench.later(secs(7199));
    assert_eq!(resting(&bench).await, 1);
    bench.later(secs(1));
    assert_eq!(bench.tip().await.unwrap(), b"100");

    bench.server.script([Trouble::too_many_for("18446744073709551615")]);
    assert!(bench.tip().await.is_err());
    assert_eq!(resting(&bench).await, 86_400, "a day at most");
}

#[tokio::test]
async fn other_hosts_do_not_rest() {
    let bench = bench();
    let other = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    bench.server.script(down(3));
    for _ in 0..3 {
        assert!(bench.tip().await.is_err());
    }
    // Clones share the rest.
    let clone = bench.http.clone();
    assert!(matches!(clone.get(&bench.url("blocks/tip/hash")).await, Err(HttpError::Resting { .. })));
    clone.get(&format!("{}/blocks/tip/hash", other.url()).parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn counts_every_try() {
    let bench = Bench::plain();
    let other = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    bench.server.script([Trouble::server_error(), Trouble::too_many_for("3"), Trouble::Close]);
    bench.tip().await.unwrap();
    bench.http.get(&bench.url("nowhere")).await.unwrap_err();
    bench.http.get(&format!("{}/blocks/tip/hash", other.url()).parse().unwrap()).await.unwrap();

    let name = bench.server.host();
    let of = |all: &[HostStatistics], name: &str| all.iter().find(|s| s.host == name).cloned().unwrap();
    let all = bench.http.statistics();
    let mut hosts = [name.clone(), other.host()];
    hosts.sort();
    assert_eq!(all.iter().map(|s| s.host.clone()).collect::<Vec<_>>(), hosts);
    let seen = of(&all, &name);
    assert_eq!((seen.requests, seen.answered, seen.refusals, seen.failures), (5, 2, 1, 2));
    assert_eq!(
        seen.last_failure.as_deref(),
        Some(format!("{name} cannot be reached: connection closed without an answer").as_str())
    );
    let seen = of(&all, &other.host());
    assert_eq!((seen.requests, seen.answered, seen.refusals, seen.failures), (1, 1, 0, 0));
    assert_eq!((seen.last_failure, seen.resting_for), (None, None));
}

/// What is taken is not taken again, and the sum over all takings is everything.
#[tokio::test]
async fn statistics_are_taken_once() {
    let bench = bench();
    assert_eq!(bench.http.take_statistics(), []);
    bench.server.script(down(1));
    assert!(bench.tip().await.is_err());
    bench.tip().await.unwrap();
    let [first] = bench.http.take_statistics().try_into().unwrap();
    assert_eq!((first.requests, first.answered, first.failures), (2, 1, 1));
    assert!(first.last_failure.is_some() && first.host == bench.server.host());

    bench.tip().await.unwrap();
    let [second] = bench.http.take_statistics().try_into().unwrap();
    assert_eq!((second.requests, second.answered, second.failures, second.last_failure), (1, 1, 0, None));
    let [third] = bench.http.take_statistics().try_into().unwrap();
    assert_eq!(third, HostStatistics { host: bench.server.host(), ..HostStatistics::default() });
    assert_eq!(statistics(&bench.http).requests, 3);
}

/// Latency is that of answers; the clock is the real one here, and nothing waits on it.
#[tokio::test]
async fn latency_is_measured() {
    let server = FakeExplorer::start(FakeChain::new(bitcoin::Network::Regtest));
    let http =
        Http::new(HttpOptions { retries: 0, pace: "1000/s".parse().unwrap(), ..HttpOptions::default() }).unwrap();
    let url = format!("{}/blocks/tip/height", server.url()).parse().unwrap();
    server.script(down(1));
    assert!(http.get(&url).await.is_err());
    assert_eq!((statistics(&http).latency_total, statistics(&http).latency()), (Duration::ZERO, None));
    http.get(&url).await.unwrap();
    let seen = statistics(&http);
    assert!(seen.latency_total > Duration::ZERO && seen.latency() == Some(seen.latency_total), "{seen:?}");
}
