//! Policies as they are typed: by a name that the scenario knows, or as the name of a TOML file.

use std::path::Path;

use rehearsal::policy::Policy;
use rehearsal_reports::Subject;
use rehearsal_reports::subject::Chosen;
use toml::{Table, Value};

use crate::error::Error;

/// The policy that was typed, if the scenario takes it.
pub(crate) fn chosen(subject: &Subject, typed: &str) -> Result<Chosen, Error> {
    let is_file =
        Path::new(typed).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let policy = if is_file { read(Path::new(typed))? } else { Policy::Named(typed.to_owned()) };
    accepted(subject, policy, typed).map_err(|why| {
        let scenario = subject.entry.name;
        let mend = match (subject.usual().policies(), is_file) {
            ([], _) => "leave it out; `list` tells which scenarios have policies".to_owned(),
            (_, true) => format!("`list {scenario}` shows the policies that it has; scenarios/services/docs/policies.md tells what stands in a file"),
            (_, false) => format!("`list {scenario}` shows all; a TOML file is a policy too"),
        };
        Error::Usage(format!("`{scenario}`: {why}\n  {mend}"))
    })
}

/// The policy, if the scenario takes it.
pub(crate) fn accepted(subject: &Subject, policy: Policy, typed: &str) -> Result<Chosen, String> {
    subject.usual().under(&policy).map_err(|why| why.to_string())?;
    Ok(Chosen { policy, typed: typed.to_owned() })
}

/// A policy as data: a file that is one, or a case that has one.
fn read(path: &Path) -> Result<Policy, Error> {
    let wrong = |what: String| {
        Error::Usage(format!(
            "the policy {}: {what}\n  scenarios/services/docs/policies.md tells what stands in such a file",
            path.display()
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        wrong(format!("line {line}: {}", error.message()))
    })?;
    match table.remove("policy") {
        Some(Value::Table(of_a_case)) => Ok(Policy::Data(of_a_case)),
        Some(Value::String(name)) => Ok(Policy::Named(name)),
        Some(_) => Err(wrong("`policy` is neither a name nor a table".to_owned())),
        None if table.contains_key("scenario") => Err(wrong("it is a case without a policy".to_owned())),
        None => {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            table.entry("name").or_insert(Value::String(stem));
            Ok(Policy::Data(table))
        }
    }
}
