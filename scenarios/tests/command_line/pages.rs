//! Pages as files: each is all there is. What they do in a browser is tested in `tests/pages`.

use crate::Place;

/// A page in which nothing is loaded from anywhere and nothing that a run carries can become markup.
#[track_caller]
fn page(place: &Place, name: &str) -> String {
    let page = std::fs::read_to_string(place.path(name)).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "a whole page");
    for loads in [" src=", "<link", "@import", "url(", "http:", "https:", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(loads), "the page has `{loads}`");
    }
    assert!(page.contains("default-src 'none'"), "the browser is told so, too");
    page
}

/// The data of the first run of a page.
fn run(page: &str) -> serde_json::Value {
    let data = page.split("<script type=\"application/json\"").nth(1).expect("a run");
    let data = data.split_once('>').unwrap().1.split("</script>").next().unwrap();
    assert!(!data.contains('<'), "nothing in the data can end the script");
    serde_json::from_str(data).unwrap()
}

#[test]
fn a_run_is_written_as_a_page_with_all_of_its_events() {
    let place = Place::new();
    let document = place.rehearse("run canary --trace run.html --format html --json").document();
    let page = page(&place, "run.html");
    let events = &run(&page)["events"];
    assert_eq!(events["at"].as_array().unwrap().len() as u64, document["events"].as_u64().unwrap());
    assert!(page.contains("CANARY-1") && page.contains(document["trace_hash"].as_str().unwrap()));
}

#[test]
fn replay_explain_and_fuzz_write_pages_of_the_same_failure() {
    let place = Place::new();
    let case = place.case();
    assert_eq!(place.replay(&case, "--html replay.html").code(), 0);
    assert!(page(&place, "replay.html").contains("reproduced: the same failure, the same trace hash"));

    let explained = place.rehearse(&format!("explain {} --html why.html --json", case.display())).document();
    let data = run(&page(&place, "why.html"));
    assert_eq!(data["slice"].as_array().unwrap().len(), explained["slice"].as_array().unwrap().len());
    assert_eq!(data["end"]["title"], "CANARY-1");

    let campaign = place.rehearse("fuzz canary --seeds 100 --html campaign.html --json").document();
    let page = page(&place, "campaign.html");
    assert!(page.contains(campaign["scenarios"][0]["violations"][0]["signature"].as_str().unwrap()));
    assert_eq!(run(&page)["end"]["title"], "CANARY-1");
}

#[test]
fn a_comparison_is_written_as_a_page_with_its_plots() {
    let place = Place::new();
    let compare = "compare pipeline --policies one-for-one,backoff --seeds 40 --html c.html --json";
    let document = place.rehearse(&format!("{compare} --timeline 0x1c")).document();
    let page = page(&place, "c.html");
    assert!(page.contains("turns against availability") && page.contains("<svg"), "what is shown by default");
    for metric in document["metrics"].as_array().unwrap() {
        assert!(page.contains(metric["name"].as_str().unwrap()), "{metric}");
    }
    let command =
        "run pipeline --policy backoff --faults chaos --seed 0x1c --trace backoff.html --format html";
    assert!(page.contains(command), "how to walk through a run");
    let swapped = place.rehearse(&format!("{compare} --pareto turns,restarts"));
    assert_eq!(swapped.code(), 0, "{swapped:?}");
    assert!(std::fs::read_to_string(place.path("c.html")).unwrap().contains("restarts against turns"));
    let refused = |more: &str| place.rehearse(&format!("{compare} {more}")).refused().to_owned();
    assert!(refused("--pareto turns,restart").contains("nearest is `restarts`"));
    assert!(refused("--pareto turns").contains("two metrics"));
    assert!(place.rehearse("compare pipeline --timeline 3").refused().contains("--html"));
}

#[test]
fn a_page_that_cannot_be_written_is_known_before_anything_runs() {
    let place = Place::new();
    let case = place.case();
    let ended = place.replay(&case, "--html .");
    assert!(ended.refused().contains("--html"), "{ended:?}");
}
