"""The proof inside a report: every figure with its rows and hash, what the document shows, and a keyed hash over it all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

from bot.errors import NotOurReport
from bot.storage import personal_data

FORMAT = "district-legal-assistant/report-proof/2"
FORMATS = ("district-legal-assistant/report-proof/1", FORMAT)  # 1: the ids of all lines stand with each figure
NAMESPACE = "urn:district-legal-assistant:report-proof:1"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TAG = "fig:"
LARGEST = 64 * 1024 * 1024
_TEXT_PARTS = re.compile(r"^word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$")
_NUMERALS = "〇零一二三四五六七八九十百千万亿两"
_NUMBERS = re.compile(rf"[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[{_NUMERALS}]{{2,}}|[{_NUMERALS.replace('一', '')}](?=[余多]?[件起次个份名人轮场条元])")


def seal(proof: dict[str, Any]) -> dict[str, Any]:
    """Return the proof with its keyed hash; only a process with this office's keys can make it."""
    return {**proof, "mac": _mac(proof)}


def is_ours(proof: dict[str, Any]) -> bool:
    """Whether the proof is as we sealed it, with the current key or one that is still kept."""
    given, body = str(proof.get("mac", "")).encode(), _canonical({k: v for k, v in proof.items() if k != "mac"})
    return any(hmac.compare_digest(given, mac.encode()) for mac in personal_data.keys().look_up_hashes(body, "report-proof"))


def digest_of_proof(proof: dict[str, Any]) -> str:
    """Return the SHA-256 that names a report (64 hex digits)."""
    return hashlib.sha256(_canonical(proof).encode()).hexdigest()


def as_xml(proof: dict[str, Any]) -> bytes:
    """Return the proof as a custom XML part."""
    body = base64.b64encode(zlib.compress(_canonical(proof).encode())).decode()
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><proof xmlns="{NAMESPACE}">{body}</proof>'.encode()


def read_proof(path: Path) -> dict[str, Any]:
    """Return the proof inside a document.

    Raises:
        NotOurReport: no readable DOCX, or one without our proof.
    """
    for name, content in _parts(path).items():
        if name.startswith("customXml/") and NAMESPACE.encode() in content:
            return _unwrapped(content, f"{path.name}: the proof inside")
    raise NotOurReport(f"{path.name} carries no proof of ours; expected a DOCX written by `bot report`.")


def what_it_shows(path: Path) -> tuple[Counter[tuple[str, str]], Counter[str], Counter[str]]:
    """Return what a document shows: figures (id, text), numbers outside of figures, hashes of its pictures.

    Raises:
        NotOurReport: no readable DOCX.
    """
    figures: Counter[tuple[str, str]] = Counter()
    numbers: Counter[str] = Counter()
    pictures: Counter[str] = Counter()
    for name, content in _parts(path).items():
        if _TEXT_PARTS.match(name):
            root = _root(content, f"{path.name}: {name}")
            for control in root.iter(f"{W}sdt"):
                tag = control.find(f"{W}sdtPr/{W}tag")
                if tag is not None and str(tag.get(f"{W}val")).startswith(TAG):
                    figures[(str(tag.get(f"{W}val"))[len(TAG) :], "".join(t.text or "" for t in control.iter(f"{W}t")))] += 1
            for paragraph in root.iter(f"{W}p"):
                numbers.update(_NUMBERS.findall(_words(paragraph)))
        elif name.startswith("word/media/"):
            pictures[hashlib.sha256(content).hexdigest()] += 1
    return figures, numbers, pictures


def document_lines(path: Path) -> list[str]:
    """Return the document's paragraphs and table cells as text, figures included."""
    root = _root(_parts(path)["word/document.xml"], f"{path.name}: the text")
    return [line for p in root.iter(f"{W}p") if (line := "".join(t.text or "" for t in p.iter(f"{W}t")))]


def _words(paragraph: Any) -> str:
    """Text outside of figures; a gap is left where a figure stands, so that numbers around it do not join."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if node.tag == f"{W}sdt":
            tag = node.find(f"{W}sdtPr/{W}tag")
            if tag is not None and str(tag.get(f"{W}val")).startswith(TAG):
                found.append(" ")
                return
        if node.tag == f"{W}p" and node is not paragraph:
            return
        if node.tag == f"{W}t":
            found.append(node.text or "")
        for child in node:
            walk(child)

    walk(paragraph)
    return "".join(found)


def _parts(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise NotOurReport(f"{path.name} unpacks to more than {LARGEST // 1024 // 1024} MB; no report of ours is as large.")
            return {name: archive.read(name) for name in archive.namelist()}
    except FileNotFoundError as error:
        raise NotOurReport(f"{path} is not there.") from error
    except NotOurReport:
        raise
    except Exception as error:  # noqa: BLE001  a broken, encrypted or exotic archive makes zipfile raise whatever its packing raises
        raise NotOurReport(f"{path.name} is no readable DOCX ({error}).") from error


def _unwrapped(content: bytes, where: str) -> dict[str, Any]:
    text = _root(content, where).text or ""
    try:
        packed = base64.b64decode(text)
        found = json.loads(packed if packed.startswith(b"{") else _unpacked(packed))
        _canonical(found).encode()
    except (ValueError, RecursionError, zlib.error) as error:
        raise NotOurReport(f"{where} cannot be read ({error}); make the report again with `bot report`.") from error
    said = found.get("format") if isinstance(found, dict) else None
    if said not in FORMATS:
        raise NotOurReport(f"{where} has the format {said!r}, expected {FORMAT!r}.")
    return dict(found)


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    body = unpacking.decompress(packed, LARGEST)
    if not unpacking.eof:
        raise ValueError(f"cut off, or unpacks to more than {LARGEST // 1024 // 1024} MB")
    return body


def _root(content: bytes, where: str) -> Any:
    from lxml import etree  # the web process imports this module and reads no document

    # A foreign file may name files or nest entities; neither is looked at.
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise NotOurReport(f"{where} is no XML ({error}).") from error


def _mac(proof: dict[str, Any]) -> str:
    return personal_data.keys().look_up_hash(_canonical(proof), "report-proof")


def _canonical(proof: dict[str, Any]) -> str:
    return json.dumps(proof, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
