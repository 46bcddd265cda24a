//! Clients of a service of sessions, which crashes: connections, stored requests, turns with tools that call back, and trees that are deleted.

mod invariants;

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_backend::rpc::{
    Client, Fact, Front, Met, PATIENCE, Party, Rpc, Sessions, Source, VARIANTS, Variant,
};

/// The entry of the registry.
pub static RPC: Entry = Entry {
    name: "rpc",
    sentence: "clients connect, ask sessions of a tree, and delete trees; the service executes each request once, whatever crashes",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "clients", sentence: "how many clients there are", default: 2, least: 1, most: 100 },
        Setting {
            name: "requests",
            sentence: "how much each of them asks",
            default: 8,
            least: 1,
            most: 10_000,
        },
    ],
    build: |variant, settings| {
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(Boundary { clients: settings.get("clients"), requests: settings.get("requests"), variant })
    },
};

/// A front and its sessions on one node, clients on others.
#[derive(Clone, Copy, Debug)]
pub struct Boundary {
    /// How many clients there are.
    pub clients: u32,
    /// How much each of them asks.
    pub requests: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Boundary {
    fn default() -> Self {
        Self { clients: 2, requests: 8, variant: Variant::Reference }
    }
}

impl Scenario for Boundary {
    type Protocol = Rpc;

    fn set_up(&self, system: &mut Setup<Rpc>) {
        let mut service = system.node("service");
        let front = service.declare("front");
        let sessions = service.actor("sessions", Sessions::new(front, self.variant));
        service.actor("front", Front::new(sessions, self.variant));
        for number in 1..=self.clients {
            let client = Client::new(number, front, self.requests);
            system.node(format!("client-{number}")).actor("client", client);
        }
        system.timeout("patience", PATIENCE);
        system.faulty_phase(Duration::from_secs(2));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state(check);
        goals(check);
    }
}

fn goals(check: &mut Properties<Fact>) {
    check.sometimes("a connection is closed while it is being set up", {
        |fact| matches!(fact, Fact::Closed { met: Met::SettingUp, .. })
    });
    check.sometimes("a tool calls back", |fact| {
        matches!(fact, Fact::Waits { who: Party::Tool(_), on: Party::CallBack(_) })
    });
    check.sometimes("a request waits for the turn of another", {
        |fact| matches!(fact, Fact::Waits { who: Party::Request(_), .. })
    });
    check.sometimes("a request that comes again is answered from the store", {
        |fact| matches!(fact, Fact::Answered { source: Source::Store, .. })
    });
    check.sometimes("a request that was executed before a crash is answered after it", {
        |fact| matches!(fact, Fact::Answered { source: Source::EarlierLife, .. })
    });
    check.sometimes("nothing is made in a tree that is being deleted", {
        |fact| matches!(fact, Fact::CreationRefused(_))
    });
    check.sometimes("a session is read that is deleted", invariants::is_read_of_the_deleted);
}
