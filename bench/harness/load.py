"""Asking: once, to look at the answer; a counted number of times; or as fast as it goes."""

import http.client
import itertools
import json
import os
import random
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

from .places import BENCH, WORK
from .processes import Failure, run
from .works import MARK

# Titles have to differ from all that were there before.
_numbers = itertools.count(random.randrange(10**9) * 1000)


class Client:
    """One connection to a server."""

    def __init__(self, system, server):
        self.system = system
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(self, work, sample):
        """The answer's `data`. Errors, and what a person would have to mend, are failures."""
        path, headers, body = self.system.request(work, sample)
        self.connection.request("POST", path, body.replace(MARK, f"{next(_numbers):012}"), headers)
        response = self.connection.getresponse()
        text = response.read()
        answer = json.loads(text) if response.status == 200 else {}
        if "errors" in answer or answer.get("data") is None or re.search(rb'"userErrors":\[[^]]', text):
            raise Failure(f"{self.system.name} answers {work} with {response.status} {text[:2000].decode(errors='replace')}")
        return answer["data"]

    def close(self):
        self.connection.close()


def ask_all(system, server, work, samples, connections):
    """Asks once with each of the samples, over so many connections at once."""
    def some(first):
        client = Client(system, server)
        try:
            for sample in samples[first::connections]:
                client.ask(work, sample)
        finally:
            client.close()

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(some, range(connections)))
    return len(samples)


def wrk():
    found = shutil.which("wrk")
    if not found:
        raise Failure("`wrk` is not here (on Debian: apt-get install wrk)")
    return found


class Load:
    """A system's requests for a work, written out for the load generator."""

    def __init__(self, system, server, work, samples):
        self.url = f"http://127.0.0.1:{server.port}"
        self.file = WORK / "requests" / re.sub(r"\W+", "-", f"{system.name}-{work}")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "wb") as file:
            for sample in samples:
                path, headers, body = system.request(work, sample)
                headers = {"host": f"127.0.0.1:{server.port}", **headers, "content-length": len(body.encode())}
                lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", body]
                raw = "\r\n".join(lines).encode()
                file.write(f"{len(raw)}\n".encode() + raw)

    def run(self, connections, seconds):
        printed = run(
            wrk(), "-t", 1, "-c", connections, "-d", f"{seconds}s", "--timeout", "30s", "-s", BENCH / "load.lua", self.url,
            "--", self.file, next(_numbers) * 1000 % 10**12, env={**os.environ, "LC_ALL": "C"},
        )
        return json.loads(printed.splitlines()[-1])
