//! What every page has.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::trace::TraceData;

/// The programs of a page, in the order in which they need each other.
const PROGRAMS: [&str; 5] = [
    include_str!("trace.js"),
    include_str!("words.js"),
    include_str!("diagram.js"),
    include_str!("details.js"),
    include_str!("viewer.js"),
];

/// Nothing may be loaded from anywhere: the page is all there is.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Where the data of runs go. They are written as they are, for they are large.
const HERE: &str = "<!-- the data of runs -->";

/// A verdict as it stands at the head of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Good,
    Bad,
    Odd,
}

impl Mark {
    /// The name of its style.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Odd => "odd",
        }
    }
}

/// Writes a page, with the data of its runs, each under its id.
pub(super) fn write(
    out: &mut dyn Write,
    title: &str,
    body: &Markup,
    runs: &[(String, &TraceData)],
) -> io::Result<()> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                (body)
                (PreEscaped(HERE))
                script { (PreEscaped(format!("(() => {{\n\"use strict\";\n{}}})();\n", PROGRAMS.concat()))) }
            }
        }
    };
    let page = page.into_string();
    // Programs and texts have it nowhere: what is text is escaped.
    let (before, after) = page.split_once(HERE).unwrap_or((&page, ""));
    out.write_all(before.as_bytes())?;
    for (id, trace) in runs {
        let head = html! { script type="application/json" id=(id) {} }.into_string();
        let (opened, closed) = head.split_at(head.len() - "</script>".len());
        out.write_all(opened.as_bytes())?;
        out.write_all(trace.json())?;
        out.write_all(closed.as_bytes())?;
    }
    out.write_all(after.as_bytes())
}
