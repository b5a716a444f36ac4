"""Uploads stay in memory and never touch the disk (R12); a file that is too large is not read to its end."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class MemoryOnlyUploadHandler(FileUploadHandler):
    """
    Collects one file in memory up to ``UPLOAD_LIMIT_BYTES``.

    Beyond it the upload is stopped and ``request.upload_too_large`` is set: the form sees no file and says why.
    """

    chunk_size = 64 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk, or stop."""
        if start + len(raw_data) > settings.UPLOAD_LIMIT_BYTES:
            self._content = bytearray()
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)
        self._content += raw_data

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        """Hand the finished file over."""
        return InMemoryUploadedFile(
            file=BytesIO(bytes(self._content)),
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
