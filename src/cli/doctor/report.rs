//! What was found, and how it is told.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

/// How much a finding matters. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Somebody has to do something.
    Care,
    /// Somebody may want to know.
    Note,
    /// Looked at, and all right.
    Ok,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Care => "care",
            Self::Note => "note",
            Self::Ok => "ok",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What was looked at: a name that stays.
    pub check: &'static str,
    /// Where: a table, an index, a role, a setting, or the database as a whole.
    pub subject: String,
    /// What it is, and what to do.
    pub message: String,
}

impl Finding {
    fn new(level: Level, check: &'static str, subject: impl Into<String>, message: impl Display) -> Self {
        // What a database says may have line breaks, and a finding is a line.
        let message = message.to_string();
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            level,
            check,
            subject: subject.into(),
            message,
        }
    }

    /// One that somebody has to act on.
    pub(super) fn care(check: &'static str, subject: impl Into<String>, message: impl Display) -> Self {
        Self::new(Level::Care, check, subject, message)
    }

    /// One to know of.
    pub(super) fn note(check: &'static str, subject: impl Into<String>, message: impl Display) -> Self {
        Self::new(Level::Note, check, subject, message)
    }

    /// That all is right.
    pub(super) fn ok(check: &'static str, subject: impl Into<String>, message: impl Display) -> Self {
        Self::new(Level::Ok, check, subject, message)
    }
}

/// These findings; where there are none, that all is right with the database as a whole.
pub(super) fn or_ok(findings: Vec<Finding>, check: &'static str, message: &str) -> Vec<Finding> {
    if findings.is_empty() {
        return vec![Finding::ok(check, "database", message)];
    }
    findings
}

/// Everything that was found. Displayed it is a table.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whether nothing needs care.
    pub healthy: bool,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// A report of these findings.
    pub(super) fn new(mut findings: Vec<Finding>) -> Self {
        // Those of one level stay in the order in which they were looked for.
        findings.sort_by_key(|finding| finding.level);
        Self {
            healthy: findings.iter().all(|finding| finding.level != Level::Care),
            findings,
        }
    }

    /// How many findings there are of each level, in a sentence.
    fn summary(&self) -> String {
        let count = |level| self.findings.iter().filter(|finding| finding.level == level).count();
        let care = match count(Level::Care) {
            0 => "Nothing needs care".to_owned(),
            1 => "1 finding needs care".to_owned(),
            many => format!("{many} findings need care"),
        };
        let notes = match count(Level::Note) {
            1 => "1 is a note".to_owned(),
            many => format!("{many} are notes"),
        };
        format!("{care}, {notes}, {} ok.", count(Level::Ok))
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let widest = |heading: &str, text: fn(&Finding) -> &str| {
            let widths = self.findings.iter().map(|finding| text(finding).chars().count());
            widths.chain([heading.len()]).max().unwrap_or_default()
        };
        let check = widest("check", |finding| finding.check);
        let subject = widest("subject", |finding| &finding.subject);
        writeln!(out, "level  {:<check$}  {:<subject$}  message", "check", "subject")?;
        for finding in &self.findings {
            writeln!(
                out,
                "{:<5}  {:<check$}  {:<subject$}  {}",
                finding.level.name(),
                finding.check,
                finding.subject,
                finding.message
            )?;
        }
        writeln!(out, "\n{}", self.summary())
    }
}
