//! `score`: its table, its document, its picture.

use crate::Place;

#[test]
fn an_exam_has_a_row_for_each_strategy_and_a_picture() {
    let place = Place::new();
    let ended = place.rehearse("score session --variant two-loops --repetitions 6 --out out --json");
    let document = ended.document();
    assert_eq!(ended.code(), 0, "{ended:?}");
    let rows = document["rows"].as_array().unwrap();
    let strategies: Vec<&str> = rows.iter().map(|row| row["strategy"].as_str().unwrap()).collect();
    assert_eq!(strategies, ["random", "pct", "pos", "delay-bounded", "coverage", "portfolio"]);
    for row in rows {
        assert_eq!((&row["variant"], &row["invariant"]), (&"two-loops".into(), &"SES-1".into()));
        assert_eq!((&row["tripped"], &row["found"]), (&true.into(), &6.into()), "{row}");
        let (runs, deviations) = (&row["runs_to_find"], &row["deviations"]);
        assert!(runs["low"].as_f64() <= runs["median"].as_f64(), "{row}");
        assert!(runs["median"].as_f64() <= runs["high"].as_f64(), "{row}");
        assert!(deviations["shrunk"].as_f64() <= deviations["found"].as_f64(), "{row}");
        assert!((2.0..=25.0).contains(&row["slice_events"].as_f64().unwrap()), "{row}");
        assert!(row["weak"].is_boolean());
    }
    assert_eq!(document["shrinking"]["finds"], 36);
    let picture = std::fs::read_to_string(place.path("out/score.svg")).unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n") && picture.contains("two-loops"));
}

#[test]
fn one_strategy_stands_beside_plain_draws_and_what_is_never_found_is_null() {
    let place = Place::new();
    let words =
        "score session --variant lost-wakeup --strategy pos --repetitions 6 --budget 1 --no-shrink --json";
    let ended = place.rehearse(words);
    let rows = ended.document()["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|row| row["runs_to_find"]["median"].is_null() && row["deviations"]["found"].is_null())
    );
    assert!(rows.iter().all(|row| row["slice_events"].is_null()) && ended.document()["shrinking"].is_null());
}

#[test]
fn a_table_takes_the_place_of_the_one_in_the_document() {
    let place = Place::new();
    let words = "score commit --strategy portfolio --repetitions 3 --markdown page.md";
    place.write("page.md", "before\n");
    assert_eq!(place.rehearse(words).code(), 0);
    let once = std::fs::read_to_string(place.path("page.md")).unwrap();
    assert!(
        once.starts_with("before\n\n<!-- score of commit -->") && once.contains("| `late-vote` |"),
        "{once}"
    );
    place.write("page.md", once.replace("`late-vote`", "`gone`") + "\nafter\n");
    assert_eq!(place.rehearse(words).code(), 0);
    assert_eq!(std::fs::read_to_string(place.path("page.md")).unwrap(), once + "\nafter\n");
}

#[test]
fn a_table_of_one_planted_bug_is_refused() {
    let text = Place::new().rehearse("score commit --variant late-vote --markdown page.md");
    assert!(text.refused().contains("leave one of the two out"));
}

#[test]
fn a_scenario_without_planted_bugs_has_no_exam() {
    let text = Place::new().rehearse("score burst");
    assert!(text.refused().contains("no bug is planted in burst"));
}

#[test]
fn a_strategy_that_does_not_exist_is_refused_with_the_nearest() {
    let text = Place::new().rehearse("fuzz session --strategy pkt --seeds 1");
    assert!(text.refused().contains("'pct'"));
}
