import { api, connect, state } from "../context.js";
import { State } from "../model/live-state.js";

/** So many wards at once, each with a socket: more than a hospital has. */
export const MAX_WARDS = 60;
/** Of how bad the connections are the worst counts. */
const BADNESS = ["connected", "connecting", "silent", "disconnected", "error"];

/** Follows several wards until `signal` aborts: a State each, with its `ward` and `live` (its connection); a snapshot of one says nothing about the others. */
export function followWards(wards, signal) {
  return wards.slice(0, MAX_WARDS).map(({ id }) => {
    const known = Object.assign(new State(state.clock), { ward: id });
    known.live = connect(`ws/service/${id}/`, () => api.get("api/patients/", { service: id, limit: 1000 }), signal, known);
    return known;
  });
}

/** The worst of their connections; one that is behind (the server does not hear the database) makes all of them so. */
export function worstConnection(states) {
  const connections = states.map(({ connection }) => connection);
  const [worst] = connections.toSorted((a, b) => BADNESS.indexOf(b.status) - BADNESS.indexOf(a.status));
  return { ...worst, behindAt: connections.find(({ behindAt }) => behindAt)?.behindAt ?? null };
}
