"""JPG pictures that people bring: looked into, never believed, and written anew without what else was in them."""

import io
import threading
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from data.errors import InvalidInput
from data.texts import N_, told

LARGEST = 2 * 1024 * 1024  # bytes (manual: 2 Mbyte)
MOST_PIXELS = 40_000_000
MOST_SCANS = 64  # of a progressive picture; each is decoded whole
QUALITY = 88
START_OF_SCAN = b"\xff\xda"
ONE_AT_A_TIME = threading.Lock()  # the largest picture takes some 300 MB while it is unpacked


class Picture(NamedTuple):
    """A JPG without metadata, upright."""

    content: bytes
    width_px: int
    height_px: int


def cleaned(name: str, content: bytes) -> Picture:
    """Return a JPG written anew.

    Args:
        name: what the file is called; only for the refusal.

    Raises:
        InvalidInput: it is larger than `LARGEST`, no JPG whatever its name, damaged, or has too many pixels.
    """
    if len(content) > LARGEST:
        raise InvalidInput(
            "File", name, told("is larger than %(largest)s MB. Choose a smaller one.", largest=LARGEST >> 20)
        )
    if content.count(START_OF_SCAN) > MOST_SCANS:
        raise InvalidInput(N_("File"), name, N_("is built in too many layers. Save it as an ordinary JPG."))
    with ONE_AT_A_TIME:
        return _written_anew(name, content)


def _written_anew(name: str, content: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise _too_many(name)
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except UnidentifiedImageError:
        raise InvalidInput(N_("File"), name, N_("is no JPG picture, whatever its name. Save the map as JPG.")) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many(name) from None
    except (OSError, SyntaxError, ValueError):  # as Pillow meets it in damaged pictures
        raise InvalidInput(N_("File"), name, N_("is damaged. Save the map as JPG again.")) from None
    written = io.BytesIO()
    picture.info.clear()
    picture.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), *picture.size)


def _too_many(name: str) -> InvalidInput:
    why = told("has more than %(most)s million pixels. Save the map in fewer.", most=MOST_PIXELS // 1_000_000)
    return InvalidInput("File", name, why)
