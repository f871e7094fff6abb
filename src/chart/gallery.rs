use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Chart, Drawing, Input, render_png};

/// A chart in all its forms.
#[derive(Debug)]
pub struct Picture {
    /// Name of the chart.
    pub name: &'static str,
    /// SVG, CSV, words.
    pub drawing: Drawing,
    /// PNG at twice the nominal size; `None` where none was asked for.
    pub png: Option<Vec<u8>>,
}

/// Draws and renders charts side by side, on as many threads as the machine has cores. The order is that of `charts`.
pub fn pictures(input: &Input<'_>, charts: &[&'static Chart], with_png: bool) -> anyhow::Result<Vec<Picture>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(charts.len());
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, anyhow::Result<Picture>)>> = Mutex::new(Vec::new());
    let work = || {
        while let Some((at, chart)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, charts.get(n)?)))
        {
            let picture = picture(input, chart, with_png);
            done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((at, picture));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, picture)| picture).collect()
}

fn picture(input: &Input<'_>, chart: &Chart, with_png: bool) -> anyhow::Result<Picture> {
    let drawing = (chart.draw)(input);
    let png = with_png.then(|| render_png(&drawing.svg)).transpose()?;
    Ok(Picture { name: chart.name, drawing, png })
}
