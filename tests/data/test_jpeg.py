"""Which files are taken as JPG: by content, not by name; and what is left of one."""

import io
import struct

import pytest
from PIL import Image

from data import jpeg
from data.errors import InvalidInput


def picture(form: str = "JPEG", size: tuple[int, int] = (160, 110), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#8090a0").save(written, form, **options)
    return written.getvalue()


def claiming(content: bytes, width: int, height: int) -> bytes:
    """Return a JPG whose header tells another size: small to send, huge to unpack."""
    start = content.index(b"\xff\xc0") + 5
    return content[:start] + struct.pack(">HH", height, width) + content[start + 4 :]


def test_metadata_and_what_was_hidden_behind_the_picture_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    content = picture(exif=exif, comment=b"secret words") + b"<script>secret()</script>"
    kept = jpeg.cleaned("plan.jpg", content)
    assert (kept.width_px, kept.height_px) == (160, 110)
    assert b"secret" not in kept.content
    with Image.open(io.BytesIO(kept.content)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (160, 110), {})


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = jpeg.cleaned("photo.jpg", picture(exif=exif))
    assert (kept.width_px, kept.height_px) == (110, 160)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_grey_scan_and_a_printers_file_are_taken(mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (40, 30)).save(written, "JPEG")
    assert jpeg.cleaned("scan.jpg", written.getvalue()).width_px == 40


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (picture("PNG"), "is no JPG picture"),
        (picture("GIF"), "is no JPG picture"),
        (b"", "is no JPG picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "is no JPG picture"),
        (b"%PDF-1.7 plan", "is no JPG picture"),
        (b"\xff\xd8\xff\xe0" + b"x" * 50, "is damaged"),
        (picture(size=(600, 600), quality=95)[:-400], "is damaged"),
        (picture() + b"\0" * jpeg.LARGEST, "is larger than 2 MB"),
        (claiming(picture(), 30_000, 30_000), "million pixels. Save the map in fewer."),
        (claiming(picture(), 8_000, 8_000), "million pixels. Save the map in fewer."),
        (picture() + jpeg.START_OF_SCAN * 65, "too many layers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_else_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        jpeg.cleaned("plan.jpg", content)
