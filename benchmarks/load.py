"""A load of HTTP requests: keep-alive connections, as many requests as they can carry, in a process apart."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """What a load found."""

    per_second: float
    median_ms: float
    p99_ms: float
    answer_bytes: int


def measure(host: str, port: int, path: str, key: str, body: bytes, clients: int, seconds: float) -> Measured:
    """Load one endpoint and return its rate; any answer but 200 is an error."""
    task = {
        "host": host, "port": port, "path": path, "key": key,
        "body": body.decode(), "clients": clients, "seconds": seconds,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(task), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Measured(**json.loads(done.stdout))


async def _client(
    host: str, port: int, request: bytes, until: float, taken: list[float], sizes: set[int]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (begin := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        taken.append(time.perf_counter() - begin)
        sizes.add(length)
    writer.close()


async def _load(
    host: str, port: int, path: str, key: str, body: str, clients: int, seconds: float
) -> dict[str, float]:
    content = body.encode()
    request = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content
    warm: list[float] = []
    taken: list[float] = []
    sizes: set[int] = set()
    for length, times in ((1.0, warm), (seconds, taken)):
        until = time.perf_counter() + length
        await asyncio.gather(*(_client(host, port, request, until, times, sizes) for _ in range(clients)))
    taken.sort()
    return {
        "per_second": len(taken) / seconds,
        "median_ms": 1000 * taken[len(taken) // 2],
        "p99_ms": 1000 * taken[int(len(taken) * 0.99)],
        "answer_bytes": max(sizes),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_load(**json.load(sys.stdin)))))
