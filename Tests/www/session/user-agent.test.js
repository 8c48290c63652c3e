import assert from "node:assert/strict";
import { test } from "node:test";
import { readAgent } from "../../../www/session/user-agent.js";

const said = (agent) => readAgent(agent).text;

test("browsers are told apart, though most call themselves Chrome and Safari too", () => {
  const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
  assert.equal(said("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox, Linux");
  assert.equal(said(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`), "Edge, Windows");
  assert.equal(said(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36`), "Chrome, Windows");
  assert.equal(said(`Mozilla/5.0 (X11; Linux x86_64) ${webkit} HeadlessChrome/142.0.0.0 Safari/537.36`), "Chrome, Linux");
  assert.equal(said(`Mozilla/5.0 (Linux; Android 15; K) ${webkit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`), "Samsung Internet, Android");
  assert.equal(said("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"), "Safari, macOS");
  assert.equal(said("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1"), "Chrome, iPhone");
});

test("a program is called what it calls itself, shortened; none is nothing", () => {
  assert.equal(said("python-requests/2.34.2"), "python-requests/2.34.2");
  assert.equal(said("x".repeat(500)).length, 41);
  assert.equal(said(null), "");
});

test("a telephone is held in a hand, a desk is not", () => {
  assert.equal(readAgent("Mozilla/5.0 (Linux; Android 15; K) Firefox/140.0").held, true);
  assert.equal(readAgent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0").held, false);
});
