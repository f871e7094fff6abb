use std::ffi::OsString;
use std::fmt;
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::Message;
use crate::domain::{json, words};

/// Most characters of what a program said that are shown.
const SAID: usize = 200;
/// Most bytes of it that are read.
const READ: u64 = 64 * 1024;
/// How long the end of it is waited for when the program is over: what it left running may keep it open.
const LINGER: Duration = Duration::from_millis(200);

/// The environment variables of a program. Those of the program that runs it are full of secrets: tokens, webhooks, passwords of mail servers.
#[derive(Clone, Default)]
pub struct Environment(pub Vec<(String, OsString)>);

impl fmt::Debug for Environment {
    /// Without the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Runs a program that reads the message as JSON from its standard input, with this environment and no other. It fails where the program does, or
/// takes too long.
pub(super) async fn run(run: &[String], env: &Environment, timeout: Duration, message: &Message) -> Result<(), String> {
    let Some((program, args)) = run.split_first() else { return Err("no program is named".to_owned()) };
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(env.0.iter().map(|(name, value)| (name, value)));
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

#[cfg(test)]
mod tests {
    use super::super::Occasion;
    use super::super::message::tests::arrival;
    use super::*;

    fn path() -> Environment {
        Environment(vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".into())])
    }

    fn tell(script: &str, timeout: Duration) -> Result<(), String> {
        let (words, env) = (["sh", "-c", script].map(str::to_owned), path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(&words, &env, timeout, &arrival(Occasion::Event)))
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
        let words = ["/nowhere/at/all".to_owned()];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let missing = runtime.block_on(run(&words, &path(), long, &arrival(Occasion::Event))).unwrap_err();
        assert!(missing.starts_with("/nowhere/at/all: "), "{missing}");
    }
}
