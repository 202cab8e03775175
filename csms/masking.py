"""What the message log keeps of a frame: its text, without passwords, AuthorizationKeys and log-ins in addresses."""

import re

import orjson
from lxml import etree

from data.command_kinds import SECRET
from data.message_log import MASK

LOGIN = re.compile(r"://[^/\s\"<@]*@")
ESCAPED = rb"\u00"  # JSON may write any letter so, also those of a name that is looked for …
LETTER = re.compile(r"\\+u00(4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)  # … and JSON within its texts


def json_text(frame: bytes, content: object) -> str:
    """Return a frame's text.

    Args:
        content: what it says; None: it is no JSON.
    """
    text = clean(frame.decode(errors="replace"))
    if SECRET.search(text) or (ESCAPED in frame and content is not None):
        try:
            text = clean(orjson.dumps(_hidden(content)).decode()) if content is not None else MASK
        except (RecursionError, TypeError):  # nested too deep, or halves of characters
            text = MASK
    if ESCAPED in frame:
        text = LETTER.sub(lambda found: chr(int(found[1], 16)), text)
    return LOGIN.sub(f"://{MASK}@", text) if "@" in text else text


def xml_text(frame: bytes) -> str:
    """Return an envelope's text, an element a line."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(frame.lstrip(), parser)
    for element in root.iter(etree.Element):
        _hide_in(element)
    etree.indent(root)
    return LOGIN.sub(f"://{MASK}@", clean(etree.tostring(root, encoding="unicode")))


def clean(text: str) -> str:
    """Take out what the database stores in no text: zero bytes and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _hide_in(element: etree._Element) -> None:
    parts = list(element.iterchildren(etree.Element))
    is_secret = any(SECRET.search("".join(part.itertext())) for part in parts if _name(part) == "key")
    for part in parts:
        if SECRET.search(_name(part)) or (is_secret and _name(part) == "value"):
            for inner in list(part):
                part.remove(inner)
            part.text = MASK
    for name, value in element.attrib.items():
        if SECRET.search(name) or _tells(value):
            element.set(name, MASK)
    for place in ("text", "tail"):
        if _tells(getattr(element, place) or ""):
            setattr(element, place, MASK)


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname).lower()


def _tells(text: str) -> bool:
    """Tell whether a text that is more than the name of a secret may hold one."""
    return bool(SECRET.search(text)) and not text.strip().isalnum()


def _hidden(value: object) -> object:
    match value:
        case dict():
            secret = any(isinstance(part, str) and SECRET.search(part) for part in value.values())
            return {
                key: MASK if SECRET.search(key) or (secret and key.lower() == "value") else _hidden(part)
                for key, part in value.items()
            }
        case list():
            return [_hidden(part) for part in value]
        case str() if _tells(value):
            return MASK
    return value
