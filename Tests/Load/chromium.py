"""Chromium as it stands on a ward's wall: nothing listens in, so that what it costs is the page's own.

Spoken to in plain DevTools messages and only between the measurements: a library such as Playwright has every message of every
socket reported to it, which costs as much as the page.
"""
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request

import psutil
from websockets.sync.client import connect

from hospital import Failed
from support.processes import end_with_parent

PROGRAM = "/usr/bin/chromium"
# Headless draws in software: the processor does also what a graphics card would.
OPTIONS = ("--headless=new", "--remote-debugging-port=0", "--no-first-run", "--disable-extensions", "--disable-component-update",
           "--disable-background-networking", "--mute-audio")
ANSWER_SECONDS = 60


class Chromium:
    """A context: one window of `width` × `height`."""

    def __init__(self, width=1920, height=1080):
        self.directory = tempfile.mkdtemp(prefix="fajma-chromium-")
        # It refuses its sandbox to root.
        options = [*OPTIONS, f"--window-size={width},{height}", f"--user-data-dir={self.directory}",
                   *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        self.process = subprocess.Popen([PROGRAM, *options, "about:blank"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
        self.number = 0
        try:
            self.port = self._port()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def tools(self):
        """A context that speaks to the page: `tools("Runtime.evaluate", …)` returns the answer's result."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json", timeout=10) as answer:
            page = next(target for target in json.load(answer) if target["type"] == "page")
        return Tools(page["webSocketDebuggerUrl"])

    def cpu_seconds(self):
        """What all its processes have used: browser, renderer, GPU process (drawing), network service."""
        root = psutil.Process(self.process.pid)
        total = 0
        for process in (root, *root.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
        return total

    def _port(self):
        for line in self.process.stderr:
            if line.startswith("DevTools listening on ws://"):
                return int(line.split(":")[2].split("/")[0])
        raise Failed("Chromium does not start")


class Tools:
    def __init__(self, url):
        self.url = url
        self.number = 0

    def __enter__(self):
        self.socket = connect(self.url, max_size=None, open_timeout=10)
        return self

    def __exit__(self, *_):
        self.socket.close()

    def __call__(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=ANSWER_SECONDS))
            if message.get("id") != self.number:
                continue
            if "error" in message:
                raise Failed(f"Chromium: {method}: {message['error']['message']}")
            return message["result"]

    def evaluate(self, expression):
        """The value of an expression on the page, a promise's once it has one."""
        result = self("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Failed(f"the page: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def heap(self):
        """Bytes that the page's objects take once the rubbish is gone."""
        self("HeapProfiler.collectGarbage")
        return self("Runtime.getHeapUsage")["usedSize"]
