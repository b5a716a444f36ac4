"""Uploads stay in memory and never touch the disk (R12); what is too large is not kept to its end."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# A browser sees an answer only when its whole request was taken in; beyond this we hang up.
PATIENCE = 20


def is_too_large(request: HttpRequest) -> bool:
    """Whether the upload of this request was stopped because it is larger than ``UPLOAD_LIMIT_BYTES``."""
    return bool(getattr(request, "upload_too_large", False))


class MemoryOnlyUploadHandler(FileUploadHandler):
    """
    Collects the files of one request in memory, together up to ``UPLOAD_LIMIT_BYTES``.

    Beyond it nothing more is kept and ``is_too_large`` is true: the form sees no file and says why.
    """

    chunk_size = 64 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0
        self._content = bytearray()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk, or stop."""
        self._received += len(raw_data)
        if self._received > settings.UPLOAD_LIMIT_BYTES:
            self._content = bytearray()
            announced = 0
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]
                announced = int(self.request.META.get("CONTENT_LENGTH") or 0)
            raise StopUpload(connection_reset=announced > PATIENCE * settings.UPLOAD_LIMIT_BYTES)
        self._content += raw_data

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        """Hand the finished file over."""
        content, self._content = self._content, bytearray()
        return InMemoryUploadedFile(
            file=BytesIO(content),
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
