"""Visitors of a web site, in a process of their own: each asks the addresses of a file one after the other.

    python benchmarks/visitors.py http://127.0.0.1:8000 ADDRESSES --users 20 --seconds 30 --think 1

ADDRESSES is a JSON list of [kind, address]. Each visitor keeps one connection, as a browser does, begins at another
place of the list, and waits `--think` seconds (on average) between an answer and the next question. Prints one JSON
line: [kind, milliseconds from the first byte sent to the last byte received, status, bytes] of every answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

#: What a browser sends of itself.
_HEADERS = (
    "Accept: text/html\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: {language}\r\nUser-Agent: visitors\r\n"
)

Answer = tuple[str, float, int, int]


class Visitor:
    """One visitor with one connection."""

    def __init__(self, base: str, number: int, language: str) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\n" + _HEADERS.format(language=language)
        self._draw = random.Random(number)  # noqa: S311 - pauses, not secrets
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def visit(self, questions: Sequence[tuple[str, str]], *, until: float, think: float) -> list[Answer]:
        """Ask until the moment `until` of the loop's clock."""
        answers: list[Answer] = []
        place = 0
        await asyncio.sleep(self._draw.random() * think)
        while time.perf_counter() < until:
            kind, address = questions[place % len(questions)]
            begun = time.perf_counter()
            status, size = await self._ask(address)
            answers.append((kind, (time.perf_counter() - begun) * 1e3, status, size))
            place += 1
            if think:
                await asyncio.sleep(think * (0.5 + self._draw.random()))
        if self._streams:
            self._streams[1].close()
        return answers

    async def _ask(self, address: str) -> tuple[int, int]:
        """Status and bytes of the body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(f"GET {address} HTTP/1.1\r\n{self._head}\r\n".encode("ascii"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        size = len(await reader.readexactly(int(fields["content-length"]))) if "content-length" in fields else 0
        if fields.get("connection") == "close":
            writer.close()
            self._streams = None
        return status, size


async def _run(arguments: argparse.Namespace) -> list[Answer]:
    questions = json.loads(arguments.addresses.read_text(encoding="utf-8"))
    until = time.perf_counter() + arguments.seconds
    step = max(1, len(questions) // arguments.users)
    visits = [
        Visitor(arguments.base, number, ("en", "zh")[number % 2]).visit(
            questions[number * step :] + questions[: number * step], until=until, think=arguments.think
        )
        for number in range(arguments.users)
    ]
    return [answer for answers in await asyncio.gather(*visits) for answer in answers]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", help="address of the site")
    parser.add_argument("addresses", type=Path, help="JSON list of [kind, address]")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=0.0, help="seconds between an answer and the next question")
    print(json.dumps(asyncio.run(_run(parser.parse_args()))))
