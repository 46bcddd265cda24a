//! Sizes, colours, and how a plot is drawn.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// Where a plot is drawn.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What drawing says if it fails, which it cannot: it writes to a string.
pub(super) type Failed =
    DrawingAreaErrorKind<<SVGBackend<'static> as plotters::backend::DrawingBackend>::ErrorType>;

/// Whether something could be drawn.
pub(super) type Drawn = Result<(), Failed>;

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(0x1C, 0x1E, 0x21);
/// What is there for orientation only.
pub(super) const FAINT: RGBColor = RGBColor(0x63, 0x67, 0x6E);
/// Lines of a grid.
pub(super) const LINE: RGBColor = RGBColor(0xD9, 0xDA, 0xD6);
/// Clearly better.
pub(super) const GOOD: RGBColor = RGBColor(0x1A, 0x7F, 0x37);
/// Clearly worse.
pub(super) const BAD: RGBColor = RGBColor(0xC3, 0x23, 0x2F);
/// A fault.
pub(super) const ODD: RGBColor = RGBColor(0x8A, 0x5A, 0x00);

/// The colours of policies: told apart by eyes that see few colours, too. With more policies they begin anew.
pub(super) const SERIES: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xC4, 0x4E, 0x00),
    RGBColor(0x00, 0x7A, 0x5A),
    RGBColor(0xA8, 0x4B, 0x86),
    RGBColor(0x7A, 0x62, 0x00),
    RGBColor(0x1B, 0x7F, 0xA8),
    RGBColor(0x5A, 0x4F, 0xCF),
];

/// The colour of the policy at this place.
pub(super) fn series(place: usize) -> RGBColor {
    SERIES[place % SERIES.len()]
}

/// The number of that colour in the style sheet, `--series-1`.
pub(crate) const fn series_number(place: usize) -> usize {
    place % SERIES.len() + 1
}

/// The size of text, in pixels of the plot.
const TEXT: f64 = 12.0;
/// The backend divides sizes by this.
const OF_THE_BACKEND: f64 = 1.24;

/// Text of this colour.
pub(super) fn text(colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", TEXT * OF_THE_BACKEND).into_font().color(&colour)
}

/// An axis of a chart.
pub(super) struct Axis<'a> {
    pub(super) from: f64,
    pub(super) to: f64,
    /// How many ticks, about.
    pub(super) ticks: usize,
    pub(super) label: &'a dyn Fn(f64) -> String,
    pub(super) title: String,
}

/// A chart with its axes, with this much room on its right.
pub(super) fn chart<'a, 'b>(
    area: &'b Area<'a>,
    room: i32,
    x: &Axis<'_>,
    y: &Axis<'_>,
) -> Result<ChartContext<'b, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>, Failed> {
    let titled = if y.title.is_empty() { 46 } else { 76 };
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_right(room)
        .x_label_area_size(40)
        .y_label_area_size(titled)
        .build_cartesian_2d(x.from..x.to, y.from..y.to)?;
    chart
        .configure_mesh()
        .bold_line_style(LINE)
        .light_line_style(TRANSPARENT)
        .axis_style(FAINT)
        .label_style(text(INK))
        .axis_desc_style(text(INK))
        .x_labels(x.ticks)
        .y_labels(y.ticks)
        .x_label_formatter(&|value| (x.label)(*value))
        .y_label_formatter(&|value| (y.label)(*value))
        .x_desc(x.title.as_str())
        .y_desc(y.title.as_str())
        .draw()?;
    Ok(chart)
}

/// How wide a text is, about, in pixels of the plot.
pub(super) fn width(text: &str) -> i32 {
    rows(text.chars().count()) * 7
}

/// A number of rows or letters, in which pixels are counted.
pub(super) fn rows(count: usize) -> i32 {
    i32::try_from(count.min(MOST)).unwrap_or(i32::MAX)
}

/// No plot has more rows.
const MOST: usize = 10_000;

/// Draws a plot of this size.
pub(super) fn drawn((width, height): (i32, i32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width.unsigned_abs(), height.unsigned_abs()))
            .into_drawing_area();
        draw(&area).and_then(|()| area.present()).expect("writing to a string cannot fail");
    }
    // Inside a page it goes without saying, and a page names no address.
    svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A colour that the style sheet does not know stays dark on dark.
    #[test]
    fn every_colour_has_its_counterpart_in_the_style_sheet() {
        let sheet = include_str!("../html/page.css");
        for RGBColor(r, g, b) in [INK, FAINT, LINE, GOOD, BAD, ODD].into_iter().chain(SERIES) {
            for attribute in ["fill", "stroke"] {
                let rule = format!(".plot [{attribute}=\"#{r:02X}{g:02X}{b:02X}\"]");
                assert!(sheet.contains(&rule), "{rule}");
            }
        }
    }

    #[test]
    fn text_stays_text_and_cannot_break_out() {
        let svg = drawn((90, 30), |area| area.draw(&Text::new("<a> & b", (5, 5), text(INK))));
        assert!(
            svg.contains("<text") && svg.contains("&lt;a&gt; &amp; b") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
    }
}
