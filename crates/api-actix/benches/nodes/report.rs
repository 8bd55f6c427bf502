//! Figures, and how they are told.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

/// Where figures go: a line each, as soon as it is known.
#[derive(Debug, Default)]
pub(crate) struct Report {
    measurement: &'static str,
}

impl Report {
    pub(crate) fn begin(&mut self, measurement: &'static str) {
        self.measurement = measurement;
    }

    pub(crate) fn tell(&mut self, what: &str, figure: impl Display) {
        let line = format!("{:>14}  {what:<46} {figure}", self.measurement);
        writeln!(std::io::stdout().lock(), "{line}").unwrap();
    }

    /// Median, 99th percentile and maximum.
    pub(crate) fn times(&mut self, what: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        let figure = format!(
            "p50 {}  p99 {}  max {}  of {}",
            told(at(&times, 50)),
            told(at(&times, 99)),
            told(at(&times, 100)),
            times.len()
        );
        self.tell(what, figure);
    }
}

/// In milliseconds.
pub(crate) fn told(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// The value that so many percent of the sorted times do not exceed.
pub(crate) fn at(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
