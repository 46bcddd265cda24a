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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_policy_of_that_name() {
        NAMES.iter().for_each(|name| assert_eq!(named(name).unwrap().name, *name));
        assert_eq!(named("no-such"), None);
    }

    fn reading(text: &str) -> Result<Levels, String> {
        read(&text.parse().unwrap())
    }

    #[test]
    fn levels_as_data_are_those_of_the_name() {
        let text = "name = \"otp-defaults\"\nstrategy = \"one-for-one\"";
        let one = reading(text).unwrap();
        assert_eq!(one.levels[0].intensity, named("otp-defaults").unwrap().levels[0].intensity);
        let levels = "[[levels]]\nstrategy = \"one-for-all\"\n[[levels]]\nstrategy = \"one-for-one\"\nintensity = { max = 4, within_ms = 5000 }";
        let strategies: Vec<_> = reading(levels).unwrap().levels.iter().map(|level| level.strategy).collect();
        assert_eq!(strategies, [Strategy::OneForAll, Strategy::OneForOne]);
    }

    #[test]
    fn what_is_wrong_with_a_level_is_said_with_its_number() {
        let of_level = reading("[[levels]]\nstrategy = \"one-for-two\"").unwrap_err();
        assert!(of_level.starts_with("level 1: ") && of_level.contains("one-for-two"), "{of_level}");
        assert!(reading("levels = []").unwrap_err().contains("not empty"));
        let beside =
            reading("strategy = \"one-for-one\"\n[[levels]]\nstrategy = \"one-for-all\"").unwrap_err();
        assert!(beside.contains("`strategy` stands beside"), "{beside}");
    }
}
