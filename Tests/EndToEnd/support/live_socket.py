"""A WebSocket of /ws/ as the replaced system's clients use it."""
import json
import time

from websockets.sync.client import connect


class Socket:
    """A WebSocket that hands out its messages one by one."""

    def __init__(self, url, **options):
        self._context = connect(url, open_timeout=10, **options)
        self.connection = self._context.__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._context.__exit__(*exception)

    def send(self, message):
        self.connection.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self, seconds=1.0):
        """The next message of those that the replaced system had; its clients pass over what they do not know."""
        deadline = time.monotonic() + seconds
        while True:
            message = json.loads(self.connection.recv(timeout=max(0, deadline - time.monotonic())))
            if message.get("type") not in ("pulse", "dispositif", "score", "pause"):
                return message

    def snapshot(self):
        """The messages before `ready`."""
        messages = []
        while (message := self.receive(5)) != {"type": "ready"}:
            messages.append(message)
        return messages
