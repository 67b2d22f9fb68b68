"""An S3 storage in memory for tests: as much of its protocol as Arrow's client speaks, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_DAY = "Thu, 01 Jan 2026 00:00:00 GMT"


class ObjectStorage(ThreadingHTTPServer):
    """`objects`: what stands under `bucket/key`; `puts`: keys in the order in which they were written."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.parts: dict[str, dict[int, bytes]] = {}
        self.refused = ""
        """Beginning of keys that cannot be written."""

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which its clients find it."""
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_EC2_METADATA_DISABLED": "true", **keys}

    def put(self, key: str, content: bytes) -> None:
        self.puts.append(key)
        self.objects[key] = content


@contextmanager
def object_storage() -> Iterator[ObjectStorage]:
    """A storage that answers while the block runs."""
    with ObjectStorage() as storage:
        thread = threading.Thread(target=storage.serve_forever, daemon=True)
        thread.start()
        try:
            yield storage
        finally:
            storage.shutdown()
            thread.join()


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces with their lengths in hexadecimal digits before them, up to the one of none."""
    while length := int(stream.readline().partition(b";")[0], 16):
        yield stream.read(length)
        stream.readline()


class _Request(BaseHTTPRequestHandler):
    server: ObjectStorage
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/")

    @property
    def asked(self) -> dict[str, str]:
        pairs = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {name: values[0] for name, values in pairs.items()}

    def _body(self) -> bytes:
        """What was sent, without the lengths and sums that the protocol and the client put between its pieces."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            sent = b"".join(_pieces(self.rfile))
            self.rfile.readline()
        else:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return b"".join(_pieces(BytesIO(sent))) if "x-amz-decoded-content-length" in self.headers else sent

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        bucket, _, key = self.key.partition("/")
        if not key:
            self._list(bucket)
            return
        content = self.server.objects.get(self.key)
        if content is None:
            self._error(404, "NoSuchKey")
            return
        tag = f'"{md5(content, usedforsecurity=False).hexdigest()}"'
        told = {"ETag": tag, "Last_Modified": _DAY, "Accept_Ranges": "bytes"}
        if self.command == "HEAD":
            self._answer(200, content, **told)
            return
        asked = self.headers.get("Range", "").removeprefix("bytes=")
        first, _, last = asked.partition("-")
        begin, end = int(first or 0), min(int(last or len(content)), len(content) - 1)
        span = {"Content_Range": f"bytes {begin}-{end}/{len(content)}"} if asked else {}
        self._answer(206 if asked else 200, content[begin : end + 1], **told, **span)

    def _list(self, bucket: str) -> None:
        prefix, parting = self.asked.get("prefix", ""), self.asked.get("delimiter", "")
        keys, folders = [], set()
        for full in sorted(self.server.objects):
            owner, _, key = full.partition("/")
            if owner != bucket or not key.startswith(prefix):
                continue
            rest = key.removeprefix(prefix)
            if parting and parting in rest:
                folders.add(prefix + rest.partition(parting)[0] + parting)
            else:
                keys.append((key, len(self.server.objects[full])))
        if not keys and not folders and not any(full.startswith(f"{bucket}/") for full in self.server.objects):
            self._error(404, "NoSuchBucket")
            return
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{size}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key, size in keys
        )
        rows += "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(folders))
        count = len(keys) + len(folders)
        body = (
            f"<ListBucketResult><KeyCount>{count}</KeyCount><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        )
        self._answer(200, body.encode(), Content_Type="application/xml")

    def do_PUT(self) -> None:
        body = self._body()
        if self.server.refused and self.key.startswith(self.server.refused):
            self._error(403, "AccessDenied")
            return
        if "uploadId" in self.asked:
            self.server.parts[self.asked["uploadId"]][int(self.asked["partNumber"])] = body
        else:
            self.server.put(self.key, body)
        self._answer(200, ETag=f'"{md5(body, usedforsecurity=False).hexdigest()}"')

    def do_POST(self) -> None:
        body = self._body()
        if "uploads" in self.asked:
            number = str(len(self.server.parts))
            self.server.parts[number] = {}
            told = f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>"
        elif "uploadId" in self.asked:
            parts = self.server.parts.pop(self.asked["uploadId"])
            self.server.put(self.key, b"".join(parts[number] for number in sorted(parts)))
            told = "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"
        else:
            keys = body.decode().split("<Key>")[1:]
            for key in keys:
                self.server.objects.pop(f"{self.key}/{key.partition('<')[0]}", None)
            told = "<DeleteResult></DeleteResult>"
        self._answer(200, told.encode(), Content_Type="application/xml")

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.key, None)
        self.server.parts.pop(self.asked.get("uploadId", ""), None)
        self._answer(204)
