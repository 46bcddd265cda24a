//! The size of a scenario: whole numbers that can be set.

use std::collections::BTreeMap;

use crate::nearest::nearest;

/// A whole number of a scenario that can be set: how many clients, how many rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name on the command line and in cases.
    pub name: &'static str,
    /// What it is, in words.
    pub sentence: &'static str,
    /// What it is if nothing else is said.
    pub default: u32,
    /// The least that makes sense; shrinking goes down to it.
    pub least: u32,
    /// The most.
    pub most: u32,
}

/// A scenario has at most so many settings.
const MOST: usize = 6;

/// The values of a scenario's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    known: &'static [Setting],
    values: [u32; MOST],
}

/// Why a setting cannot have a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetting {
    /// The scenario has no such setting.
    #[error("there is no setting `{name}`{mend}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest, or all that there are.
        mend: String,
    },
    /// The value makes no sense.
    #[error("`{name}` is between {least} and {most}, and not {value}")]
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// What was asked for.
        value: u32,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
}

impl Settings {
    /// The defaults.
    ///
    /// # Panics
    ///
    /// If there are more than six settings.
    pub fn defaults(known: &'static [Setting]) -> Self {
        assert!(known.len() <= MOST, "a scenario has at most {MOST} settings");
        let mut values = [0; MOST];
        for (value, setting) in values.iter_mut().zip(known) {
            *value = setting.default;
        }
        Self { known, values }
    }

    /// The value of a setting.
    ///
    /// # Panics
    ///
    /// If the scenario does not declare it.
    pub fn get(&self, name: &str) -> u32 {
        let at = self.known.iter().position(|setting| setting.name == name);
        self.values[at.unwrap_or_else(|| panic!("the scenario declares no setting `{name}`"))]
    }

    /// The same, with another value of one setting.
    ///
    /// # Errors
    ///
    /// If there is no such setting, or the value makes no sense.
    pub fn with(mut self, name: &str, value: u32) -> Result<Self, BadSetting> {
        let Some(at) = self.known.iter().position(|setting| setting.name == name) else {
            let names = || self.known.iter().map(|setting| setting.name);
            let mend = match (nearest(name, names()), self.known) {
                (Some(near), _) => format!("; the nearest is `{near}`"),
                (None, []) => "; the scenario has none".to_owned(),
                (None, _) => format!("; there are {}", names().collect::<Vec<_>>().join(", ")),
            };
            return Err(BadSetting::Unknown { name: name.to_owned(), mend });
        };
        let Setting { name, least, most, .. } = self.known[at];
        if !(least..=most).contains(&value) {
            return Err(BadSetting::OutOfRange { name, value, least, most });
        }
        self.values[at] = value;
        Ok(self)
    }

    /// The defaults with these values.
    ///
    /// # Errors
    ///
    /// As [`Settings::with`].
    pub fn of(known: &'static [Setting], values: &BTreeMap<String, u32>) -> Result<Self, BadSetting> {
        values.iter().try_fold(Self::defaults(known), |settings, (name, value)| settings.with(name, *value))
    }

    /// The settings whose values are not the defaults.
    pub fn changed(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let all = self.known.iter().zip(self.values);
        all.filter(|(setting, value)| setting.default != *value).map(|(setting, value)| (setting.name, value))
    }

    /// Smaller ones: for each setting a few values below the present one, the least first.
    pub fn smaller(&self) -> Vec<Vec<Self>> {
        let below = |at: usize, setting: &Setting| {
            let values = (setting.least..self.values[at]).take(TRIES);
            values
                .map(|value| {
                    let mut smaller = *self;
                    smaller.values[at] = value;
                    smaller
                })
                .collect()
        };
        self.known.iter().enumerate().map(|(at, setting)| below(at, setting)).collect()
    }
}

/// Of each setting so many smaller values are tried.
const TRIES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    static TWO: &[Setting] = &[
        Setting { name: "clients", sentence: "how many clients", default: 3, least: 1, most: 9 },
        Setting { name: "rounds", sentence: "how often", default: 2, least: 2, most: 5 },
    ];

    #[test]
    fn a_setting_has_its_default_until_it_is_set_within_its_bounds() {
        let settings = Settings::defaults(TWO);
        assert_eq!((settings.get("clients"), settings.changed().count()), (3, 0));
        let settings = settings.with("clients", 5).unwrap();
        assert_eq!(settings.changed().collect::<Vec<_>>(), [("clients", 5)]);
        let wrong = |name, value| settings.with(name, value).unwrap_err().to_string();
        assert_eq!(wrong("client", 1), "there is no setting `client`; the nearest is `clients`");
        assert_eq!(wrong("xyz", 1), "there is no setting `xyz`; there are clients, rounds");
        assert_eq!(wrong("clients", 0), "`clients` is between 1 and 9, and not 0");
    }

    #[test]
    fn smaller_settings_are_tried_one_at_a_time_from_the_least_on() {
        let smaller = Settings::defaults(TWO).smaller();
        let clients: Vec<u32> = smaller[0].iter().map(|settings| settings.get("clients")).collect();
        assert_eq!((clients, smaller[1].len()), (vec![1, 2], 0));
    }
}
