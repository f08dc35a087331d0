"""Which files may be given to residents is judged by what is in them."""

import io
import zipfile

import pytest
from docx import Document

from bot.errors import BadInput
from bot.legal.attachments import MAX_BYTES, FileKind, check_file, clean_name, size_words

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 32


def docx(**more: bytes) -> bytes:
    file = io.BytesIO()
    document = Document()
    document.add_paragraph("示例")
    document.save(file)
    with zipfile.ZipFile(file, "a") as archive:
        for name, body in more.items():
            archive.writestr(name.replace("__", "/"), body)
    return file.getvalue()


@pytest.mark.parametrize(
    "name, body, kind",
    [("告知书.pdf", PDF, FileKind.PDF), ("图.PNG", PNG, FileKind.PNG), ("照片.jpeg", JPG, FileKind.JPG), ("申请书.docx", docx(), FileKind.DOCX), ("没有后缀", PDF, FileKind.PDF)],
)
def test_the_four_kinds_are_taken_under_their_own_ending(name, body, kind):
    file = check_file(name, body)
    assert file.kind is kind and file.name.endswith(f".{kind.code}") and file.body == body


@pytest.mark.parametrize(
    "name, body",
    [
        ("程序.exe", b"MZ\x90\0" + b"\0" * 64),
        ("程序.pdf", b"MZ\x90\0" + b"\0" * 64),
        ("脚本.pdf", b"#!/bin/sh\nrm -rf /\n"),
        ("linux.png", b"\x7fELF" + b"\0" * 64),
        ("压缩包.zip", b"PK\x03\x04" + b"\0" * 64),
        ("网页.jpg", b"<html><script>alert(1)</script>"),
        ("改名.pdf", PNG),
        ("空.pdf", b""),
        ("宏.docx", docx(**{"word__vbaProject.bin": b"x"})),
        ("夹带.docx", docx(**{"word__embeddings__oleObject1.bin": b"MZ"})),
        ("脚本.pdf", PDF + b"<< /S /JavaScript /JS (app.alert(1)) >>"),
        ("启动.pdf", PDF + b"<< /S /Launch >>"),
        ("大.pdf", PDF + b"\0" * MAX_BYTES),
    ],
    ids=lambda given: given if isinstance(given, str) else f"{len(given)} bytes",
)
def test_what_runs_pretends_or_is_too_large_is_refused_with_clear_words(name, body):
    with pytest.raises(BadInput) as refused:
        check_file(name, body)
    assert "没有发出" in refused.value.hint or "不能发" in refused.value.hint


def test_a_docx_that_unpacks_to_very_much_is_refused():
    with pytest.raises(BadInput):
        check_file("炸弹.docx", docx(**{"word__media__a.txt": b"\0" * (101 * 1024 * 1024)}))


@pytest.mark.parametrize(
    "said, name",
    [("../../etc/passwd", "passwd"), ("C:\\秘密\\合同.pdf", "合同.pdf"), ("a\u202efdp.exe", "afdp.exe"), ('x"; evil.pdf', "x; evil.pdf"), ("  .  ", ""), ("长" * 300 + ".pdf", "长" * 76 + ".pdf")],
)
def test_names_lose_folders_and_tricks(said, name):
    assert clean_name(said) == name


def test_sizes_are_said_as_people_do():
    assert [size_words(n) for n in (1, 300_000, 1_500_000)] == ["1 KB", "293 KB", "1.4 MB"]
