//! `score`: planted bugs, searched for by each strategy.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rehearsal::registry::{Entry, Variant};
use rehearsal::score::{Exam, score as hold};
use rehearsal::search::{STRATEGIES, Strategy, random};
use rehearsal_reports::score::{ScoreResult, ScoreRow};
use rehearsal_reports::terminal::FAINT;
use rehearsal_reports::{json, markdown, svg, terminal};

use crate::End;
use crate::args::{Common, Score};
use crate::error::Error;
use crate::fuzz::end_in_order;
use crate::output::{self, Output, WholeFile};
use crate::selection::Registry;

/// The name of the picture in the folder of `--out`.
const PICTURE: &str = "score.svg";

pub(crate) fn score(
    registry: &Registry<'_>,
    common: &Common,
    args: &Score,
    output: Output,
) -> Result<End, Error> {
    if let (Some(_), Some(variant)) = (&args.markdown, &common.variant) {
        return Err(Error::Usage(format!(
            "the table of --markdown has every planted bug of a scenario, and --variant {variant} asks for one\n  leave one of the two out"
        )));
    }
    let bugs = planted(registry, common, args)?;
    let picture = common.out.join(PICTURE);
    let file = WholeFile::open(&picture, "--out")?;
    let mut document = args.markdown.as_deref().map(Document::open).transpose()?;
    let stop = Arc::new(AtomicBool::new(false));
    end_in_order(&stop)?;

    let mut result = ScoreResult {
        profile: common.profile(),
        repetitions: args.repetitions.into(),
        budget: args.budget,
        rows: Vec::new(),
        interrupted: false,
    };
    for (number, (entry, variant)) in bugs.iter().enumerate() {
        let title = format!("{} of {}: {} ({})", number + 1, bugs.len(), entry.name, variant.name);
        output::on_stderr(|screen| screen.line(0, FAINT, &title));
        result.rows.extend(rows(entry, variant, common, args, &stop).unwrap_or_default());
    }
    result.interrupted = stop.load(Ordering::Relaxed);
    file.finish(|out| svg::score(out, &result))?;
    if let Some(document) = document.take().filter(|_| !result.interrupted) {
        document.finish(&result)?;
    }
    output.document(|| json::score(&result))?;
    output.answer(|screen| terminal::score::score(screen, &result, Some(&picture)))?;
    Ok(End::of(result.passed() && !result.interrupted))
}

/// The document of `--markdown`.
struct Document {
    text: String,
    file: WholeFile,
}

impl Document {
    /// Reads it, if it is there, and makes sure that it can be written.
    fn open(path: &Path) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.map_err(|source| Error::File { path: path.to_owned(), option: MARKDOWN, source })?,
        };
        Ok(Self { text, file: WholeFile::open(path, MARKDOWN)? })
    }

    fn finish(self, result: &ScoreResult) -> Result<(), Error> {
        let text = markdown::renewed(&self.text, result);
        self.file.finish(|out| out.write_all(text.as_bytes()))
    }
}

const MARKDOWN: &str = "--markdown";

/// The planted bugs that were asked for.
fn planted(
    registry: &Registry<'_>,
    common: &Common,
    args: &Score,
) -> Result<Vec<(&'static Entry, &'static Variant)>, Error> {
    registry.only_world(common, "score")?;
    let subjects = registry.subjects(&args.scenarios, common)?;
    let bugs: Vec<_> = subjects
        .iter()
        .flat_map(|subject| {
            let all = subject.entry.variants.iter();
            all.filter(|variant| subject.variant.is_none_or(|only| only == *variant))
                .map(|variant| (subject.entry, variant))
        })
        .collect();
    if bugs.is_empty() {
        let names: Vec<_> = subjects.iter().map(|subject| subject.entry.name).collect();
        return Err(Error::Usage(format!(
            "no bug is planted in {}: there is nothing to find\n  name a scenario with variants; `{} list` shows them",
            names.join(", "),
            registry.tool.binary
        )));
    }
    Ok(bugs)
}

/// The strategies to compare: plain draws beside all others, or beside the one that was named.
fn strategies(common: &Common) -> Vec<&'static Strategy> {
    let asked = |strategy: &Strategy| {
        *strategy == random::STRATEGY || common.strategy.is_none_or(|only| *only == *strategy)
    };
    STRATEGIES.iter().copied().filter(|strategy| asked(strategy)).collect()
}

/// The exams of one planted bug. `None` if they were interrupted.
fn rows(
    entry: &'static Entry,
    variant: &'static Variant,
    common: &Common,
    args: &Score,
    stop: &AtomicBool,
) -> Option<Vec<ScoreRow>> {
    let rehearsal = entry.built(Some(variant.name));
    let row = |strategy| {
        let exam = Exam {
            profile: common.profile(),
            strategy,
            repetitions: args.repetitions.into(),
            budget: args.budget,
            shrinking: if args.no_shrink { 0 } else { args.shrink_budget },
        };
        let score = hold(rehearsal.as_ref(), &exam, stop)?;
        Some(ScoreRow { entry, variant, strategy, score })
    };
    strategies(common).into_iter().map(row).collect()
}
