//! What had to go wrong.

use std::io;

use rehearsal::case::Explanation;
use rehearsal::case::explain::{Contrast, Jump, Moment, Need};

use super::figures::{counted, span};
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, TITLE, diagram, failure};
use crate::result::{ExplainEnd, ExplainResult};
use crate::subject::Tool;

/// What came out of explaining a case.
///
/// # Errors
///
/// If the stream fails.
pub fn explain(screen: &mut Screen<'_>, tool: &Tool, result: &ExplainResult) -> io::Result<()> {
    let why = match &result.end {
        ExplainEnd::NotReproduced(how) => {
            return screen.parts(0, &[(BAD, "not reproduced:"), (PLAIN, how)]);
        }
        ExplainEnd::Explained(why) => why,
    };
    failure::head(screen, &result.subject, &why.story)?;
    screen.gap()?;
    screen.line(2, PLAIN, &why.narrative)?;
    needs(screen, &why.deviations)?;
    likelihood(screen, &why.moments, why.jump)?;
    slice(screen, why)?;
    if result.diff {
        contrast(screen, why.contrast.as_ref())?;
    }
    screen.gap()?;
    let seed = why.story.orders.are_timed().then_some(result.seed);
    failure::again(screen, tool, &result.subject, seed, Some(&result.case))?;
    let took = format!("explained by {} in {}", counted(u64::from(why.runs), "run"), span(result.wall));
    screen.line(2, FAINT, &took)
}

fn needs(screen: &mut Screen<'_>, deviations: &[Need]) -> io::Result<()> {
    screen.gap()?;
    let title = match deviations {
        [] => "no choice has to be other than dull",
        _ => "what it takes, beside the dull choices",
    };
    screen.line(2, TITLE, title)?;
    for (number, need) in deviations.iter().enumerate() {
        let (style, needed) = if need.needed { (GOOD, "needed") } else { (ODD, "not needed") };
        let choice = format!("({}) {}: {}", number + 1, need.choice, need.means);
        screen.parts(4, &[(PLAIN, &choice)])?;
        screen
            .parts(8, &[(style, &format!("{needed}:")), (PLAIN, &format!("without it, {}", need.without))])?;
        if let Some(effect) = &need.effect {
            screen
                .parts(8, &[(FAINT, &format!("first changes #{}:", effect.event)), (PLAIN, &effect.told)])?;
        }
    }
    Ok(())
}

/// The widest bar.
const BAR: u32 = 30;

fn likelihood(screen: &mut Screen<'_>, moments: &[Moment], jump: Option<Jump>) -> io::Result<()> {
    let Some(of) = moments.first().map(|moment| moment.of) else { return Ok(()) };
    screen.gap()?;
    screen.line(2, TITLE, "how likely it is if all goes on by chance from there")?;
    for (number, moment) in moments.iter().enumerate() {
        let place = format!("after event {:<6} {:>12}", moment.events, moment.at);
        let percent = format!("{:>4.0} %", moment.share() * 100.0);
        let within = format!("[{:.0}, {:.0}]", moment.low * 100.0, moment.high * 100.0);
        let bar = "█".repeat((moment.failed * BAR).div_ceil(moment.of.max(1)) as usize);
        let here =
            if jump.is_some_and(|jump| jump.after == number) { "◄ here it became likely" } else { "" };
        screen.parts(
            4,
            &[
                (PLAIN, &place),
                (TITLE, &percent),
                (FAINT, &format!("{within:<10}")),
                (BAD, &bar),
                (ODD, here),
            ],
        )?;
    }
    let note = format!("{of} continuations each, with the 95 % interval of their share");
    screen.line(4, FAINT, &note)
}

fn slice(screen: &mut Screen<'_>, why: &Explanation) -> io::Result<()> {
    screen.gap()?;
    let of = why.story.event + 1;
    let matter = if why.slice.len() == 1 { "that matters" } else { "that matter" };
    screen.line(2, TITLE, &format!("the {} {matter}, of {of}", counted(why.slice.len() as u64, "event")))?;
    diagram::diagram(screen, 4, &why.slice)?;
    if why.left_out > 0 {
        let more = format!("{} more have a part in it, farther back", why.left_out);
        screen.line(4, FAINT, &more)?;
    }
    Ok(())
}

fn contrast(screen: &mut Screen<'_>, contrast: Option<&Contrast>) -> io::Result<()> {
    screen.gap()?;
    let Some(contrast) = contrast else {
        return screen.line(2, TITLE, "no run passes that has one of these choices less");
    };
    let title = format!(
        "the nearest run that passes, without `{}`: the two part at event {}",
        contrast.without, contrast.event
    );
    screen.line(2, TITLE, &title)?;
    contrast.common.iter().try_for_each(|line| screen.parts(4, &[(FAINT, "both  "), (FAINT, line)]))?;
    contrast.failing.iter().try_for_each(|line| screen.parts(4, &[(BAD, "fails "), (PLAIN, line)]))?;
    contrast.passing.iter().try_for_each(|line| screen.parts(4, &[(GOOD, "passes"), (PLAIN, line)]))
}
