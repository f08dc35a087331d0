"""A DOCX of unknown origin: `bot report verify` calls it foreign or tampered with, the desk gives it out or refuses it in words; nothing else happens."""

import base64
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput, NotOurReport
from bot.legal.attachments import check_file
from bot.reports.proof import FORMAT, NAMESPACE, TAG, W, what_it_shows
from bot.reports.verify import TAMPERED, verify
from bot.storage import personal_data
from bot.storage.personal_data import KeyRing

TEXT = f'''<w:document xmlns:w="{W[1:-1]}"><w:body><w:p><w:r><w:t>受理</w:t></w:r><w:sdt><w:sdtPr><w:tag w:val="{TAG}f1"/></w:sdtPr>
<w:sdtContent><w:r><w:t>12</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>件，十余次</w:t></w:r></w:p></w:body></w:document>'''.encode()
values = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["format", "mac", "title", "figures", "shown", "numbers"]), inner, max_size=5), max_leaves=10)  # fmt: skip


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setattr(personal_data, "keys", lambda: KeyRing({"k1": b"1" * 32}))


def wrapped(proof) -> bytes:
    return f'<proof xmlns="{NAMESPACE}">{base64.b64encode(json.dumps(proof).encode()).decode()}</proof>'.encode()


def document(text=TEXT, proof=wrapped({"format": FORMAT, "mac": "0", "title": "一月"}), compression=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("word/document.xml", text)
        archive.writestr("customXml/item1.xml", proof)
    return out.getvalue()


def is_foreign_or_tampered(tmp_path, body):
    """All that is done with a document that is not ours, without a look into the books; returns what it shows."""
    try:
        check_file("a.docx", body)
    except BadInput as refusal:
        assert refusal.hint
    path = tmp_path / "a.docx"
    path.write_bytes(body)
    try:
        assert verify(None, path, None).word == TAMPERED
    except NotOurReport as refusal:
        assert "a.docx" in str(refusal)
    try:
        return what_it_shows(path)
    except NotOurReport as refusal:
        assert "a.docx" in str(refusal)


def test_the_document_that_the_others_are_made_from_is_read(tmp_path):
    figures, numbers, _ = is_foreign_or_tampered(tmp_path, document())
    assert figures == {("f1", "12"): 1} and numbers == {"十": 1}


@given(st.binary(max_size=400))
def test_any_bytes_as_a_document(tmp_path, body):
    is_foreign_or_tampered(tmp_path, body)


@given(st.integers(0, len(document())), st.binary(min_size=1, max_size=30), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))
def test_any_broken_document(tmp_path, at, noise, compression):
    whole = document(compression=compression)
    for body in (whole[:at] + noise + whole[at + len(noise):], whole[:at]):
        is_foreign_or_tampered(tmp_path, body)


@given(st.one_of(st.binary(max_size=200), st.integers(0, len(TEXT)).map(lambda at: TEXT[:at]), st.text(max_size=100).map(lambda t: TEXT.replace("受理".encode(), t.encode("utf-8", "replace")))))
def test_any_text_inside_a_document(tmp_path, text):
    is_foreign_or_tampered(tmp_path, document(text=text))


@given(values, st.booleans())
def test_any_proof_inside_a_document(tmp_path, proof, of_our_format):
    is_foreign_or_tampered(tmp_path, document(proof=wrapped({**proof, "format": FORMAT} if of_our_format and isinstance(proof, dict) else proof)))


@pytest.mark.parametrize("mac", ["密", "\ud800", "0" * 64, 5, None])
def test_a_forged_seal_is_no_seal_whatever_stands_in_it(tmp_path, mac):
    is_foreign_or_tampered(tmp_path, document(proof=wrapped({"format": FORMAT, "mac": mac})))


def test_a_proof_nested_without_end_is_refused(tmp_path):
    nested = base64.b64encode(b"[" * 100_000).decode()
    is_foreign_or_tampered(tmp_path, document(proof=f'<proof xmlns="{NAMESPACE}">{nested}</proof>'.encode()))
