//! Lines in colours, broken where the screen ends.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style;

use super::{NAME, PLAIN};

/// A terminal, or what stands in for it.
pub struct Screen<'a> {
    out: &'a mut dyn Write,
    width: usize,
}

/// No line is so short that nothing can be read.
const NARROWEST: usize = 30;

impl<'a> Screen<'a> {
    /// A screen on which lines are broken at `width` columns; `None` if it is no terminal, and lines are as long as they are.
    pub fn new(out: &'a mut dyn Write, width: Option<usize>) -> Self {
        Self { out, width: width.map_or(usize::MAX, |width| width.max(NARROWEST)) }
    }

    /// An empty line.
    ///
    /// # Errors
    ///
    /// If the stream fails, as with every method here.
    pub fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A text in one style, indented.
    ///
    /// # Errors
    ///
    /// If the stream fails.
    pub fn line(&mut self, indent: usize, style: Style, text: &str) -> io::Result<()> {
        self.spans(indent, indent, &[(style, text)])
    }

    /// Parts in their own styles, separated by a space; what does not fit goes on below, indented a little more.
    ///
    /// # Errors
    ///
    /// If the stream fails.
    pub fn parts(&mut self, indent: usize, parts: &[(Style, &str)]) -> io::Result<()> {
        let gap = (PLAIN, " ");
        let mut spans = Vec::new();
        for part in parts.iter().filter(|(_, text)| !text.is_empty()) {
            if !spans.is_empty() {
                spans.push(gap);
            }
            spans.push(*part);
        }
        self.spans(indent, indent + 4, &spans)
    }

    /// A label padded to `width` columns, and a text that hangs beside it.
    ///
    /// # Errors
    ///
    /// If the stream fails.
    pub fn item(&mut self, indent: usize, width: usize, label: (Style, &str), text: &str) -> io::Result<()> {
        let padded = format!("{:width$}  ", label.1);
        self.spans(indent, indent + width + 2, &[(label.0, &padded), (PLAIN, text)])
    }

    /// A command to paste: never broken.
    ///
    /// # Errors
    ///
    /// If the stream fails.
    pub fn command(&mut self, indent: usize, command: &str) -> io::Result<()> {
        writeln!(self.out, "{:indent$}{NAME}{}{NAME:#}", "", harmless(command))
    }

    /// A line as it is, with its own indentation: a state as its `Debug` shows it.
    ///
    /// # Errors
    ///
    /// If the stream fails.
    pub fn verbatim(&mut self, indent: usize, line: &str) -> io::Result<()> {
        writeln!(self.out, "{:indent$}{}", "", harmless(line))
    }

    /// Words in their styles, broken between words; lines after the first are indented by `hang`.
    fn spans(&mut self, indent: usize, hang: usize, spans: &[(Style, &str)]) -> io::Result<()> {
        let hang = if hang.saturating_add(NARROWEST) > self.width { indent + 2 } else { hang };
        let mut line = Line { column: indent, spaces: 0, hang, width: self.width };
        write!(self.out, "{:indent$}", "")?;
        for (style, text) in spans {
            let mut styled = String::new();
            for (number, part) in text.split('\n').enumerate() {
                if number > 0 {
                    line.end(*style, &mut styled);
                }
                part.split_inclusive(' ').for_each(|word| line.word(*style, word, &mut styled));
            }
            write!(self.out, "{style}{styled}{style:#}")?;
        }
        writeln!(self.out)
    }
}

/// A line that is being filled.
struct Line {
    column: usize,
    /// Spaces that are written before the next word, if one follows on this line.
    spaces: usize,
    hang: usize,
    width: usize,
}

impl Line {
    /// Adds a word, which may have spaces behind it.
    fn word(&mut self, style: Style, word: &str, out: &mut String) {
        let bare = word.trim_end_matches(' ');
        if !bare.is_empty() {
            let length = bare.chars().count();
            if self.column + self.spaces + length > self.width && self.column > self.hang {
                self.end(style, out);
            }
            out.extend(std::iter::repeat_n(' ', self.spaces));
            out.push_str(&harmless(bare));
            self.column += self.spaces + length;
            self.spaces = 0;
        }
        self.spaces += word.len() - bare.len();
    }

    /// Goes on below. Styles end with the line: not every pager carries them over.
    fn end(&mut self, style: Style, out: &mut String) {
        let hang = self.hang;
        let _ = write!(out, "{style:#}\n{:hang$}{style}", "");
        (self.column, self.spaces) = (hang, 0);
    }
}

/// A text without control characters: what a case file or an actor says must not steer the terminal.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What a screen of that width shows, without colours.
    pub(crate) fn shown(
        width: Option<usize>,
        draw: impl FnOnce(&mut Screen<'_>) -> io::Result<()>,
    ) -> String {
        let mut bytes = Vec::new();
        draw(&mut Screen::new(&mut bytes, width)).unwrap();
        let mut plain = String::new();
        let mut escaped = false;
        for c in String::from_utf8(bytes).unwrap().chars() {
            match c {
                '\u{1b}' => escaped = true,
                'm' if escaped => escaped = false,
                _ if escaped => {}
                c => plain.push(c),
            }
        }
        plain
    }

    #[test]
    fn a_long_text_hangs_beside_its_label() {
        let text = "an interrupt that arrives while idle has no later effect";
        let seen = shown(Some(40), |screen| screen.item(2, 5, (NAME, "INT-1"), text));
        assert_eq!(
            seen.lines().collect::<Vec<_>>(),
            ["  INT-1  an interrupt that arrives while", "         idle has no later effect"]
        );
    }

    #[test]
    fn without_a_terminal_lines_are_as_long_as_they_are() {
        let text = "word ".repeat(100);
        let seen = shown(None, |screen| screen.line(0, PLAIN, &text));
        assert_eq!(seen, format!("{}\n", text.trim_end()));
    }

    #[test]
    fn what_is_printed_cannot_steer_the_terminal() {
        let seen = shown(None, |screen| screen.line(0, PLAIN, "a\u{7}b"));
        assert_eq!(seen, "a\u{fffd}b\n");
    }
}
