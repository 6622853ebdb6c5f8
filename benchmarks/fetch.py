"""Fetch a list of addresses over keep-alive connections, as fast as they come, in a process apart."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque


async def _client(host: str, port: int, waiting: deque[str], key: str | None) -> None:
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 26)
    authorisation = f"Authorization: Bearer {key}\r\n" if key else ""
    while waiting:
        path = waiting.popleft()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{authorisation}Accept-Encoding: gzip\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith((b"http/1.1 200", b"http/1.1 204")):
            raise RuntimeError(f"{path}: {head.decode()}")
        if b"content-length:" in head:
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        elif b"transfer-encoding: chunked" in head:
            while length := int(await reader.readline(), 16):
                await reader.readexactly(length + 2)
            await reader.readline()
    writer.close()


async def _fetch(host: str, port: int, paths: list[str], key: str | None, clients: int) -> float:
    waiting = deque(paths)
    begin = time.perf_counter()
    await asyncio.gather(*(_client(host, port, waiting, key) for _ in range(clients)))
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(asyncio.run(_fetch(**json.load(sys.stdin))))
