"""Files from outside, on their way in: counted while they come, refused before they fill the disk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from tenring.web.core.metrics import UPLOADED
from tenring.web.core.sources import tenring_settings


class LimitedUpload(FileUploadHandler):
    """Passes pieces on and stops a request that sends more than `TENRING_MAX_UPLOAD_BYTES`.

    Raises:
        RequestDataTooBig: from `receive_data_chunk`, when more came.
    """

    _received = 0

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ANN401 - Django's signature
        META: dict[str, Any],  # noqa: N803 - Django's signature
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse by the announced length before anything is read."""
        del input_data, META, boundary, encoding
        if content_length > _limit():
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count what came, whatever was announced."""
        del start
        self._received += len(raw_data)
        UPLOADED.inc(len(raw_data))
        if self._received > _limit():
            raise RequestDataTooBig
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""
        del file_size


def _limit() -> int:
    return tenring_settings().max_upload_bytes
