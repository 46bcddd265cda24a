//! A failure in one paragraph.

use std::fmt::Write as _;

use super::moments::{Jump, Moment};
use super::need::{Effect, Need};
use crate::run::AnyRunner;
use crate::story::{self, Story};

/// What happened and what it took, in one paragraph.
pub(super) fn narrative(
    runner: &dyn AnyRunner,
    story: &Story,
    deviations: &[Need],
    moments: &[Moment],
    jump: Option<Jump>,
    slice: usize,
) -> String {
    let message = story.message.trim_end_matches('.');
    let mut text = match story.title.strip_prefix("limit ") {
        Some(limit) => format!("The limit of {limit} is reached: {message}. "),
        None => format!("{} does not hold: {message}. ", story.title),
    };
    let needed: Vec<&Need> = deviations.iter().filter(|need| need.needed).collect();
    match needed.as_slice() {
        [] if deviations.is_empty() => text.push_str("It takes nothing but dull choices"),
        [] => text.push_str("No single choice is needed for it: each can be dull if the others are not"),
        [one] => {
            let _ = write!(text, "It takes one choice that is not dull: {}", told(one));
        }
        several => {
            let _ = write!(
                text,
                "It takes {} choices that are not dull, and each of them is needed: ",
                several.len()
            );
            let parts: Vec<String> = several
                .iter()
                .enumerate()
                .map(|(number, need)| format!("({}) {}", number + 1, told(need)))
                .collect();
            text.push_str(&parts.join("; "));
        }
    }
    text.push_str(". ");
    text.push_str(&likelihood(runner, moments, jump));
    let events = if slice == 1 { "one event that matters is" } else { "events that matter end" };
    let count = if slice == 1 { String::new() } else { format!("{slice} ") };
    let _ = write!(text, "The {count}{events} at {}, event {}.", story.at, story.event);
    text
}

/// A deviation with what it changes.
fn told(need: &Need) -> String {
    let choice = format!("`{}` ({})", need.choice, need.means);
    need.effect.as_ref().map_or(choice.clone(), |effect| format!("{choice}: {}", effect.told))
}

/// What a deviation changes first, in words.
pub(super) fn changed(runner: &dyn AnyRunner, effect: &Effect) -> String {
    let number = effect.event as usize;
    let event = runner.recorder().events().get(number);
    let what = event.map_or_else(String::new, |event| story::told_by(runner, number, event));
    let at = effect.at;
    match (&effect.missing, effect.otherwise) {
        (Some(missing), Some(otherwise)) => format!("what would come at {otherwise} is missing: {missing}"),
        (_, None) => format!("at {at} {what}"),
        (None, Some(otherwise)) if otherwise < at => format!("only at {at} and not at {otherwise} {what}"),
        (None, Some(otherwise)) => format!("already at {at} and not at {otherwise} {what}"),
    }
}

fn likelihood(runner: &dyn AnyRunner, moments: &[Moment], jump: Option<Jump>) -> String {
    let percent = |moment: &Moment| format!("{:.0} %", moment.share() * 100.0);
    let Some(Jump { before, after }) = jump else {
        let Some(most) = moments.last().map(percent) else { return String::new() };
        if moments[0].share() > 0.5 {
            return format!(
                "It is likely from the start: {} fail if all goes by chance. ",
                percent(&moments[0])
            );
        }
        return format!("By chance alone it never becomes likely before it happens ({most} in the end). ");
    };
    let (before, after) = (&moments[before], &moments[after]);
    let number = (after.events as usize).saturating_sub(1);
    let event = runner.recorder().events().get(number);
    let what = event.map_or_else(String::new, |event| story::told_by(runner, number, event));
    let upto = if after.events - before.events == 1 { "with" } else { "by" };
    format!(
        "It becomes likely {upto} event {number} ({what}): if all goes on by chance from before it, {} fail; from after it, {}. ",
        percent(before),
        percent(after)
    )
}
