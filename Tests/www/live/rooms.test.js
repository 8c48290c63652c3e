import assert from "node:assert/strict";
import { test } from "node:test";
import { Rooms } from "../../../www/live/rooms.js";
import { LiveState } from "../../../www/model/live-state.js";

/** Rooms whose connections are written down instead of made. */
function made() {
  const connections = [];
  const alarms = new LiveState(), others = new LiveState();
  const rooms = new Rooms((room, allowed, { onMessage, onStatus }) => {
    const connection = { room, isOpen: false, sent: [], onMessage, open: () => { connection.isOpen = true; }, close: () => { connection.isOpen = false; },
      send: (message) => connection.sent.push(message), reconnected: 0, reconnect: () => { connection.reconnected += 1; }, status: (status) => onStatus({ status, reason: null, retryAt: null }) };
    connections.push(connection);
    return connection;
  });
  return { rooms, alarms, others, connections, open: () => connections.filter(({ isOpen }) => isOpen).map(({ room }) => room) };
}

const alert = (id) => ({ kind: "alert", patient: 12, alert: { id, patient: 12, kind: "spo2_low", severity: "warning", at: 0, acknowledged: false, endedAt: null, version: 1 } });

const connect = (connection, ...messages) => {
  connection.status("connected");
  for (const message of [...messages, { kind: "ready" }]) connection.onMessage(message);
};

test("a page about a patient has the patient's room and, beside it, its ward's", () => {
  const { rooms, alarms, connections, open } = made();
  const page = new AbortController(), state = new LiveState();
  rooms.join("patient", null, state, page.signal);
  rooms.hear("ward", null, alarms);
  connect(connections[1], alert(1));
  assert.deepEqual(open(), ["patient", "ward"]);
  assert.deepEqual([alarms.openAlerts().length, state.openAlerts().length], [1, 0]);
  page.abort();
  assert.deepEqual(open(), ["ward"]);
});

test("Reconnecter on a patient's page reconnects the alarms of the ward too, unless they are connected", () => {
  const { rooms, alarms, connections } = made();
  const live = rooms.join("patient", null, new LiveState(), new AbortController().signal);
  rooms.hear("ward", null, alarms);
  connect(connections[1]);
  live.reconnect();
  assert.deepEqual(connections.map(({ reconnected }) => reconnected), [1, 0]);
  connections[1].status("disconnected");
  live.reconnect();
  assert.deepEqual(connections.map(({ reconnected }) => reconnected), [2, 1]);
});

test("a ward's own page shares its connection with what is heard, and leaves it behind", () => {
  const { rooms, alarms, connections, open } = made();
  const page = new AbortController(), state = new LiveState();
  rooms.join("ward", null, state, page.signal);
  rooms.hear("ward", null, alarms);
  assert.deepEqual(open(), ["ward"]);
  connect(connections[0], alert(1));
  assert.deepEqual([alarms.openAlerts().length, state.openAlerts().length], [1, 1]);
  page.abort();
  connections[0].onMessage(alert(2));
  assert.deepEqual(open(), ["ward"]);
  assert.deepEqual([alarms.openAlerts().length, state.openAlerts().length], [2, 1], "the page that went learns nothing more");
});

test("coming back to the ward nothing is missed: the old connection is kept until the new one knows everything", () => {
  const { rooms, alarms, connections, open } = made();
  rooms.say({ type: "son", actif: true });
  rooms.hear("ward", null, alarms);
  connect(connections[0], alert(1));
  rooms.join("ward", null, new LiveState(), new AbortController().signal);
  connections[0].onMessage(alert(2));
  assert.deepEqual(open(), ["ward", "ward"]);
  connect(connections[1], alert(1), alert(2));
  assert.deepEqual(open(), ["ward"]);
  assert.equal(connections[0].isOpen, false);
  assert.equal(alarms.openAlerts().length, 2);
  assert.deepEqual(connections.map(({ sent }) => sent.length), [1, 1]);
});

test("readings of the ward are not kept for pages that only hear it", () => {
  const { rooms, alarms, connections } = made();
  rooms.hear("ward", null, alarms);
  connect(connections[0]);
  connections[0].onMessage({ kind: "readings", patient: 12, readings: [{ vital: "spo2", value: 97, at: 0 }], since: null, corrected: [] });
  assert.equal(alarms.knows(12), false);
});

test("what was said to the ward is said again after every reconnection, and once only each time", () => {
  const { rooms, alarms, connections } = made();
  rooms.say({ type: "son", actif: false });
  rooms.hear("ward", null, alarms);
  connect(connections[0]);
  rooms.say({ type: "son", actif: true });
  connections[0].status("disconnected");
  connect(connections[0]);
  assert.deepEqual(connections[0].sent.map(({ actif }) => actif), [false, true, true]);
});

test("several wards are heard at once, each for itself, until it is heard no more", () => {
  const { rooms, alarms, others, connections, open } = made();
  rooms.say({ type: "son", actif: true });
  rooms.hear("ward", null, alarms);
  connect(connections[0], alert(1));
  rooms.hear("other", null, others);
  connect(connections[1], alert(2));
  assert.deepEqual([open(), rooms.heard], [["ward", "other"], ["ward", "other"]]);
  assert.deepEqual([alarms, others].map((state) => state.openAlerts().map(({ id }) => id)), [[1], [2]], "a snapshot of one says nothing about the other");
  assert.deepEqual(connections.map(({ sent }) => sent.map(({ actif }) => actif)), [[true], [true]]);
  rooms.hush("ward");
  assert.deepEqual([open(), rooms.heard], [["other"], ["other"]]);
  const page = new AbortController();
  rooms.join("other", null, new LiveState(), page.signal);
  connect(connections[2], alert(2));
  rooms.hush("other");
  assert.deepEqual(connections[2].sent.map(({ actif }) => actif), [true, false], "a page that shows it goes on, and is not counted as heard");
  assert.deepEqual(open(), ["other"]);
  rooms.hear("other", null, others);
  assert.deepEqual(connections[2].sent.map(({ actif }) => actif), [true, false, true]);
  page.abort();
  rooms.hush("other");
  assert.deepEqual(open(), []);
});

test("a ward that is refused is heard no more, and nothing of it stays known", () => {
  const { rooms, alarms, connections } = made();
  rooms.hear("ward", null, alarms);
  connect(connections[0], alert(1));
  connections[0].status("error");
  assert.deepEqual(alarms.openAlerts(), []);
});
