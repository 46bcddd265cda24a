//! The failing runs of a campaign, for its page.

use rehearsal::case::Case;
use rehearsal_reports::html::FoundRun;
use rehearsal_reports::{CampaignResult, Subject};

use crate::args::Patience;
use crate::error::Error;
use crate::explain::traced;

/// How many failures of a scenario can be walked through; a page has to open.
const WALKED: usize = 10;

/// The runs of the first failures of each scenario, by the places of the scenario and of the failure in it.
///
/// They are made again from the cases that were written: what the page shows is what a replay shows.
pub(super) fn runs(result: &CampaignResult, patience: Patience) -> Result<Vec<FoundRun>, Error> {
    let mut runs = Vec::new();
    for (place, scenario) in result.scenarios.iter().enumerate() {
        let subject = &scenario.subject;
        if subject.stage.is_some() {
            continue;
        }
        for (number, finding) in scenario.findings.iter().enumerate().take(WALKED) {
            let Some(path) = &finding.case else { continue };
            let case = Case::read(path)?;
            let subject = Subject { settings: case.settings_of(subject.entry, path)?, ..subject.clone() };
            if let Some(trace) = traced(&subject, &case.spec(path)?, &[], patience)? {
                runs.push(FoundRun { scenario: place, finding: number, trace });
            }
        }
    }
    Ok(runs)
}
