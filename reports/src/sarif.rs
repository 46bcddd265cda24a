//! For code scanners: the findings of a campaign as SARIF 2.1.0.
//!
//! A rule for each invariant of each scenario, and one each for its limits, its goals and its turns; a result for each distinct
//! failure. A failure has no line in the sources, so a result points at its case, and its signature is the fingerprint by which
//! a scanner knows it again.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use rehearsal::campaign::Stuck;
use rehearsal::check::Goal;
use rehearsal::run::Verdict;
use serde_json::{Value, json};

use crate::result::{CampaignResult, Finding, ScenarioResult};
use crate::subject::Tool;

/// The version of the format.
pub const VERSION: &str = "2.1.0";

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the report of a campaign.
///
/// # Errors
///
/// If the writer fails.
pub fn write(out: &mut dyn io::Write, tool: &Tool, result: &CampaignResult) -> io::Result<()> {
    let rules: Vec<Rule> = result.scenarios.iter().flat_map(rules).collect();
    let results =
        result.scenarios.iter().flat_map(|scenario| Results { tool, scenario, rules: &rules }.all());
    let document = json!({
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [{
            "tool": { "driver": {
                "name": "rehearsal",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(Rule::document).collect::<Vec<_>>(),
            }},
            "invocations": [{ "executionSuccessful": !result.internal_error() }],
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Something that has to hold in a scenario.
struct Rule {
    id: String,
    sentence: String,
}

impl Rule {
    fn document(&self) -> Value {
        json!({ "id": self.id, "shortDescription": { "text": self.sentence } })
    }
}

const LIMITS: &str = "limits";
const GOALS: &str = "goals";
const TURNS: &str = "turns";

fn rules(scenario: &ScenarioResult) -> Vec<Rule> {
    let rule = |what: &str, sentence: &str| Rule { id: id(scenario, what), sentence: sentence.to_owned() };
    let invariants = scenario.subject.rehearsal().invariants();
    let mut rules: Vec<Rule> = invariants.iter().map(|one| rule(&one.id, &one.sentence)).collect();
    rules.push(rule(LIMITS, "every run ends within its limits"));
    rules.push(rule(GOALS, "every goal is reached by some run"));
    rules.push(rule(TURNS, "every turn returns"));
    rules
}

/// The rule's id: invariants of different scenarios may have the same names.
fn id(scenario: &ScenarioResult, what: &str) -> String {
    format!("{}/{what}", scenario.subject.entry.name)
}

/// The results of one scenario.
struct Results<'a> {
    tool: &'a Tool,
    scenario: &'a ScenarioResult,
    rules: &'a [Rule],
}

impl Results<'_> {
    fn all(&self) -> Vec<Value> {
        let findings = self.scenario.findings.iter().map(|finding| self.finding(finding));
        let goals = self.scenario.missed_goals().map(|goal| self.missed(goal));
        let stuck = self.scenario.report.stuck.iter().map(|stuck| self.stuck(stuck));
        findings.chain(goals).chain(stuck).collect()
    }

    fn finding(&self, finding: &Finding) -> Value {
        let what = match &finding.failure.outcome.verdict {
            Verdict::Violation(found) => found.invariant.as_str(),
            Verdict::Limit(_) | Verdict::Pass => LIMITS,
        };
        let mut result = self.result(what, &self.text(finding), &finding.failure.signature);
        if let Some(case) = &finding.case {
            result["locations"] =
                json!([{ "physicalLocation": { "artifactLocation": { "uri": uri(case) } } }]);
        }
        result["properties"] = json!({
            "seed": format!("{:#x}", finding.failure.seed),
            "seeds": finding.failure.count,
            "deviations": finding.deviations,
        });
        result
    }

    fn missed(&self, goal: &Goal) -> Value {
        let text = format!("no run of {} reached this goal: {}", self.scenario.report.runs, goal.name);
        self.result(GOALS, &text, &goal.name)
    }

    fn stuck(&self, stuck: &Stuck) -> Value {
        let again = self.tool.run(&self.scenario.subject, stuck.seed);
        let text =
            format!("{} did not return from its turn for {:?}\nagain: {again}", stuck.actor, stuck.after);
        self.result(TURNS, &text, &stuck.actor)
    }

    fn result(&self, what: &str, text: &str, fingerprint: &str) -> Value {
        let id = id(self.scenario, what);
        let fingerprint = format!("{}: {fingerprint}", self.scenario.subject.title());
        let mut result = json!({
            "ruleId": id,
            "level": "error",
            "message": { "text": text },
            "partialFingerprints": { "rehearsalSignature/v1": fingerprint },
        });
        if let Some(index) = self.rules.iter().position(|rule| rule.id == id) {
            result["ruleIndex"] = index.into();
        }
        result
    }

    /// What was wrong, what it takes, and the command that runs it again.
    fn text(&self, finding: &Finding) -> String {
        let message = match &finding.failure.outcome.verdict {
            Verdict::Violation(found) => found.message.clone(),
            Verdict::Limit(limit) => limit.in_words(),
            Verdict::Pass => finding.failure.signature.clone(),
        };
        let story = finding.story.as_ref();
        let mut text = story.map_or(message, |story| story.message.clone());
        for choice in story.iter().flat_map(|story| &story.choices) {
            let _ = write!(text, "\nit takes {choice}");
        }
        let again = match &finding.case {
            Some(case) => self.tool.replay(case),
            None => self.tool.run(&self.scenario.subject, finding.failure.seed),
        };
        let _ = write!(text, "\nagain: {again}");
        text
    }
}

/// A path as a reference, with those characters escaped that a reference cannot have.
fn uri(path: &Path) -> String {
    let mut uri = String::new();
    for byte in path.to_string_lossy().replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    match (path.is_absolute(), uri.starts_with('/')) {
        (false, _) => uri,
        (true, true) => format!("file://{uri}"),
        (true, false) => format!("file:///{uri}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_reference() {
        assert_eq!(uri(Path::new("out/my cases/ü.toml")), "out/my%20cases/%C3%BC.toml");
        #[cfg(unix)]
        assert_eq!(uri(Path::new("/tmp/a.toml")), "file:///tmp/a.toml");
    }
}
