//! Cost per turn against number of actors, as a picture.

use plotters::prelude::*;

use crate::rounds::Measured;
use crate::table::median;

/// A picture in SVG of the cases `scale_…`: nanoseconds per turn against actors, both by powers of ten.
///
/// # Errors
///
/// If none of them was measured, or the picture cannot be drawn.
pub fn cost_per_turn(measured: &Measured<'_>) -> Result<String, String> {
    let lines = LINES.map(|(program, label, colour)| (label, colour, costs_of(measured, program)));
    let greatest = lines.iter().flat_map(|(.., costs)| costs).map(|(_, cost)| *cost).fold(0.0, f64::max);
    if greatest == 0.0 {
        return Err("no case `scale_…` was measured: there is nothing to plot".to_owned());
    }
    let mut text = String::new();
    draw(&mut text, &lines, greatest).map_err(|error| format!("the plot cannot be drawn: {error}"))?;
    Ok(in_both_themes(&text))
}

type Line = (&'static str, RGBColor, Vec<(f64, f64)>);

/// Colours that stand out on white and on black.
const LINES: [(&str, &str, RGBColor); 2] = [
    ("rehearsal", "Rehearsal", RGBColor(47, 129, 247)),
    ("limit", "hand-written loop with fault checks and hash", RGBColor(219, 109, 40)),
];

const SIZES: [(&str, f64); 5] =
    [("scale_10", 1e1), ("scale_1k", 1e3), ("scale_10k", 1e4), ("scale_100k", 1e5), ("scale_1m", 1e6)];

fn costs_of(measured: &Measured<'_>, program: &str) -> Vec<(f64, f64)> {
    let cost = |name: &str| {
        let mut rows = measured.rows.iter();
        let (_, rounds) = rows.find(|(case, _)| case.program == program && case.name == name)?;
        Some(median(rounds.iter().map(|round| 1e9 / round.rate)))
    };
    SIZES.iter().filter_map(|(name, actors)| Some((*actors, cost(name)?))).collect()
}

fn draw(text: &mut String, lines: &[Line], greatest: f64) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, (720, 400)).into_drawing_area();
    let font = ("sans-serif", 17).into_font().color(&BLACK);
    // Over at least two powers of ten, only these are named on the axis.
    let costs = (10.0..f64::max(greatest * 1.5, 3_000.0)).log_scale();
    let mut chart = ChartBuilder::on(&area)
        .caption("Cost per turn, a token for each actor", font.clone())
        .margin(16)
        .margin_right(48)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d((7.0..1.5e6).log_scale(), costs)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(BLACK)
        .label_style(font.clone())
        .axis_desc_style(font.clone())
        .x_desc("actors")
        .y_desc("nanoseconds per turn")
        .x_label_formatter(&|actors| with_commas(*actors as u64))
        .y_label_formatter(&|cost| with_commas(*cost as u64))
        .draw()?;
    for (label, colour, points) in lines {
        let (colour, style) = (*colour, colour.stroke_width(2));
        chart
            .draw_series(LineSeries::new(points.clone(), style))?
            .label(*label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
        chart.draw_series(points.iter().map(|point| Circle::new(*point, 4, colour.filled())))?;
        chart.draw_series(points.iter().map(|(actors, cost)| {
            let number = ("sans-serif", 15).into_font().color(&colour);
            let up = if is_greatest(lines, *actors, *cost) { ABOVE } else { BELOW };
            EmptyElement::at((*actors, *cost)) + Text::new(with_commas(cost.round() as u64), (-6, up), number)
        }))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(font)
        .border_style(TRANSPARENT)
        .background_style(TRANSPARENT)
        .draw()?;
    area.present()?;
    Ok(())
}

/// Where a number stands, from its point, in pixels: on the side where the other line is not.
const ABOVE: i32 = -22;
const BELOW: i32 = 10;

/// Whether no line has a greater cost at so many actors.
fn is_greatest(lines: &[Line], actors: f64, cost: f64) -> bool {
    let mut others = lines.iter().flat_map(|(.., points)| points);
    others.all(|(at, other)| (at - actors).abs() > 0.5 || *other <= cost)
}

fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or("")).collect();
    groups.join(",")
}

/// What is drawn in black takes the colour of text in the reader's theme.
fn in_both_themes(svg: &str) -> String {
    let themed = svg.replace("\"#000000\"", "\"currentColor\"");
    let head = themed.find('>').map_or(0, |end| end + 1);
    let (before, after) = themed.split_at(head);
    format!(
        "{before}\n<style>svg{{color:#1f2328;background:#fff}}@media (prefers-color-scheme:dark){{svg{{color:#e6edf3;background:#0d1117}}}}</style>{after}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::Measurement;

    #[test]
    fn a_plot_has_text_and_follows_the_theme() {
        let line: Line = ("ours", BLUE, vec![(10.0, 50.0), (1e6, 500.0)]);
        let mut text = String::new();
        draw(&mut text, &[line], 500.0).unwrap();
        let svg = in_both_themes(&text);
        for part in
            ["ours</", "nanoseconds per turn", "1,000,000", "prefers-color-scheme:dark", "currentColor"]
        {
            let text: String = svg.split_whitespace().collect::<Vec<_>>().join(" ").replace(" <", "<");
            assert!(text.contains(part), "{part} is not in {svg}");
        }
        assert!(!svg.contains("#000000"));
    }

    #[test]
    fn numbers_stand_on_the_side_where_the_other_line_is_not() {
        let line = |cost| -> Line { ("", BLUE, vec![(10.0, cost), (1e6, 500.0 - cost)]) };
        let lines = [line(50.0), line(200.0)];
        assert!(!is_greatest(&lines, 10.0, 50.0) && is_greatest(&lines, 10.0, 200.0));
        assert!(is_greatest(&lines, 1e6, 450.0) && !is_greatest(&lines, 1e6, 300.0));
    }

    #[test]
    fn without_the_cases_there_is_nothing_to_plot() {
        let none: Vec<(&crate::case::Case, Vec<Measurement>)> = Vec::new();
        assert!(cost_per_turn(&Measured { rows: none }).unwrap_err().contains("scale_"));
    }
}
