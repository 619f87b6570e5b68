"""Composes plain-text pages of known content: listings, articles, both, in several languages and line-break habits."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

SENTENCES = {
    "en": [
        "The harbour office opened the new northern quay for small freight ships this week.",
        "Talks on the shared river water plan took place in Brookport on Tuesday.",
        "Forty pilots took part in the annual course at the training ground in Sallow Bay.",
        "“Nobody wants to close a lock before autumn,” the harbour master said.",
        "Delegates of six towns spoke about the state of the locks and the tasks of the summer.",
        "The ferry to the bay is back in daily service after a winter of repairs.",
        "On 3 March 2024, the council had already promised a common timetable to all towns.",
        "The plan names three reservoirs, one common gauge and a fund of 2.5 million crowns.",
    ],
    "ru": [
        "Управление порта открыло новый северный причал для небольших грузовых судов.",
        "В городе прошли переговоры об общем плане использования речной воды.",
        "Сорок лоцманов приняли участие в ежегодных сборах в Ивовой бухте.",
        "«Никто не хочет закрывать шлюзы до осени», – сказал начальник порта.",
        "Представители шести городов обсудили состояние шлюзов и задачи на лето.",
        "Паром в бухту снова ходит ежедневно после зимнего ремонта.",
    ],
    "zh": [
        "新的北码头本周正式启用，可以停靠小型货船，六个城市的代表出席了仪式。",
        "河流委员会昨天公布了夏季共同用水计划，各城市可以提出意见。",
        "四十名引航员参加了为期四天的年度培训，内容包括夜间航行和救援。",
        "港务局局长说，没有人希望在秋天之前关闭船闸，共同时刻表也很重要。",
        "通往海湾的渡船在冬季维修之后恢复了每日的班次，票价保持不变。",
    ],
    "ar": [
        "افتتح مكتب الميناء الرصيف الشمالي الجديد لسفن الشحن الصغيرة هذا الأسبوع.",
        "عقد مجلس النهر محادثات حول خطة المياه المشتركة للصيف القادم.",
        "شارك أربعون مرشدا في الدورة السنوية في خليج الصفصاف.",
        "قال مدير الميناء إن أحدا لا يريد إغلاق السدود قبل الخريف.",
        "عادت العبارة إلى الخليج للعمل يوميا بعد إصلاحات الشتاء.",
    ],
    "de": [
        "Das Hafenamt hat den neuen Nordkai für kleine Frachtschiffe geöffnet.",
        "Der Flussrat beriet am 3. März über den gemeinsamen Wasserplan der Städte.",
        "Vierzig Lotsen nahmen an der jährlichen Schulung in der Weidenbucht teil.",
        "„Niemand will vor dem Herbst eine Schleuse schließen“, sagte der Hafenmeister.",
        "Die Fähre in die Bucht fährt nach der Winterpause wieder an allen Tagen.",
    ],
    "hi": [
        "नए उत्तरी घाट का उद्घाटन इस सप्ताह छोटे मालवाहक जहाजों के लिए किया गया।",
        "नदी परिषद ने गर्मियों के लिए साझा जल योजना पर विस्तार से चर्चा की।",
        "चालीस पायलटों ने विलो खाड़ी में वार्षिक प्रशिक्षण में भाग लिया।",
        "बंदरगाह प्रमुख ने कहा कि शरद ऋतु से पहले कोई जलद्वार बंद नहीं होगा।",
    ],
}
HEADLINES = {
    "en": [
        "River council adopts the common water plan",
        "Ferry to the bay resumes its daily service",
        "Is spring near?",
    ],
    "ru": ["Речной совет принял общий водный план", "Паром в бухту снова ходит каждый день", "Весна уже близко!"],
    "zh": ["河流委员会通过共同用水计划", "海湾渡船恢复每日班次", "港务局公布新的时刻表"],
    "ar": ["مجلس النهر يقر خطة المياه المشتركة", "عودة العبارة اليومية إلى الخليج", "هل اقترب الربيع؟"],
    "de": [
        "Flussrat beschließt den gemeinsamen Wasserplan",
        "Fähre in die Bucht fährt wieder täglich",
        "Frühling am Fluss!",
    ],
    "hi": ["नदी परिषद ने साझा जल योजना को मंजूरी दी", "खाड़ी की नौका सेवा फिर से शुरू", "नए जलद्वारों की घोषणा"],
}
ARTICLES = {
    "en": "A round table on the future of the river trade was held at the House of Guilds",
    "ru": "Круглый стол о будущем речной торговли прошёл в Доме гильдий",
    "zh": "关于河流贸易未来的圆桌会议在行会大厦举行",
    "ar": "مائدة مستديرة حول مستقبل تجارة النهر في بيت النقابات",
    "de": "Runder Tisch über die Zukunft des Flusshandels im Haus der Gilden",
    "hi": "नदी व्यापार के भविष्य पर गोलमेज बैठक आयोजित",
}
NAVIGATION = {
    "en": ["Go back", "Back to the section", "Back to the all news"],
    "ru": ["Назад", "Вернуться в раздел", "К списку новостей"],
    "zh": ["返回", "返回列表"],
    "ar": ["عودة", "كل الأخبار"],
    "de": ["Zurück", "Zur Übersicht"],
    "hi": ["वापस जाएं", "सभी समाचार"],
}
DATES = {
    "en": ["%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d.%m.%Y - 19:10 [ Source ]"],
    "ru": ["%d.%m.%Y", "%d.%m.%Y, 14:30"],
    "zh": ["%Y年%m月%d日", "%Y-%m-%d 14:30"],
    "ar": ["%d/%m/%Y", "%d.%m.%Y - 09:05 [ المصدر ]"],
    "de": ["%d.%m.%Y", "%d.%m.%Y, 14:30 Uhr"],
    "hi": ["%d-%m-%Y", "%d/%m/%Y"],
}


Item = tuple[str | None, str | None, str]
"""Headline (``None`` for a teaser), day, text."""


@dataclass(frozen=True)
class Composed:
    """A page and what is on it."""

    text: str
    items: list[Item]
    article: tuple[str, str | None, str] | None
    about: str


class _Page:
    """Lines put one under the other with a number of blank lines between."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, line: str, gap: int) -> None:
        self.text += "\n" * (gap + 1 if self.text else 0) + line


def compose(seed: int) -> Composed:
    """One page for a seed. Only shapes that a reader could tell apart are made."""
    rng = random.Random(seed)
    lang = rng.choice(sorted(SENTENCES))
    layout = rng.choice(["before", "after", "title_first", "undated"])
    inner, between = rng.choice([(0, 1), (1, 2), (0, 0), (0, 2), (1, 3), (1, 1), (2, 2)])
    navigation = NAVIGATION[lang][: rng.choice([0, 2, 3])]
    if layout == "undated" and inner == between:
        navigation = navigation or NAVIGATION[lang]
    style = rng.choice(DATES[lang])
    page = _Page()
    items = _put_items(page, rng, lang, layout, inner, between, style)
    article = None
    if layout == "undated" or rng.random() < 0.6:
        article = _put_article(page, rng, lang, layout, inner, between)
    for line in navigation:
        page.put(line, inner + rng.choice([0, 1]))
    return Composed(page.text + "\n", items, article, f"{lang} {layout} {inner}/{between} {style} {len(navigation)}")


def _put_items(
    page: _Page, rng: random.Random, lang: str, layout: str, inner: int, between: int, style: str
) -> list[Item]:
    most = 1 if inner == between and layout != "before" else 2
    day = date(2026, 3, 12)
    items: list[Item] = []
    for number in range(rng.randint(3, 7)):
        day -= timedelta(days=rng.randint(1, 9))
        paragraphs = [_paragraph(rng, lang, number) for _ in range(rng.randint(1, most))]
        title = HEADLINES[lang][number % 3] + (f" {number}" if number > 2 else "") if layout == "title_first" else None
        printed = day.strftime(style)
        lines = {
            "before": [printed, *paragraphs],
            "after": [*paragraphs, printed],
            "title_first": [title or "", printed, *paragraphs],
            "undated": paragraphs,
        }[layout]
        for place, line in enumerate(lines):
            page.put(line, between if place == 0 else inner)
        items.append((title, day.isoformat() if layout != "undated" else None, "\n\n".join(paragraphs)))
    return items


def _put_article(
    page: _Page, rng: random.Random, lang: str, layout: str, inner: int, between: int
) -> tuple[str, str | None, str]:
    body = [_paragraph(rng, lang, 90 + n) for n in range(rng.randint(5, 9))]
    kind = rng.choice(["twice", "gap"] if layout == "undated" else ["twice", "dated", "plain"])
    if layout == "after" and kind == "plain":
        kind = "twice"
    title, shown = ARTICLES[lang], date(2026, 1, 9)
    page.put(title, between)
    if kind == "twice":
        page.put(f"{title} {shown.strftime('%d.%m.%Y')}", inner)
    elif kind == "dated":
        page.put(shown.strftime("%d.%m.%Y"), inner)
    page.put(body[0], inner + 1 if kind == "gap" else inner)
    for line in body[1:]:
        page.put(line, inner)
    return title, shown.isoformat() if kind in ("twice", "dated") else None, "\n\n".join(body)


def _paragraph(rng: random.Random, lang: str, number: int) -> str:
    """One to three sentences, the first of them unique on the page."""
    chosen = rng.sample(SENTENCES[lang], rng.randint(1, 3))
    return (" " if lang != "zh" else "").join(
        [f"{number + 1}-{chosen[0]}" if rng.random() < 0.1 else chosen[0], *chosen[1:]]
    )
