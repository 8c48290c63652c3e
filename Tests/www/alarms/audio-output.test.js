import assert from "node:assert/strict";
import { test } from "node:test";
import { AudioOutput } from "../../../www/alarms/audio-output.js";

/** A browser's list of devices, which a test changes. */
class Devices extends EventTarget {
  list = [];
  async enumerateDevices() {
    if (this.list === null) throw new Error("not allowed");
    return this.list.map((kind) => ({ kind }));
  }
}

test("an output is missing only where the browser lists none, and one that is plugged in is noticed", async () => {
  const devices = new Devices(), output = new AudioOutput(devices, true), told = [];
  output.addEventListener("change", () => told.push(output.isMissing));
  assert.equal(output.isMissing, null);
  devices.list = ["audioinput"];
  await output.look();
  devices.list = ["audioinput", "audiooutput"];
  devices.dispatchEvent(new Event("devicechange"));
  await new Promise((done) => setImmediate(done));
  await output.look();
  assert.deepEqual(told, [true, false]);
});

test("a browser that does not say is believed to have one", async () => {
  const refusing = Object.assign(new Devices(), { list: null });
  for (const output of [new AudioOutput(new Devices(), false), new AudioOutput(undefined, true), new AudioOutput(refusing, true)]) {
    await output.look();
    assert.equal(output.isMissing, false);
  }
});
