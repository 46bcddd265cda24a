//! A design alternative: one that a scenario names, or one as data.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::nearest::nearest;
use crate::tree::Tree;

/// A design alternative, as it is typed and as it stands in a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Policy {
    /// One that the scenario names.
    Named(String),
    /// One as data: a table that the scenario can read.
    Data(Table),
}

impl Policy {
    /// Its name: of a table what it says of itself, or `custom`.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Data(table) => table.get("name").and_then(toml::Value::as_str).unwrap_or("custom"),
        }
    }

    /// Its name as part of a file's name.
    pub(crate) fn file_name(&self) -> String {
        self.name().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
    }

    /// Reads data as what the scenario makes of it.
    ///
    /// # Errors
    ///
    /// If a key is missing, unknown, or has the wrong value.
    pub fn read<T: DeserializeOwned>(table: &Table) -> Result<T, String> {
        Tree::of_table(table).read().map_err(|misfit| misfit.to_string())
    }

    /// The data without these of its keys.
    pub fn without(table: &Table, keys: &[&str]) -> Table {
        let mut left = table.clone();
        left.retain(|key, _| !keys.contains(&key));
        left
    }

    /// Reads one part of the data, which stands under this name, as what the scenario makes of it, if it is there.
    ///
    /// # Errors
    ///
    /// If a key is missing, unknown, or has the wrong value.
    pub fn read_part<T: DeserializeOwned>(
        name: &str,
        part: Option<&toml::Value>,
    ) -> Result<Option<T>, String> {
        let Some(part) = part else { return Ok(None) };
        Tree::of_toml(part).read().map(Some).map_err(|misfit| format!("[{name}]: {misfit}"))
    }
}

/// Why a scenario cannot run under a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// It names no such policy.
    #[error("there is no policy `{name}`{mend}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest, or all that there are.
        mend: String,
    },
    /// It cannot read the data.
    #[error("the policy `{name}` cannot be read: {why}")]
    Data {
        /// What the policy calls itself.
        name: String,
        /// What is wrong.
        why: String,
    },
}

impl BadPolicy {
    /// The error for a name that is not known.
    pub(crate) fn unknown(name: &str, known: &[&str]) -> Self {
        let mend = match (nearest(name, known.iter().copied()), known) {
            (Some(near), _) => format!("; the nearest is `{near}`"),
            (None, []) => "; the scenario has none".to_owned(),
            (None, _) => format!("; there are {}", known.join(", ")),
        };
        Self::Unknown { name: name.to_owned(), mend }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_told_with_the_nearest() {
        let text = |name, known| BadPolicy::unknown(name, known).to_string();
        assert_eq!(
            text("one-for-al", &["one-for-all", "x"]),
            "there is no policy `one-for-al`; the nearest is `one-for-all`"
        );
        assert_eq!(text("zzz", &["a", "b"]), "there is no policy `zzz`; there are a, b");
        assert_eq!(text("zzz", &[]), "there is no policy `zzz`; the scenario has none");
    }

    #[test]
    fn data_that_are_not_a_policy_say_which_key_is_wrong() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Own {
            #[expect(dead_code, reason = "only read")]
            wait: u32,
        }
        let read = |text: &str| Policy::read::<Own>(&text.parse().unwrap()).unwrap_err();
        assert!(read("wait = 1\nwiat = 2").contains("unknown field `wiat`"));
        assert!(read("").contains("missing field `wait`"));
    }
}
