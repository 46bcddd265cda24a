// A run as its page has it, and what can be asked of it. Events are counted from the first that is here.
class Trace {
  constructor(data) {
    this.first = data.first;
    this.total = data.total;
    this.nodes = data.nodes;
    this.actors = data.actors.map(([path, node]) => ({ path, node }));
    this.kinds = data.kinds;
    this.events = data.events;
    this.length = data.events.at.length;
    this.faults = data.faults;
    this.end = data.end;
    this.slice = new Map(data.slice.map(([event, role, deviations]) => [event, { role, deviations }]));
    this.log = Map.groupBy(data.log, ([event]) => event);
    this.linkEffects();
    this.linkStates(data.states);
  }

  // The number of an event in the whole run.
  number(index) {
    return this.first + index;
  }

  // The event of a number, or -1 if it is not here.
  index(number) {
    const index = number - this.first;
    return Number.isInteger(index) && index >= 0 && index < this.length ? index : -1;
  }

  kind(index) {
    return this.kinds[this.events.kind[index]];
  }

  isTurn(index) {
    return this.events.kind[index] <= this.kinds.indexOf("synced");
  }

  path(slot) {
    return slot < 0 ? "" : this.actors[slot].path;
  }

  // The event that led to this one, or -1 if none did or it is not here.
  cause(index) {
    const cause = this.index(this.events.cause[index]);
    return cause < index ? cause : -1;
  }

  // From an event back to its cause, and so on.
  way(index) {
    const way = [];
    for (let at = this.cause(index); at >= 0; at = this.cause(at)) way.push(at);
    return way;
  }

  linkEffects() {
    this.firstEffect = new Int32Array(this.length).fill(-1);
    this.nextEffect = new Int32Array(this.length).fill(-1);
    for (let index = this.length - 1; index >= 0; index--) {
      const cause = this.cause(index);
      if (cause < 0) continue;
      this.nextEffect[index] = this.firstEffect[cause];
      this.firstEffect[cause] = index;
    }
  }

  effects(index) {
    const effects = [];
    for (let at = this.firstEffect[index]; at >= 0; at = this.nextEffect[at]) effects.push(at);
    return effects;
  }

  linkStates(states) {
    this.states = states;
    this.changes = new Map();
    this.firstEdit = new Uint32Array(states.slot.length + 1);
    states.slot.forEach((slot, change) => {
      this.firstEdit[change + 1] = this.firstEdit[change] + states.edits[change];
      if (!this.changes.has(slot)) this.changes.set(slot, []);
      this.changes.get(slot).push(change);
    });
    this.known = { slot: -1, changes: 0, text: "" };
  }

  hasStates() {
    return this.states.slot.length > 0;
  }

  // The state of an actor after so many of its changes. The last answer is kept, for what is asked next is mostly the next one.
  stateAfter(slot, count) {
    const own = this.changes.get(slot) ?? [];
    const goesOn = this.known.slot === slot && this.known.changes <= count;
    let { changes, text } = goesOn ? this.known : { changes: 0, text: this.states.before[slot] ?? "" };
    for (; changes < count; changes++) text = this.edited(text, own[changes]);
    this.known = { slot, changes, text };
    return text;
  }

  edited(before, change) {
    const { at, removed, inserted } = this.states;
    let after = "";
    let from = 0;
    for (let edit = this.firstEdit[change]; edit < this.firstEdit[change + 1]; edit++) {
      after += before.slice(from, at[edit]) + inserted[edit];
      from = removed[edit] < 0 ? before.length : at[edit] + removed[edit];
    }
    return after + before.slice(from);
  }

  // The state of an event's actor before and after it.
  statesAround(index) {
    const slot = this.events.actor[index];
    const own = this.changes.get(slot) ?? [];
    const number = this.number(index);
    let before = 0;
    for (let end = own.length; before < end; ) {
      const middle = (before + end) >> 1;
      if (this.states.event[own[middle]] < number) before = middle + 1;
      else end = middle;
    }
    const changes = before < own.length && this.states.event[own[before]] === number;
    return {
      before: this.stateAfter(slot, before),
      after: this.stateAfter(slot, before + (changes ? 1 : 0)),
    };
  }

  // The first event at or after a time.
  at(nanos) {
    let low = 0;
    for (let high = this.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.events.at[middle] < nanos) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
