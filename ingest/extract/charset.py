"""Page bytes to text."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# as browsers read these labels (WHATWG Encoding Standard)
_AS_BROWSERS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252",
                "us-ascii": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
                "shift_jis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "tis-620": "cp874",
                "iso-8859-11": "cp874"}  # fmt: skip


def decode_page(body: bytes, content_type: str = "") -> str:
    """Text of ``body``: valid UTF-8 stays so; else as header or page declare; else a guess. Never raises."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").lstrip("\ufeff")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > 2000 and b"utf-8" in body[:2000].lower():
            return body.decode("utf-8", "replace")  # UTF-8 with a few broken bytes
    header = _HEADER.search(content_type)
    meta = _META.search(body[:4096])
    for name in (
        header.group(1) if header else None,
        meta.group(1).decode("ascii", "replace") if meta else None,
    ):
        codec = _codec(name)
        if codec is not None:
            return body.decode(codec, "replace")
    best = from_bytes(body[:20000]).best()
    return body.decode(best.encoding if best is not None else "utf-8", "replace")


def _codec(name: str | None) -> str | None:
    if not name:
        return None
    label = _AS_BROWSERS.get(name.lower(), name.lower())
    try:
        return codecs.lookup(label).name if label != "utf-8" else "utf-8"
    except LookupError:
        return None
