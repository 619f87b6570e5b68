"""Words with which a page says that it is not the page that was asked for. Pure."""

from __future__ import annotations

import re

from scraper.text import fold_text

ERROR = re.compile(
    r"\b(?:40[0134]|410|50[0234])\b|not found|page (?:can ?not|could not|doesn'?t|does not)|server error|"
    r"bad gateway|(?:service|temporarily) unavailable|under maintenance|"
    r"nicht gefunden|introuvable|no encontrad[ao]|não encontrad[ao]|non trovat[ao]|"
    r"niet gevonden|не найден|не знайдено|nie znaleziono|nenalezen|nem található|sayfa bulunamadı|未找到|"
    r"見つかりません|찾을 수 없|غير موجود|không tìm thấy|tidak ditemukan"
)
"""For folded text (:func:`scraper.text.fold_text`)."""


def says_error(title: str | None) -> bool:
    """Whether a page calls itself an error ("404: Page not found")."""
    return title is not None and bool(ERROR.search(fold_text(title)))
