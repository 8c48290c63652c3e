"""A device that measures once a second while a test looks."""
import queue
import threading
import time

import requests

from support.clock import now


class Feed(threading.Thread):
    """What a device on a patient does, until the block ends: it measures `values` once a second, and sends each report until it is
    answered 201. `values` may be changed meanwhile; an empty one is a device that fell silent."""

    PERIOD_SECONDS = 1.0

    def __init__(self, device, **values):
        super().__init__(daemon=True)
        self.device, self.values = device, values
        self._over = threading.Event()
        self._unsent = queue.Queue()

    def __enter__(self):
        self.start()
        threading.Thread(target=self._send, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._over.set()
        self.join(20)

    def run(self):
        due = time.monotonic()
        while not self._over.is_set():
            if self.values:
                self._unsent.put({"timestamp": now(), **{name: {"valeur": value} for name, value in self.values.items()}})
            due += self.PERIOD_SECONDS
            self._over.wait(max(0, due - time.monotonic()))
        self._unsent.put(None)

    def _send(self):
        session = requests.Session()
        while (body := self._unsent.get()) is not None:
            while not self._over.is_set():
                try:
                    if session.post(self.device.stack.url + "/api/iot/data/", json=body, headers=self.device.headers, timeout=2).status_code == 201:
                        break
                except requests.RequestException:
                    pass
                self._over.wait(0.2)
