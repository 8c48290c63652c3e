import { LiveState } from "../model/live-state.js";

/** So many wards at once, each with a socket: more than a hospital has. */
const MAX_WARDS = 60;
/** Of how bad the connections are the worst counts. */
const BADNESS = ["connected", "connecting", "silent", "disconnected", "error"];

/**
 * The states of several wards, a LiveState each, with its `ward` and `live` (its connection): a snapshot of one ward says nothing about
 * the others.
 * @param clock the ServerClock that they share
 * @param connect (ward, state) => a connection of the ward's room that fills `state`
 */
export function wardStates(wards, clock, connect) {
  return wards.slice(0, MAX_WARDS).map(({ id }) => {
    const state = Object.assign(new LiveState(clock), { ward: id, live: null });
    state.live = connect(id, state);
    return state;
  });
}

/** The worst of their connections; one that is behind (the server does not hear the database) makes all of them so. */
export function worstConnection(states) {
  const connections = states.map(({ connection }) => connection);
  const [worst] = connections.toSorted((a, b) => BADNESS.indexOf(b.status) - BADNESS.indexOf(a.status));
  return { ...worst, behindAt: connections.find(({ behindAt }) => behindAt)?.behindAt ?? null };
}
