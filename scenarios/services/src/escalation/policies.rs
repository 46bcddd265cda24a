//! How the levels of a tree can be supervised.

use std::time::Duration;

use rehearsal::policy;
use rehearsal_protocol::supervision::{Policy, Strategy};

use crate::service::policies::{always, growing};

/// The policies of the levels, from the top down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    /// Its name, for reports.
    pub name: String,
    /// The policies; the last holds for all levels that are left.
    pub levels: Vec<Policy>,
}

/// The names, as they are typed.
pub(super) static NAMES: [&str; 7] = [
    "otp-defaults",
    "patient-top",
    "patient-workers",
    "one-for-all",
    "rest-for-one",
    "backoff",
    "let-it-crash",
];

/// What is done if nothing else is said.
pub(super) fn usual() -> Levels {
    named("patient-top").expect("it is one of them")
}

/// The policy of that name.
pub(super) fn named(name: &str) -> Option<Levels> {
    let within = Duration::from_secs(5);
    let otp = || Policy::otp(Strategy::OneForOne);
    let (one, some, many) = (otp(), otp().with_intensity(4, within), otp().with_intensity(100, within));
    let levels = match name {
        "otp-defaults" => vec![one],
        "patient-top" => vec![many, one],
        "patient-workers" => vec![many, one, some],
        "one-for-all" => {
            let all = Policy::otp(Strategy::OneForAll);
            vec![all.clone().with_intensity(100, within), all]
        }
        "rest-for-one" => {
            let rest = Policy::otp(Strategy::RestForOne);
            vec![rest.clone().with_intensity(100, within), rest]
        }
        "backoff" => vec![growing(Strategy::OneForOne)],
        "let-it-crash" => vec![always(Strategy::OneForOne)],
        _ => return None,
    };
    Some(Levels { name: name.to_owned(), levels })
}

/// Policies as data: one that holds for all levels, or several as `levels`, from the top down.
pub(super) fn read(data: &toml::Table) -> Result<Levels, String> {
    let text = |key: &str| data.get(key).and_then(toml::Value::as_str);
    let name = text("name").unwrap_or("custom").to_owned();
    let Some(levels) = data.get("levels") else {
        return Ok(Levels { name, levels: vec![policy::Policy::read(data)?] });
    };
    if let Some(other) = data.keys().find(|key| !["name", "levels"].contains(&key.as_str())) {
        return Err(format!("`{other}` stands beside `levels`, and belongs into one of them"));
    }
    let wrong = "`levels` is a list of tables, and not empty".to_owned();
    let tables = levels.as_array().filter(|tables| !tables.is_empty()).ok_or_else(|| wrong.clone())?;
    let level = |(n, table): (usize, &toml::Value)| {
        let mut table = table.as_table().ok_or_else(|| wrong.clone())?.clone();
        table.entry("name").or_insert_with(|| toml::Value::String(format!("{name}-{}", n + 1)));
        policy::Policy::read(&table).map_err(|error| format!("level {}: {error}", n + 1))
    };
    let levels = tables.iter().enumerate().map(level).collect::<Result<_, _>>()?;
    Ok(Levels { name, levels })
}
