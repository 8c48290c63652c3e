import assert from "node:assert/strict";
import { test } from "node:test";
import { leastTrust, saturationTrust } from "../../../www/model/calibration.js";

const device = (calibration, inverted = false) => ({ calibration, inverted });

test("SpO2 is trusted only of a device that computes with a calibration of its own", () => {
  assert.equal(saturationTrust(device(null)), "uncalibrated");
  assert.equal(saturationTrust(device({ inUse: false })), "unused");
  assert.equal(saturationTrust(device({ inUse: true })), "calibrated");
  assert.equal(saturationTrust(device({ inUse: true }, true)), "inverted");
});

test("of several devices the one that is trusted least counts, of none nothing", () => {
  assert.equal(leastTrust([]), null);
  assert.equal(leastTrust([device({ inUse: true })]), "calibrated");
  assert.equal(leastTrust([device({ inUse: true }), device({ inUse: false })]), "unused");
  assert.equal(leastTrust([device(null), device({ inUse: true }), device({ inUse: false })]), "uncalibrated");
  assert.equal(leastTrust([device(null), device(null, true)]), "inverted");
});
