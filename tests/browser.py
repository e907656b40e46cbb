"""A headless Chromium, driven over the DevTools protocol with nothing but the standard library."""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import urllib.request
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--disable-extensions", "--remote-debugging-port=0"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--force-prefers-reduced-motion"),
)


def program():
    """Return the path of a Chromium, or `None`."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Socket:
    """As much of a WebSocket client as DevTools needs: masked text out, text in."""

    def __init__(self, address):
        host, _, path = address.removeprefix("ws://").partition("/")
        name, port = host.split(":")
        self.stream = socket.create_connection((name, int(port)), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.reader = self.stream.makefile("rb")
        while self.reader.readline() not in (b"\r\n", b""):
            pass

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        length = (
            struct.pack("!B", 0x80 | size)
            if size < 126
            else struct.pack("!BH", 0xFE, size)
            if size < 65536
            else struct.pack("!BQ", 0xFF, size)
        )
        body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        self.stream.sendall(b"\x81" + length + mask + body)

    def receive(self):
        text = b""
        while True:
            first, second = self.reader.read(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self.reader.read(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.reader.read(8))[0]
            text += self.reader.read(size)
            if first & 0x80:
                return text.decode()

    def close(self):
        self.reader.close()
        self.stream.close()


class Browser:
    """One tab. `run` evaluates JavaScript, `press` types a key, `events` holds what was reported."""

    def __init__(self, folder):
        self.errors = Path(folder, "stderr").open("w+")
        self.process = subprocess.Popen(
            [program(), *FLAGS, f"--user-data-dir={folder}/profile", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stderr:
            if "DevTools listening on ws://" in line:
                self.host = line.split("ws://")[1].split("/")[0]
                break
        else:
            raise RuntimeError("the browser did not start")
        with urllib.request.urlopen(f"http://{self.host}/json/list", timeout=30) as answer:
            tabs = json.load(answer)
        tab = next(tab for tab in tabs if tab["type"] == "page")
        self.socket = Socket(tab["webSocketDebuggerUrl"])
        self.number = 0
        self.events = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Send one command and return its result; events that come in between are kept."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        self.socket.send(json.dumps(command))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def open(self, path):
        """Load a file and wait until it is there."""
        self.events.clear()
        self.call("Page.navigate", url=Path(path).as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(json.loads(self.socket.receive()))

    def run(self, script):
        """Return the value of an expression, waiting for it if it is a promise."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key, text="", modifiers=0):
        """Press and release a key; the page gets the same events as from a keyboard."""
        codes = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36}
        codes |= {"End": 35, " ": 32, "Enter": 13, "e": 69, "p": 80, "Tab": 9}
        event = {"key": key, "windowsVirtualKeyCode": codes[key], "modifiers": modifiers}
        kind = "keyDown" if text else "rawKeyDown"
        self.call("Input.dispatchKeyEvent", type=kind, text=text, **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def requests(self):
        """Return the addresses that the page has asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self):
        """Return the errors and warnings that the page has caused."""
        bad = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")
        return [event for event in self.events if event["method"] in bad]

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stderr.close()
        self.errors.close()
