//! What leaves the machine and what is let in, through the built program: proxies of the environment, mail beside a proxy, programs
//! that are told, and who may write the configuration.

use bitcoin::Network;

use crate::live::{block, configure, story, trial};
use crate::support::{Answer, FakeChain, FakeExplorer, FakeMailServer, FakeProxy};
use crate::trial::{Ran, Trial};

const CONFIG: &str = "config/ransomtrail/ransomtrail.toml";

fn run(trial: &Trial, args: &[&str], env: &[(&str, &str)]) -> Ran {
    let done = trial.command(args).envs(env.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}

/// An explorer that only a proxy finds.
fn beyond() -> String {
    block("mine", "http://explorer.invalid/api") + "allow_http = true\n"
}

#[test]
fn a_proxy_of_the_environment_is_settled_before_anybody_is_asked() {
    let chain = story();
    let trial = trial(&chain);
    let server = FakeExplorer::start(chain);
    let proxy = FakeProxy::start(server.host().parse().unwrap());
    let webhook = format!("[[notify]]\nkind = \"webhook\"\nurl = \"plain:{}\"\n", server.url());
    configure(&trial, &(block("mine", &server.url()) + &webhook));
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
        let env = [(name, "socks5h://me:hunter2@127.0.0.1:1")];
        for args in [
            &["sync", "story"][..],
            &["watch", "story", "--rounds", "1"],
            &["lookup", &"ab".repeat(32)],
            &["--network", "mainnet", "prices", "--update"],
            &["notify", "test"],
        ] {
            let ran = run(&trial, args, &env);
            assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
            for word in [&format!("({name})"), "proxy = \"env\"", "proxy = \"none\"", "ransomtrail.toml"] {
                assert!(ran.err.contains(word), "{args:?}: {}", ran.err);
            }
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        }
        // Who asks nobody is not asked either.
        for args in [&["families"][..], &["notify", "list"], &["prices"], &["status"]] {
            assert!(!run(&trial, args, &env).err.contains("names a proxy"), "{args:?}");
        }
    }
    assert!(server.requests().is_empty() && proxy.asked().is_empty());
    assert_eq!(run(&trial, &["families"], &[("ALL_PROXY", "x")]).code, 0);
    assert_eq!(run(&trial, &["sync", "story"], &[("ALL_PROXY", "")]).code, 0, "empty is not set");

    let url = proxy.url();
    configure(&trial, &format!("proxy = \"none\"\n{}", block("mine", &server.url())));
    assert_eq!(run(&trial, &["sync", "story"], &[("ALL_PROXY", &url)]).code, 0);
    assert!(proxy.asked().is_empty());
    configure(&trial, &format!("proxy = \"env\"\n{}", beyond()));
    let ran = run(&trial, &["sync", "story"], &[("HTTPS_PROXY", &url)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(proxy.asked().iter().all(|asked| asked == "explorer.invalid:80") && !proxy.asked().is_empty());
    assert!(proxy.users().iter().all(|user| user == "explorer.invalid:x"), "{:?}", proxy.users());
    let ran = run(&trial, &["sync", "story"], &[]);
    assert!(ran.code == 2 && ran.err.contains("none of ALL_PROXY, HTTPS_PROXY, HTTP_PROXY is set"), "{}", ran.err);
    let ran = run(&trial, &["sync", "story"], &[("ALL_PROXY", "socks5://127.0.0.1:9050")]);
    assert!(ran.code == 2 && ran.err.contains("ALL_PROXY: proxy scheme socks5 would look names up"), "{}", ran.err);

    // The built-in record is asked without a network.
    let recorded = Trial::new();
    assert_eq!(run(&recorded, &["sync", "wannacry", "--explorer", "built-in"], &[("ALL_PROXY", &url)]).code, 0);
}

#[test]
fn mail_goes_around_a_proxy_only_where_that_is_wanted() {
    let mail = FakeMailServer::start();
    let chain = FakeChain::new(Network::Regtest);
    let trial = trial(&chain);
    let told = |server: &str, more: &str| {
        let letter = format!(
            "[[notify]]\nkind = \"email\"\nserver = \"{server}\"\nfrom = \"a@news.example\"\nto = [\"b@news.example\"]\n{more}"
        );
        configure(&trial, &format!("proxy = \"socks5h://127.0.0.1:1\"\n{letter}"));
        trial.run(&["notify", "test"])
    };
    let ran = told("smtp.invalid:465", "");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let expect = "email: not told: mail cannot go through the proxy, and would show smtp.invalid where it comes from; set around_proxy = true";
    assert!(ran.out.contains(expect), "{}", ran.out);
    let ran = told("smtp.invalid:465", "around_proxy = true\n");
    assert!(ran.code == 1 && ran.out.starts_with("email: not told: smtp.invalid:465: "), "{}{}", ran.out, ran.err);
    let ran = told(&format!("127.0.0.1:{}", mail.port), "tls = \"none\"\n");
    assert_eq!((ran.code, ran.out.as_str()), (0, "email: told\n"), "this machine is asked without: {}", ran.err);
}

#[test]
fn a_program_sees_what_its_block_names() {
    let trial = trial(&FakeChain::new(Network::Regtest));
    configure(
        &trial,
        "[[notify]]\nkind = \"command\"\nrun = [\"sh\", \"-c\", \"env > seen\"]\nenv = [\"DESK_TOKEN\"]\n",
    );
    let secret = ("MAIL_PASSWORD", "hunter2");
    let ran = run(&trial, &["notify", "test"], &[secret, ("DESK_TOKEN", "t0ken"), ("LANG", "C.UTF-8"), ("TZ", "UTC")]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "command: told\n"), "{}", ran.err);
    let seen = std::fs::read_to_string(trial.path("seen")).unwrap();
    let names: Vec<&str> = seen.lines().filter_map(|line| line.split('=').next()).collect();
    for name in ["PATH", "HOME", "LANG", "TZ", "DESK_TOKEN"] {
        assert!(names.contains(&name), "{name}: {seen}");
    }
    // A shell adds some of its own.
    let known = ["PATH", "HOME", "LANG", "TZ", "DESK_TOKEN", "PWD", "OLDPWD", "SHLVL", "_"];
    assert!(names.iter().all(|name| known.contains(name)) && seen.contains("DESK_TOKEN=t0ken\n"), "{seen}");
    let ran = run(&trial, &["notify", "test"], &[secret]);
    assert!(ran.code == 1 && ran.out.contains("the environment variable DESK_TOKEN is not set"), "{}", ran.out);
}

#[test]
fn a_configuration_that_others_can_change_is_not_read() {
    let trial = trial(&FakeChain::new(Network::Regtest));
    let (file, folder) = (trial.path(CONFIG), trial.path("config/ransomtrail"));
    let named = file.display().to_string();
    let check = |file_mode: u32, folder_mode: u32, expect: Option<String>| {
        trial.mode(CONFIG, file_mode);
        trial.mode("config/ransomtrail", folder_mode);
        for args in [&["families"][..], &["families", "--config", &named]] {
            let ran = trial.run(args);
            match &expect {
                None => assert_eq!(ran.code, 0, "{file_mode:o} in {folder_mode:o}: {}", ran.err),
                Some(run) => {
                    assert_eq!(ran.code, 1, "{file_mode:o} in {folder_mode:o}: {}", ran.out);
                    let why = "a configuration can run programs and send files";
                    assert!(ran.err.contains(why) && ran.err.trim_end().ends_with(run), "{}", ran.err);
                }
            }
        }
    };
    let of_file = Some(format!("run: chmod go-w {named}"));
    let of_folder = Some(format!("run: chmod go-w {}", folder.display()));
    for fine in [0o600, 0o640, 0o644, 0o444] {
        check(fine, 0o700, None);
        check(fine, 0o755, None);
        check(fine, 0o1777, None);
        check(fine, 0o777, of_folder.clone());
        check(fine, 0o775, of_folder.clone());
    }
    for bad in [0o620, 0o602, 0o660, 0o664, 0o646, 0o666, 0o777] {
        check(bad, 0o700, of_file.clone());
    }
    check(0o644, 0o755, None);

    // A link is judged by what it leads to.
    trial.write("elsewhere/real.toml", "network = \"regtest\"\n");
    std::os::unix::fs::symlink(trial.path("elsewhere/real.toml"), trial.path("link.toml")).unwrap();
    trial.ok(&["families", "--config", "link.toml"]);
    trial.mode("elsewhere", 0o777);
    trial.fails(&["families", "--config", "link.toml"], 1, "others can replace it in its folder");
    // What is no file has nobody who could write to it later.
    for (text, code) in [("network = \"regtest\"\n", 0), ("netwrk = \"regtest\"\n", 1)] {
        let done = trial.command(&["families", "--config", "/dev/stdin"]).write_stdin(text).output().unwrap();
        assert_eq!(done.status.code(), Some(code), "{}", String::from_utf8_lossy(&done.stderr));
    }
    // Only root can give a file away.
    if std::os::unix::fs::chown(&file, Some(12_345), None).is_ok() {
        trial.fails(&["families"], 1, "belongs to another user, and a configuration can run programs");
    }
}

#[test]
fn a_web_page_where_an_api_should_be_is_named() {
    let trial = trial(&story());
    let server = FakeExplorer::speaking(story(), |_, _| Answer::html(200, "Explorer"));
    let ran = trial.run(&["sync", "story", "--explorer", &server.url()]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("a web page, not an explorer's answer; is /api missing from the URL?"), "{}", ran.err);
}

/// Neither name is ever looked up outside the machine's own resolver (RFC 6761).
#[test]
fn without_a_network_that_is_said_once_and_soon() {
    let trial = trial(&story());
    let far = |name: &str| block(name, &format!("http://{name}.invalid/api")) + "allow_http = true\n";
    configure(&trial, &(far("one") + &far("two")));
    let began = std::time::Instant::now();
    let ran = trial.run(&["sync", "story"]);
    assert!(began.elapsed() < std::time::Duration::from_secs(30), "{:?}", began.elapsed());
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("no network: asked one.invalid, then two.invalid"), "{}", ran.err);
    assert!(ran.err.contains("show what is recorded") && !ran.err.contains("cannot be reached"), "{}", ran.err);
}

#[test]
fn an_empty_variable_is_none() {
    let trial = Trial::new();
    let ran = run(&trial, &["status"], &[("RANSOMTRAIL_DB", ""), ("RANSOMTRAIL_CONFIG", "")]);
    let said = ran.out + &ran.err;
    assert!(said.contains("nothing is recorded yet in") && said.contains("data/ransomtrail/ransomtrail.db"), "{said}");
}
