use anyhow::{Result, bail};

use super::{Context, Usage};
use crate::config::ExplorerConfig;
use crate::domain::{Ask, Follow, network_name};
use crate::explorer::{self, BUILT_IN, Dialect, Explorer};
use crate::http::{Credentials, Http, HttpOptions};

/// Whether explorers may be asked about addresses. Following by address needs it.
pub fn asking(context: &Context, wanted: Option<Ask>, follow: Follow) -> Result<Ask> {
    let ask = wanted.unwrap_or(context.config.ask);
    if ask == Ask::Never && follow == Follow::Addresses {
        bail!(Usage(
            "ask = \"never\" and follow = \"addresses\" exclude each other; give --follow blocks, or --ask auto"
                .to_owned()
        ));
    }
    Ok(ask)
}

/// Refuses what would tell an explorer whom somebody watches, where that was ruled out.
pub fn must_ask(explorers: &[Explorer], what: &str) -> Result<()> {
    if explorers.iter().any(Explorer::is_discreet) {
        bail!(Usage(format!("{what} would tell explorers whom you watch; ask = \"never\" rules that out")));
    }
    Ok(())
}

/// The explorers to ask, the preferred first. How requests are made is asked once it is clear that there will be some, and what an
/// explorer wants to be shown once it is known which.
pub fn open_explorers(
    context: &Context,
    wanted: Option<&str>,
    ask: Ask,
    http_options: impl FnOnce() -> Result<HttpOptions>,
    credentials: impl Fn(&ExplorerConfig) -> Result<Credentials>,
) -> Result<Vec<Explorer>> {
    let clock = context.clock;
    if wanted == Some("built-in") {
        return Ok(vec![Explorer::built_in(clock)]);
    }
    let network = context.network();
    let mut options = http_options()?;
    let chosen: Vec<ExplorerConfig> = match wanted {
        None => context.config.explorers(),
        Some(text) if text.contains("://") => {
            let one = ExplorerConfig::from_url(text, network).map_err(Usage)?;
            options.set_pace(&one.url, context.config.pace_of(&one));
            vec![one]
        }
        Some(name) => {
            let all = context.config.explorers();
            let known: Vec<String> = all.iter().map(|e| e.name.clone()).chain(["built-in".to_owned()]).collect();
            let found = all.into_iter().find(|e| e.name == name);
            vec![found.ok_or_else(|| {
                Usage(format!(
                    "no explorer \"{name}\" for {}; there are {}, or give a URL",
                    network_name(network),
                    known.join(", ")
                ))
            })?]
        }
    };
    if chosen.is_empty() {
        bail!(Usage(format!(
            "no explorer is configured for {}; add an [[explorer]] block or give --explorer URL",
            network_name(network)
        )));
    }
    let http = Http::new(options)?;
    chosen
        .into_iter()
        .map(|one| {
            let Some(dialect) = explorer::dialect(&one.dialect) else {
                let known: Vec<&str> = explorer::DIALECTS.iter().map(|d| d.name()).collect();
                bail!(Usage(format!(
                    "explorer \"{}\" has the unknown dialect \"{}\"; there are {}",
                    one.name,
                    one.dialect,
                    known.join(", ")
                )));
            };
            if one.name == BUILT_IN.name() || dialect.name() == BUILT_IN.name() {
                bail!(Usage(format!(
                    "the name \"{}\" is that of the recorded ledgers; call explorer {} otherwise",
                    BUILT_IN.name(),
                    one.url
                )));
            }
            let credentials = credentials(&one)?;
            let explorer = Explorer::over_http(&one.name, dialect, one.url, http.clone(), network, clock);
            let explorer = explorer.with_credentials(credentials);
            Ok(if ask == Ask::Never { explorer.about_blocks_only() } else { explorer })
        })
        .collect()
}
