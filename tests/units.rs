//! The systemd units: what they shut out, and that the docs show them as they are.

use crate::trial::{Trial, source};

const UNITS: &[&str] =
    &["ransomtrail.service", "ransomtrail-weekly.service", "ransomtrail-weekly.timer", "ransomtrail.conf"];

fn unit(name: &str) -> String {
    std::fs::read_to_string(source("dist/systemd").join(name)).unwrap()
}

fn docs() -> String {
    std::fs::read_to_string(source("docs/server.md")).unwrap()
}

#[test]
fn the_docs_show_the_files() {
    for name in UNITS {
        assert!(docs().contains(&format!("```ini\n{}```", unit(name))), "docs/server.md does not show {name} as it is");
        assert!(docs().contains(&format!("dist/systemd/{name}")), "docs/server.md does not name {name}");
    }
}

#[test]
fn services_shut_out_what_they_do_not_need() {
    let check = |name: &str, lines: &[&str]| {
        let text = unit(name);
        for line in lines {
            assert!(text.lines().any(|one| one == *line), "{name} lacks {line}");
        }
    };
    for name in ["ransomtrail.service", "ransomtrail-weekly.service"] {
        check(
            name,
            &[
                "UMask=0077",
                "LimitCORE=0",
                "MemoryMax=1G",
                "User=ransomtrail",
                "StateDirectoryMode=0700",
                "NoNewPrivileges=yes",
                "CapabilityBoundingSet=",
                "ProtectSystem=strict",
                "PrivateDevices=yes",
                "PrivateUsers=yes",
                "MemoryDenyWriteExecute=yes",
                "RestrictNamespaces=yes",
                "SystemCallFilter=@system-service",
                "SystemCallFilter=~@privileged @resources",
            ],
        );
    }
    check("ransomtrail.service", &["RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"]);
    check("ransomtrail-weekly.service", &["RestrictAddressFamilies=none", "PrivateNetwork=yes"]);
}

/// What systemd puts there is a file of the service's own, mode 0400, that the configuration names as any other file.
#[test]
fn a_credential_is_a_secret_in_a_file() {
    let loaded = unit("ransomtrail.service");
    let id = loaded.lines().find_map(|line| line.strip_prefix("LoadCredential=")).unwrap();
    let (id, folder) = id.split_once(':').unwrap();
    let said = format!("file:/run/credentials/ransomtrail.service/{id}_");
    assert!(docs().contains(&said) && docs().contains(&format!("{folder}/blockcypher")), "{said}");

    use std::os::unix::fs::PermissionsExt;
    let trial = Trial::new();
    let file = trial.write("run/credentials/secret_hook", "http://127.0.0.1:9/hook\n");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
    let block = |file: &str| format!("[[notify]]\nname = \"desk\"\nkind = \"webhook\"\nurl = \"file:{file}\"\n");
    trial.write("config/ransomtrail/ransomtrail.toml", &block(file.to_str().unwrap()));
    let ran = trial.fails(&["notify", "test"], 1, "");
    assert!(ran.out.contains("desk: not told: ") && !ran.err.contains("cannot be read"), "{}{}", ran.out, ran.err);
    trial.write("config/ransomtrail/ransomtrail.toml", &block("/run/credentials/ransomtrail.service/secret_hook"));
    let ran = trial.fails(&["notify", "test"], 1, "");
    assert!(
        ran.out.contains("the file /run/credentials/ransomtrail.service/secret_hook cannot be read"),
        "{}",
        ran.out
    );
}
