import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { RoomSocket } from "../../../www/live/room-socket.js";

/** A browser whose handshakes all fail, as while the server is away; `dialled` says how often it tried. */
function withoutServer() {
  const browser = { dialled: 0, window: new EventTarget() };
  class Refused {
    constructor() {
      browser.dialled += 1;
      queueMicrotask(() => this.onclose?.({ code: 1006 }));
    }
    close() {}
  }
  Object.assign(globalThis, { window: browser.window, document: new EventTarget(), WebSocket: Refused });
  return browser;
}

const settled = () => new Promise(setImmediate);

for (const [what, comesBack] of Object.entries({
  "somebody presses Reconnecter": (live) => live.reconnect(),
  "the network is there again": (live, { window }) => window.dispatchEvent(new Event("online")),
})) {
  test(`after a long outage ${what} a moment too early: the next attempt comes within two seconds`, async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] });
    mock.method(Math, "random", () => 1);
    try {
      const browser = withoutServer();
      const live = new RoomSocket({ url: "ws://localhost/", token: async () => "t", probe: async () => "retry", onMessage() {}, onStatus() {} });
      live.open();
      await settled();
      for (const wait of [2_000, 4_000, 8_000, 16_000]) {
        mock.timers.tick(wait);
        await settled();
      }
      assert.equal(browser.dialled, 5);
      comesBack(live, browser);
      await settled();
      assert.equal(browser.dialled, 6);
      mock.timers.tick(2_000);
      await settled();
      assert.equal(browser.dialled, 7);
      live.close();
    } finally {
      mock.timers.reset();
      mock.restoreAll();
    }
  });
}
