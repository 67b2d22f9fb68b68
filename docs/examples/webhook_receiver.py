"""Receives webhooks of Tenring and believes only those that are signed. Needs nothing but Python."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

MINUTES = 5  # older messages are replays
SEEN: set[str] = set()  # a message may come twice: keep the ids of a day, in a database rather than here


def verified(headers: dict[str, str], body: bytes, secret: str) -> dict:
    """The message, if one of its signatures is made with the secret (`whsec_…`) and it is not old; else ValueError."""
    message_id, seconds = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(seconds)) > MINUTES * 60:
        raise ValueError(f"it is not of the last {MINUTES} minutes")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256)
    expected = "v1," + base64.b64encode(digest).decode()
    if not any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split()):
        raise ValueError("no signature is right")
    return json.loads(body)


class Receiver(BaseHTTPRequestHandler):
    """Answers at once; what takes long is done later, or the message comes again."""

    def do_POST(self) -> None:
        """Take one message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            message = verified(
                {name.lower(): value for name, value in self.headers.items()}, body, os.environ["SECRET"]
            )
        except (KeyError, ValueError):
            self.send_error(401)
            return
        if message["id"] not in SEEN:
            SEEN.add(message["id"])
            print(message["type"], message["data"])
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8099), Receiver).serve_forever()
