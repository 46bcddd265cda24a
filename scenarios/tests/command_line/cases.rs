//! `replay`: the same run again, and files that are no cases.

use std::fs;

use crate::Place;

/// Replays what is left of a good case after an edit.
#[track_caller]
fn replayed(edit: impl FnOnce(String) -> String) -> crate::Ended {
    let place = Place::new();
    let text = fs::read_to_string(place.case()).unwrap();
    let case = place.write("edited.toml", edit(text));
    place.replay(&case, "")
}

#[test]
fn a_case_reproduces_and_its_failure_is_told_in_full() {
    let place = Place::new();
    let case = place.case();
    let ended = place.replay(&case, "");
    assert_eq!(ended.code(), 0, "{ended:?}");
    for part in
        ["CANARY-1 violated", "last facts", "replay", "run canary --faults chaos --seed 0x0", "reproduced:"]
    {
        assert!(ended.out.contains(part), "`{part}` in {}", ended.out);
    }
}

#[test]
fn a_case_whose_trace_differs_does_not_reproduce() {
    let ended = replayed(|text| {
        let (before, _) = text.split_once("trace_hash").unwrap();
        format!("{before}trace_hash = \"0x1\"\n")
    });
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.out.contains("not reproduced: the same failure, but the trace hash is"), "{}", ended.out);
}

#[test]
fn a_case_that_expects_another_failure_does_not_reproduce() {
    let ended = replayed(|text| text.replace("CANARY-1: ", "OTHER-1: "));
    assert_eq!(ended.code(), 1, "{ended:?}");
    assert!(ended.out.contains("expected `OTHER-1: "), "{}", ended.out);
}

#[test]
fn a_case_that_is_cut_off_is_refused() {
    let ended = replayed(|text| text[..text.len() / 2].to_owned());
    assert!(ended.refused().contains("is not a case file"), "{ended:?}");
}

#[test]
fn files_that_are_no_cases_are_refused() {
    let place = Place::new();
    let foreign = place.write("Cargo.toml", "[package]\nname = \"foreign\"\n");
    let binary = place.write("binary.toml", [0xFF, 0xFE, 0x00, 0x1B]);
    let empty = place.write("empty.toml", "");
    let huge = place.write("huge.toml", vec![b'#'; 3 << 20]);
    for path in [foreign, binary, empty, huge] {
        let ended = place.replay(&path, "");
        let text = ended.refused();
        assert!(text.contains("is not a case file") && text.contains(path.to_str().unwrap()), "{text}");
    }
    for path in [place.path("missing.toml"), place.path(".")] {
        assert!(place.replay(&path, "").refused().contains("cannot read the case"));
    }
}

#[test]
fn a_case_of_another_format_names_the_tool_to_use() {
    let ended = replayed(|text| text.replace("format = 1", "format = 99"));
    assert!(ended.refused().contains("format 99"), "{ended:?}");
}

#[test]
fn a_case_that_names_what_there_is_not_is_told_the_nearest() {
    let ended = replayed(|text| text.replace("scenario = \"canary\"", "scenario = \"canery\""));
    assert!(ended.refused().contains("the nearest is `canary`"), "{ended:?}");
    let ended = replayed(|text| text.replace("profile = \"chaos\"", "profile = \"choas\""));
    assert!(ended.refused().contains("the nearest is `chaos`"), "{ended:?}");
}

#[test]
fn what_is_typed_beside_a_case_cannot_change_it() {
    let place = Place::new();
    let case = place.case();
    assert!(place.replay(&case, "--seed 5").refused().contains("run canary --faults chaos --seed 0x5"));
    assert!(place.replay(&case, "--faults none").refused().contains("leave --faults out"));
    assert_eq!(place.replay(&case, "--seed 0x0 --faults chaos").code(), 0, "the same is no contradiction");
}

#[test]
fn an_actor_can_be_looked_at_in_the_middle_and_at_the_end() {
    let place = Place::new();
    let case = place.case();
    let middle = place.replay(&case, "--until 2 --inspect /left/actor --json").document();
    assert_eq!(middle["inspected"]["actor"], "/left/actor");
    assert!(middle["inspected"]["state"].is_string() && middle["until"]["event"].is_u64());
    let end = place.replay(&case, "--inspect /left/actor");
    assert_eq!(end.code(), 0, "{end:?}");
    assert!(end.out.contains("/left/actor at the end of the run"), "{}", end.out);
}

#[test]
fn an_actor_or_an_event_that_is_not_in_the_run_is_refused() {
    let place = Place::new();
    let case = place.case();
    let ended = place.replay(&case, "--inspect /left/acter --json");
    assert!(ended.code() == 2 && ended.out.is_empty(), "{ended:?}");
    assert!(ended.err.contains("the nearest is `/left/actor`"), "{ended:?}");
    let ended = place.replay(&case, "--until 99999999 --json");
    assert!(ended.code() == 2 && ended.err.contains("behind the end of the run"), "{ended:?}");
    assert_eq!(place.replay(&case, "--until 0").code(), 2);
}

#[test]
fn tolerantly_the_same_failure_is_enough_although_the_trace_differs() {
    let place = Place::new();
    let text = fs::read_to_string(place.case()).unwrap();
    let (before, _) = text.split_once("trace_hash").unwrap();
    let case = place.write("edited.toml", format!("{before}trace_hash = \"0x1\"\n"));
    let ended = place.replay(&case, "--tolerant --json");
    assert_eq!(ended.code(), 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["reproduced"], true);
    assert!(document["divergence"].as_str().unwrap().contains("the trace hash is"), "{document:#}");
    assert!(place.replay(&case, "--tolerant").out.contains("reproduced, tolerantly: the same failure"));
}

#[test]
fn a_choice_that_never_comes_up_is_named_and_so_is_the_place_where_the_traces_part() {
    let place = Place::new();
    let found = place.rehearse("fuzz canary --seeds 50 --json").document();
    let case = place.path(found["scenarios"][0]["violations"][0]["case"].as_str().unwrap());
    let text = fs::read_to_string(&case).unwrap();
    let edited = text.replace(" #", " #9999999");
    let case = place.write("edited.toml", edited);
    for (more, code) in [("", 1), ("--tolerant", 1)] {
        let ended = place.replay(&case, more);
        assert_eq!(ended.code(), code, "{ended:?}");
        for part in ["not reproduced", " never came up", "the traces "] {
            assert!(ended.out.contains(part), "`{part}` in {}", ended.out);
        }
    }
}
