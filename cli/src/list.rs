//! `list`: what there is to run.

use rehearsal_reports::{json, terminal};

use crate::End;
use crate::args::{Common, List};
use crate::error::Error;
use crate::output::Output;
use crate::selection::Registry;

pub(crate) fn list(
    registry: &Registry<'_>,
    common: &Common,
    args: &List,
    output: Output,
) -> Result<End, Error> {
    if let Some(name) = &args.scenario {
        let entry = registry.subject(name, common)?.entry;
        output.document(|| json::list(&[entry]))?;
        output.answer(|screen| terminal::list::details(screen, entry))?;
    } else {
        output.document(|| json::list(registry.scenarios))?;
        output.answer(|screen| terminal::list::table(screen, registry.scenarios))?;
    }
    Ok(End::Fine)
}
