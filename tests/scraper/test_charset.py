from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.charset import decode_body, normalize_label

RUSSIAN = "Министерство сообщило о новых мерах поддержки. Заседание комиссии состоялось в среду. "
TEXTS = {
    "cp1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "iso8859-5": RUSSIAN,
    "gb18030": "外交部发言人在例行记者会上回答了记者提问。会议讨论了新的预算方案和明年的工作计划。",
    "big5": "外交部發言人在例行記者會上回答了記者提問。會議討論了新的預算方案和明年的工作計畫。",
    "cp932": "外務省は本日、新しい予算案について発表しました。会議は水曜日に開かれ、参加者が議論しました。",
    "euc_jp": "外務省は本日、新しい予算案について発表しました。会議は水曜日に開かれ、参加者が議論しました。",
    "iso2022_jp": "外務省は本日、新しい予算案について発表しました。",
    "cp949": "외교부는 오늘 새로운 예산안에 대해 발표했습니다. 회의는 수요일에 열렸으며 참가자들이 논의했습니다.",
    "cp1250": "Ministerstwo ogłosiło nowe środki wsparcia. Posiedzenie komisji odbyło się w środę, na przyszły rok. ",
    "iso8859-2": "Ministerstwo ogłosiło nowe środki wsparcia. Posiedzenie komisji odbyło się w środę, na rok. ",
    "cp1253": "Το υπουργείο ανακοίνωσε νέα μέτρα στήριξης. Η συνεδρίαση της επιτροπής την Τετάρτη.",
    "cp1254": "Bakanlık yeni destek önlemlerini açıkladı. Komisyon toplantısı çarşamba günü yapıldı, bütçeyi görüştü. ",
    "cp1255": "המשרד הודיע על צעדי תמיכה חדשים. ישיבת הוועדה התקיימה ביום רביעי והמשתתפים דנו בתקציב.",
    "cp1256": "أعلنت الوزارة عن إجراءات دعم جديدة. عقد اجتماع اللجنة يوم الأربعاء وناقش المشاركون الميزانية.",
    "cp1257": "Ministerija paskelbė naujas paramos priemones. Komisijos posėdis įvyko trečiadienį, dalyviai ąžuolų. ",
    "cp874": "กระทรวงประกาศมาตรการสนับสนุนใหม่ การประชุมคณะกรรมการจัดขึ้นเมื่อวันพุธ ผู้เข้าร่วมหารือเรื่องงบประมาณ",
    "cp1252": "Le ministère a annoncé de nouvelles mesures. La séance a eu lieu mercredi, déjà à l’été. ",
    "utf-8": "Ministère, Министерство, 外交部, וزارة",
    "utf-16-le": RUSSIAN + "plain ascii words so that zero bytes stand here and there, as they do on real pages",
}


@pytest.mark.parametrize("codec", TEXTS)
def test_undeclared_text_is_read_in_its_encoding(codec: str) -> None:
    text = TEXTS[codec] * 3
    if codec == "utf-16-le":
        text = "<html><head><title>plain ascii first</title></head><body class='a'>" * 20 + text
    assert decode_body(text.encode(codec), None)[0] == text


@pytest.mark.parametrize("codec", sorted(set(TEXTS) - {"utf-16-le"}))
@pytest.mark.parametrize("where", ["header", "meta", "http-equiv", "xml"])
def test_declared_encodings_are_honoured(codec: str, where: str) -> None:
    declaration = {
        "header": "",
        "meta": f"<!-- <meta charset=latin1> --><meta charset='{codec}'>",
        "http-equiv": f'<meta http-equiv="Content-Type" content="text/html; charset={codec}">',
        "xml": f'<?xml version="1.0" encoding="{codec}"?>',
    }[where]
    text = declaration + TEXTS[codec]
    assert (
        decode_body(text.encode(codec), f"text/html; charset={codec}" if where == "header" else "text/html")[0] == text
    )


def test_byte_order_mark_beats_every_declaration_and_is_not_text() -> None:
    for bom, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        body = bom + "<meta charset=koi8-r>Тест".encode(codec)
        assert decode_body(body, "text/html; charset=windows-1251")[0] == "<meta charset=koi8-r>Тест"


def test_the_header_beats_the_page() -> None:
    body = "<meta charset=utf-8>Ж".encode("cp1251")
    assert decode_body(body, 'text/html; charset="windows-1251"') == ("<meta charset=utf-8>Ж", "windows-1251")


def test_latin_1_means_windows_1252_as_in_browsers() -> None:
    assert decode_body(b"\x93Hi\x94", "text/html; charset=iso-8859-1") == ("“Hi”", "windows-1252")


def test_a_quoted_meta_in_plain_text_declares_nothing() -> None:
    assert decode_body("<meta charset=koi8-r> déjà".encode(), "text/plain")[1] == "utf-8"


def test_utf8_cut_inside_a_character_is_still_utf8() -> None:
    assert decode_body("Привет мир".encode()[:-1], None)[1] == "utf-8"


def test_one_damaged_byte_among_many_sound_ones_is_still_utf8() -> None:
    assert decode_body((RUSSIAN * 3).encode() + b"\xff plus", None)[1] == "utf-8"


@pytest.mark.parametrize("label", ["utf-7", "hex", "rot13", "idna", "no-such", "", "\x00", "undefined", "utf-32"])
def test_codecs_that_are_no_web_encodings_are_refused(label: str) -> None:
    assert normalize_label(label) is None


@given(st.binary(max_size=600), st.sampled_from([None, "text/html", "text/html; charset=utf-16", "x; charset=hz"]))
def test_any_bytes_decode(body: bytes, content_type: str | None) -> None:
    text, label = decode_body(body, content_type)
    assert isinstance(text, str)
    assert label
