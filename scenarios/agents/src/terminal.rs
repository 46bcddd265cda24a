//! A terminal program under a person who types and agents that report, judged by what it dispatches and when it draws.
//!
//! All of it is one machine, which neither crashes nor loses messages: what is rehearsed is the order of events. A person and agents sit on other nodes
//! all the same, so that their events come late, twice or not at all, in which case they did not happen.

mod frames;
mod lanes;

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_agents::terminal::{
    Config, Fact, Feed, Lane, Lanes, Painter, Terminal, Typist, VARIANTS, Variant,
};

/// The entry of the registry.
pub static TUI_LANES: Entry = Entry {
    name: "tui-lanes",
    sentence: "a terminal program serves a person before its agents, starves neither, and draws one frame at a time",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "rounds", sentence: "how often a person types", default: 6, least: 1, most: 10_000 },
        Setting {
            name: "inputs",
            sentence: "after how many inputs in a row a report has its turn",
            default: 16,
            least: 1,
            most: 1_000,
        },
    ],
    build: |variant, settings| {
        let config = Config { inputs_in_a_row: settings.get("inputs"), ..TuiLanes::default().config };
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(TuiLanes { rounds: settings.get("rounds"), config, variant })
    },
};

/// A terminal program, its screen, a person and agents.
#[derive(Clone, Copy, Debug)]
pub struct TuiLanes {
    /// How often a person types, and agents report.
    pub rounds: u32,
    /// The knobs.
    pub config: Config,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for TuiLanes {
    /// Lanes so small that a run meets their bounds.
    fn default() -> Self {
        let config = Config { inputs_in_a_row: 16, room: 24, ..Config::default() };
        Self { rounds: 6, config, variant: Variant::Reference }
    }
}

/// Longer than all that can wait in both lanes takes to handle.
const IN_THE_END: Duration = Duration::from_secs(1);

impl Scenario for TuiLanes {
    type Protocol = Lanes;

    fn set_up(&self, system: &mut Setup<Lanes>) {
        let mut machine = system.node("machine").steady();
        let painter = machine.actor("painter", Painter::default());
        let terminal = machine.declare("terminal");
        let typist = system.node("person").steady().actor("typist", Typist::new(terminal, self.rounds));
        let feed = system.node("agents").steady().actor("feed", Feed::new(terminal, self.rounds));
        let program = Terminal::new(painter, self.config, self.variant).fed_by([typist, feed]);
        system.node("machine").actor("terminal", program);
        system.timeout("debounce", self.config.debounce);
        system.faulty_phase(Duration::from_secs(1));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        lanes::state(check, self.config);
        frames::state(check, self.config.debounce);
        goals(check);
    }
}

fn goals(check: &mut Properties<Fact>) {
    check.sometimes("a lane is full", |fact| matches!(fact, Fact::Refused { .. }));
    check.sometimes("a frame answers several requests", {
        |fact| matches!(fact, Fact::FrameBegun { frame, request, .. } if request > &(frame + 3))
    });
    check.sometimes("an event joins one like it", |fact| matches!(fact, Fact::Joined { .. }));
    check.sometimes("a program whose lanes are closed has something to do before it ends", {
        |fact| matches!(fact, Fact::Closed { busy: true })
    });
    check.sometimes("many reports wait", {
        |fact| matches!(fact, Fact::Accepted { lane: Lane::Bulk, waiting: 8.., .. })
    });
}
