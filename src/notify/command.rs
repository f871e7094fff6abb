use std::ffi::OsString;
use std::pin::pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::{Channel, Key, Message, Telling};
use crate::config::{ConfigError, Section, is_variable, parse_duration};
use crate::domain::{json, words};

pub(super) const CHANNEL: Channel = Channel {
    name: "command",
    about: "a program that reads our JSON from its standard input",
    keys: &[
        Key {
            name: "run",
            example: "[\"/usr/local/bin/tell-the-desk\", \"--loud\"]",
            without: None,
            about: "the program and its arguments; no shell reads them",
        },
        Key {
            name: "env",
            example: "[\"DESK_TOKEN\"]",
            without: Some("PATH, HOME, LANG and TZ alone"),
            about: "the environment variables that it sees beside those",
        },
        Key { name: "timeout", example: "\"60s\"", without: Some("60s"), about: "how long it may take" },
    ],
    asks: false,
    read,
};

/// Most characters of what a program said that are shown.
const SAID: usize = 200;
/// Most bytes of it that are read.
const READ: u64 = 64 * 1024;
/// How long the end of it is waited for when the program is over: what it left running may keep it open.
const LINGER: Duration = Duration::from_millis(200);

/// What a program gets to see of our environment whether or not it asks for it. The rest is full of secrets: tokens, webhooks, passwords of
/// mail servers.
const SHARED: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// A program, and what it needs.
struct Program {
    run: Vec<String>,
    env: Vec<String>,
    timeout: Duration,
}

fn read(section: &Section<'_>) -> Result<Telling, ConfigError> {
    let texts = |key: &str| -> Result<Vec<String>, ConfigError> {
        Ok(section.texts(key)?.unwrap_or_default().into_iter().map(str::to_owned).collect())
    };
    let (run, env) = (texts("run")?, texts("env")?);
    if run.first().is_none_or(|program| program.is_empty()) {
        return Err(
            section.error("run", "name the program and its arguments, like run = [\"/usr/local/bin/tell\", \"desk\"]")
        );
    }
    if !env.iter().all(|name| is_variable(name)) {
        return Err(section.error(
            "env",
            "takes the names of environment variables: letters, digits and _; values stay out of this file",
        ));
    }
    let timeout = section.text("timeout", parse_duration)?.unwrap_or(Duration::from_secs(60));
    let program = Arc::new(Program { run, env, timeout });
    Ok(Telling::Own(Box::new(move |message, means| {
        let program = program.clone();
        async move { Ok(program.tell(&environment(&program.env, means.variable)?, message).await?) }.boxed()
    })))
}

/// The environment of a program: what is harmless, and what its block names.
fn environment(
    names: &[String],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Vec<(String, OsString)>, String> {
    let shared = SHARED.iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    let named = names.iter().map(|name| {
        let missing = || format!("env: the environment variable {name} is not set");
        Ok((name.clone(), variable(name).ok_or_else(missing)?))
    });
    shared.map(Ok).chain(named).collect()
}

impl Program {
    /// Runs the program, which reads the message as JSON from its standard input, with this environment and no other. It fails where the program
    /// does, or takes too long.
    async fn tell(&self, env: &[(String, OsString)], message: &Message) -> Result<(), String> {
        let (run, timeout) = (&self.run, self.timeout);
        let Some((program, args)) = run.split_first() else { return Err("no program is named".to_owned()) };
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
        let mut body = json::line(&message.json()).map_err(|error| error.to_string())?;
        body.push('\n');
        let (input, errors) = (child.stdin.take(), child.stderr.take());
        let feed = async move {
            if let Some(mut input) = input {
                // A program that does not want to read may still do its work.
                let _ = input.write_all(body.as_bytes()).await;
            }
        };
        let listen = async move {
            let mut said = Vec::new();
            if let Some(mut errors) = errors {
                let _ = (&mut errors).take(READ).read_to_end(&mut said).await;
                let _ = tokio::io::copy(&mut errors, &mut tokio::io::sink()).await;
            }
            said
        };
        let mut talk = pin!(async { tokio::join!(feed, listen).1 });
        let ended = async {
            // The program's end counts, not that of the last one that holds its standard error.
            tokio::select! {
                status = child.wait() => (status, None),
                said = &mut talk => (child.wait().await, Some(said)),
            }
        };
        match tokio::time::timeout(timeout, ended).await {
            Err(_) => Err(format!("{program} took longer than {} s", timeout.as_secs_f64())),
            Ok((Err(error), _)) => Err(format!("{program}: {error}")),
            Ok((Ok(status), _)) if status.success() => Ok(()),
            Ok((Ok(status), said)) => {
                let said = match said {
                    Some(said) => said,
                    None => tokio::time::timeout(LINGER, talk).await.unwrap_or_default(),
                };
                let said = String::from_utf8_lossy(&said);
                let line = said.trim().lines().last().unwrap_or_default();
                let line: String = words::shown(line).chars().take(SAID).collect();
                let colon = if line.is_empty() { "" } else { ": " };
                Err(format!("{program} ended with {status}{colon}{line}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Occasion;
    use super::super::message::tests::arrival;
    use super::*;

    fn run(words: &[&str], timeout: Duration) -> Result<(), String> {
        let program = Program { run: words.iter().map(|word| (*word).to_owned()).collect(), env: Vec::new(), timeout };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let path = [("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".into())];
        runtime.block_on(program.tell(&path, &arrival(Occasion::Event)))
    }

    fn tell(script: &str, timeout: Duration) -> Result<(), String> {
        run(&["sh", "-c", script], timeout)
    }

    #[test]
    fn a_program_sees_what_is_harmless_and_what_is_named() {
        let variable = |name: &str| ["PATH", "DESK", "SECRET"].contains(&name).then(|| name.to_lowercase().into());
        let seen = environment(&["DESK".to_owned()], variable).unwrap();
        assert_eq!(seen, [("PATH".to_owned(), "path".into()), ("DESK".to_owned(), "desk".into())]);
        let missing = environment(&["OTHER".to_owned()], variable).unwrap_err();
        assert_eq!(missing, "env: the environment variable OTHER is not set");
    }

    #[test]
    fn a_program_reads_the_notice() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("told");
        let long = Duration::from_secs(20);
        tell(&format!("cat > '{}'", file.display()), long).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(told["events"][0]["sats"], 183_760_000);
        tell("exit 0", long).unwrap();
        let failed = tell("echo first >&2; echo no paper >&2; exit 3", long).unwrap_err();
        assert!(failed.contains("exit status: 3: no paper"), "{failed}");
        // What goes on behind a program that did its work is no failure of it.
        let pipe = folder.path().join("pipe");
        let behind = format!("mkfifo '{0}'; cat < '{0}' & exit 0", pipe.display());
        tell(&behind, Duration::from_secs(5)).unwrap();
        drop(std::fs::OpenOptions::new().write(true).open(pipe).unwrap());
        let slow = tell("exec tail -f /dev/null", Duration::from_millis(20)).unwrap_err();
        assert_eq!(slow, "sh took longer than 0.02 s");
        let missing = run(&["/nowhere/at/all"], long).unwrap_err();
        assert!(missing.starts_with("/nowhere/at/all: "), "{missing}");
    }
}
