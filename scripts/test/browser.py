"""Headless Chromium over its debugging pipe: pages are opened, asked, and printed.

A message is JSON with a NUL behind it, to the browser on its file 3, from it on its file 4
(chromium --remote-debugging-pipe; https://chromedevtools.github.io/devtools-protocol). One browser
serves a whole test module, since starting it takes most of the time.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from dataclasses import dataclass, field

NAMES = ("chromium", "chromium-browser", "google-chrome")
ANSWER_SECONDS = 240  # a machine under load starts a browser slowly; nothing here is timed
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)
# What a page fetches besides itself would leave the machine; about: and data: do not.
LOCAL = ("data:", "about:", "blob:")


@dataclass
class Seen:
    """What happened since a page was opened."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loaded: bool = False


class Browser:
    """REQUIRES: close() is called in the end. One page is open at a time."""

    def __init__(self, scratch):
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        assert program, "no chromium here: scripts/install-packages.sh installs it"
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        # Out of the way first: either may be 3 or 4 itself.
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (to_read, to_write)]

        def place_ends():
            for number, end in zip((3, 4), ends):
                os.dup2(end, number)

        self._process = subprocess.Popen(
            [program, *SWITCHES, f"--user-data-dir={scratch}"], pass_fds=(3, 4),
            preexec_fn=place_ends, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for each in ends:
            os.close(each)
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._count, self._session, self._target = b"", 0, None, None
        self.seen = Seen()
        self._target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=self._target,
                                  flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        """Ends the browser, and with it every process that it started."""
        self._session = None
        try:
            self.call("Browser.close")
        finally:
            os.close(self._to)
            os.close(self._from)
            self._process.wait(ANSWER_SECONDS)

    def call(self, method, **parameters):
        """The result of a command. Events that arrive meanwhile go into `seen`."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._count:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def open(self, url, width, height, dark=False, media=""):
        """Opens a page in a window of that size and waits until it is drawn."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.seen = Seen()
        self.call("Page.navigate", url=url)
        while not self.seen.loaded:
            self._receive()
        return self

    def ask(self, expression):
        """The value of a JavaScript expression."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def _receive(self):
        end = time.monotonic() + ANSWER_SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], max(end - time.monotonic(), 0))
            piece = os.read(self._from, 1 << 20) if ready else b""
            assert piece, "the browser does not answer"
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(line)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, method, parameters):
        if method == "Page.loadEventFired":
            self.seen.loaded = True
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            # The main frame has the id of its target; a frame inside the page has one of its own.
            is_page = (parameters.get("type") == "Document"
                       and parameters.get("frameId") == self._target)
            if not is_page and not url.startswith(LOCAL):
                self.seen.requests.append(url)
        elif method == "Log.entryAdded":
            self.seen.complaints.append(parameters["entry"]["text"])
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.seen.complaints.append(json.dumps(parameters)[:300])
