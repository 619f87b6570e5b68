"""Other languages and calendars: right to left, Persian years, day first, words for months."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .stock import HOST, Story, document, each, menu_of, numbered, shape, told_in

Text = tuple[str, str, str]


GERMAN = told_in(
    (
        "Talsperre am Ulmenberg wieder voll",
        "Bericht zur Trinkwassergüte erschienen",
        "Nachtarbeiten in der Mühlgasse",
        "Auszubildende gesucht",
        "Marta Feldhaus wird leitende Ingenieurin",
        "Neuer Tarif für Kleingärten ab April",
        "Spürhunde finden 41 undichte Stellen",
        "Schulklassen malen für das Wasser",
        "Erklärung zur Einleitung in den Pfennigbach",
        "Halbjahreszahlen: mehr Investitionen, weniger Schulden",
    ),
    "Der Pegel ist seit dem Herbst um vier Meter gestiegen und das Sprengverbot endet am Sonntag, Nummer",
)
DE_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")  # fmt: skip


@shape(stories=GERMAN)
def german_portal_with_svs_teasers(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="c-teaser l-content-stage__item"><div class="c-teaser__wrapper"><p class="c-topline"><span class="c-topline__category">Pressemitteilung</span> <span class="c-topline__date">{s.day.day}. {DE_MONTHS[s.day.month - 1]} {s.day.year}</span></p><h3 class="c-teaser__headline"><a class="c-teaser__link" href="{s.path};jsessionid=9A8B">{s.title}</a></h3><div class="c-teaser__text"><p>{s.teaser}</p></div></div></div>'
        ),
    ).replace(";jsessionid=9A8B", "")
    return document(
        f"{menu_of('Startseite', 'Über uns', 'Versorgung', 'Presse', 'Kontakt')}<main><h1>Presse</h1>{items}</main>",
        lang="de",
    )


@shape(stories=GERMAN, summed=False)
def german_short_days_without_year_zero(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<li>{s.day.day}.{s.day.month}.{s.day:%y} – <a href="{s.path}">{s.title}</a></li>')
    return document(f"{menu_of('Start', 'Verein', 'Termine')}<h1>Aktuelles</h1><ul>{items}</ul>", lang="de")


FRENCH = told_in(
    (
        "Le réservoir de la colline est de nouveau plein",
        "Rapport sur la qualité de l’eau",
        "Travaux de nuit rue du Moulin : pression réduite",
        "Recrutement d’apprentis",
        "Marta Feldhaus nommée ingénieure en chef",
        "Nouveau tarif pour les jardins partagés dès avril",
        "Les chiens détecteurs trouvent 41 fuites",
        "« Chaque goutte compte » : les écoles dessinent",
        "Communiqué sur le rejet dans le ruisseau",
        "Résultats semestriels : plus d’investissements",
    ),
    "Le niveau est monté de quatre mètres depuis l’automne et l’interdiction d’arroser prend fin dimanche, numéro",
)
FR_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")  # fmt: skip


@shape(stories=FRENCH)
def french_spip(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li class="item hentry"><h3 class="h3-like entry-title"><a href="{s.path}" rel="bookmark">{s.title}</a></h3><p class="publication"><time pubdate="pubdate" datetime="{s.iso}T12:00:00Z"><i class="icon-calendar"></i> {s.day.day} {FR_MONTHS[s.day.month - 1]} {s.day.year}</time><span class="authors"><span class="sep">, </span>par <span class="vcard author"><a class="url fn" href="/auteur2">Le service presse</a></span></span></p><div class="introduction entry-content"><p>{s.teaser}</p></div><p class="meta-publi"><a class="lire-la-suite" href="{s.path}">Lire la suite<span class="lire-la-suite-titre"> de <em>{s.title}</em></span></a></p></li>'
        ),
    )
    return document(
        f"{menu_of('Accueil', 'La régie', 'Tarifs', 'Contact')}<div class='liste articles'><h2>Articles les plus récents</h2><ul class='liste-items'>{items}</ul></div>",
        lang="fr",
    )


@shape(stories=FRENCH, summed=False)
def french_dates_in_words(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="actu"><span>Publié le {s.day.day} {FR_MONTHS[s.day.month - 1]} {s.day.year}</span><h2><a href="{s.path}">{s.title}</a></h2></div>'
        ),
    )
    return document(f"{menu_of('Accueil', 'Mairie', 'Agenda')}<section>{items}</section>", lang="fr")


RUSSIAN = told_in(
    (
        "Водохранилище на Вязовой горе снова полно",
        "Опубликован отчёт о качестве воды",
        "Ночные работы на Мельничной улице",
        "Приглашаем учеников",
        "Марта Фельдхаус назначена главным инженером",
        "Новый тариф для садовых товариществ с апреля",
        "Собаки-искатели нашли 41 утечку",
        "«Каждая капля важна»: конкурс плакатов для школ",
        "Заявление о сбросе в ручей",
        "Итоги полугодия: вложения растут, долги падают",
    ),
    "С осени уровень поднялся на четыре метра, и запрет на полив заканчивается в воскресенье, номер",
)
RU_MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")  # fmt: skip


@shape(stories=RUSSIAN)
def russian_ministry_list(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="news-list__item"><div class="news-list__date">{s.day.day} {RU_MONTHS[s.day.month - 1]} {s.day.year}, 1{k % 10}:30</div><div class="news-list__title"><a href="{s.path}/">{s.title}</a></div><div class="news-list__anons">{s.teaser}</div><div class="news-list__tags"><a href="/tags/voda/">вода</a>, <a href="/tags/gorod/">город</a></div></div>'
        ),
    )
    return document(
        f"{menu_of('Главная', 'О ведомстве', 'Документы', 'Пресс-центр', 'Контакты')}<main><h1>Новости</h1><div class='news-list'>{items}</div></main>",
        lang="ru",
    )


@shape(stories=RUSSIAN, summed=False)
def russian_table_of_numbers(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: f'<tr><td class="date"><b>{s.day:%d.%m.%Y}</b></td><td><a href="{s.path}">{s.title}</a></td></tr>',
    )
    return document(f"{menu_of('Главная', 'О нас')}<h2>Объявления</h2><table>{items}</table>", lang="ru")


PERSIAN = told_in(
    (
        "مخزن تپه نارون پس از سه سال دوباره پر شد",
        "گزارش کیفیت آب منتشر شد",
        "کار شبانه در کوچه آسیاب و افت فشار آب",
        "استخدام کارآموز",
        "مارتا فلدهاوس سرمهندس شرکت شد",
        "تعرفه تازه برای باغچه‌های محلی از ماه آینده",
        "سگ‌های نشت‌یاب چهل و یک نشتی پیدا کردند",
        "مسابقه پوستر دانش‌آموزان آغاز شد",
        "بیانیه درباره تخلیه آب در جویبار",
        "نتایج نیم‌سال: سرمایه‌گذاری بیشتر و بدهی کمتر",
    ),
    "سطح آب از پاییز چهار متر بالا آمده و ممنوعیت آبیاری یکشنبه پایان می‌یابد و جدول‌ها در همه شعبه‌ها خواندنی است، شماره",
)
_JALALI = {
    "2026-03-13": (1404, 12, 22), "2026-03-11": (1404, 12, 20), "2026-02-27": (1404, 12, 8), "2026-02-19": (1404, 11, 30),
    "2026-02-04": (1404, 11, 15), "2026-01-22": (1404, 11, 2), "2025-12-18": (1404, 9, 27), "2025-12-03": (1404, 9, 12),
    "2025-11-25": (1404, 9, 4),
}  # fmt: skip
FA_MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_FA_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def _jalali(day: date) -> tuple[int, int, int]:
    return _JALALI[day.isoformat()]


@shape(stories=PERSIAN)
def persian_months(stories: Sequence[Story]) -> str:
    def item(s: Story) -> str:
        year, month, day = _jalali(s.day)
        shown = f"{day} {FA_MONTHS[month - 1]} {year}".translate(_FA_DIGITS)
        return f'<div class="news-row"><h3><a href="{s.path}">{s.title}</a></h3><span class="time">{shown}</span><p>{s.teaser}</p></div>'

    return document(
        f"{menu_of('صفحه نخست', 'درباره ما', 'اخبار', 'تماس')}<main><h1>اخبار</h1>{each(stories, item)}</main>",
        lang="fa",
        attrs='dir="rtl"',
    )


@shape(stories=PERSIAN, summed=False)
def persian_numbers(stories: Sequence[Story]) -> str:
    def item(s: Story) -> str:
        year, month, day = _jalali(s.day)
        shown = f"{year}/{month:02}/{day:02}".translate(_FA_DIGITS)
        return f'<li><a href="{s.path}">{s.title}</a> <span>{shown}</span></li>'

    return document(
        f"{menu_of('خانه', 'خدمات', 'تماس')}<main><ul>{each(stories, item)}</ul></main>", lang="fa", attrs='dir="rtl"'
    )


ARABIC = told_in(
    (
        "خزان تل الدردار يمتلئ للمرة الأولى منذ ثلاث سنوات",
        "صدور تقرير جودة المياه",
        "أعمال ليلية في حارة الطاحونة",
        "مطلوب متدربون",
        "تعيين مارتا كبيرة للمهندسين",
        "تعرفة جديدة للحدائق المجتمعية ابتداء من أبريل",
        "كلاب كشف التسرب تعثر على واحد وأربعين موضعا",
        "انطلاق مسابقة الملصقات المدرسية",
        "بيان حول تصريف المياه في الجدول",
        "نتائج نصف العام: استثمار أكثر وديون أقل",
    ),
    "ارتفع المنسوب أربعة أمتار منذ الخريف وينتهي حظر الري يوم الأحد ويمكن قراءة الجداول في كل فرع، رقم",
)
AR_MONTHS = ("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر")  # fmt: skip
_AR_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@shape(stories=ARABIC)
def arabic_cards(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<article class="card"><a href="{s.path}"><img src="/i.jpg" alt=""></a><div class="body"><span class="date">{f"{s.day.day} {AR_MONTHS[s.day.month - 1]} {s.day.year}".translate(_AR_DIGITS)}</span><h3><a href="{s.path}">{s.title}</a></h3><p>{s.teaser}</p></div></article>'
        ),
    )
    return document(
        f"{menu_of('الرئيسية', 'من نحن', 'الأخبار', 'اتصل بنا')}<main>{items}</main>", lang="ar", attrs='dir="rtl"'
    )


HEBREW = told_in(
    (
        "המאגר בגבעת הבוקיצה מלא שוב לראשונה מזה שלוש שנים",
        "פורסם דוח איכות המים",
        "עבודות לילה בסמטת הטחנה",
        "דרושים חניכים",
        "מרתה מונתה למהנדסת הראשית",
        "תעריף חדש לגינות קהילתיות מאפריל",
        "כלבי איתור הנזילות מצאו ארבעים ואחת",
        "תחרות כרזות לבתי הספר יוצאת לדרך",
        "הודעה על ההזרמה לנחל",
        "תוצאות המחצית: יותר השקעות ופחות חובות",
    ),
    "המפלס עלה בארבעה מטרים מאז הסתיו ואיסור ההשקיה יסתיים ביום ראשון בחצות, מספר",
)


@shape(stories=HEBREW, summed=False)
def hebrew_list(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: f'<li class="item"><span class="d">{s.day:%d.%m.%Y}</span> | <a href="{s.path}">{s.title}</a></li>',
    )
    return document(
        f"{menu_of('ראשי', 'אודות', 'חדשות', 'צור קשר')}<main><h1>חדשות</h1><ul>{items}</ul></main>",
        lang="he",
        attrs='dir="rtl"',
    )


HINDI = told_in(
    (
        "एल्म पहाड़ी का जलाशय तीन साल बाद फिर भरा",
        "जल गुणवत्ता रिपोर्ट प्रकाशित",
        "मिल लेन में रात का काम, दबाव कम रहेगा",
        "प्रशिक्षु चाहिए",
        "मार्टा मुख्य अभियंता नियुक्त",
        "सामुदायिक बगीचों के लिए अप्रैल से नई दरें",
        "रिसाव खोजने वाले कुत्तों ने इकतालीस जगहें पाईं",
        "स्कूलों की पोस्टर प्रतियोगिता शुरू",
        "नाले में पानी छोड़े जाने पर बयान",
        "अर्धवार्षिक नतीजे: निवेश बढ़ा, कर्ज घटा",
    ),
    "अक्टूबर से जल स्तर चार मीटर बढ़ा है और सिंचाई पर रोक रविवार को समाप्त होगी, क्रमांक",
)
HI_MONTHS = ("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर")  # fmt: skip


@shape(stories=HINDI)
def hindi_rows(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="news"><h4><a href="{s.path}">{s.title}</a></h4><div class="when">{s.day.day} {HI_MONTHS[s.day.month - 1]} {s.day.year}</div><div>{s.teaser}</div></div>'
        ),
    )
    return document(f"{menu_of('मुखपृष्ठ', 'हमारे बारे में', 'समाचार', 'संपर्क')}<main>{items}</main>", lang="hi")


POLISH = told_in(
    (
        "Zbiornik na Wiązowym Wzgórzu znów pełny",
        "Raport o jakości wody",
        "Nocne prace na ulicy Młyńskiej",
        "Szukamy uczniów",
        "Marta Feldhaus główną inżynier",
        "Nowa taryfa dla ogródków działkowych od kwietnia",
        "Psy tropiące znalazły 41 wycieków",
        "„Liczy się każda kropla”: konkurs plakatów",
        "Oświadczenie w sprawie zrzutu do potoku",
        "Wyniki półrocza: więcej inwestycji, mniej długów",
    ),
    "Od października poziom wzrósł o cztery metry, a zakaz podlewania kończy się w niedzielę, numer",
)
PL_MONTHS = ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia")  # fmt: skip


@shape(stories=POLISH)
def polish_office(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><a href="{s.url}"><div class="title">{s.title}</div><div class="event"><span class="date">{s.day.day} {PL_MONTHS[s.day.month - 1]} {s.day.year}</span></div><div class="intro">{s.teaser}</div></a></li>'
        ),
    )
    return document(
        f"{menu_of('Aktualności', 'Co robimy', 'Kontakt')}<main><h2>Aktualności</h2><div class='art-prev'><ul>{items}</ul></div></main>",
        lang="pl",
        title=HOST,
    )


TURKISH = told_in(
    (
        "Karaağaç Tepesi barajı üç yıl sonra yeniden doldu",
        "Su kalitesi raporu yayımlandı",
        "Değirmen Sokağı'nda gece çalışması",
        "Çırak aranıyor",
        "Marta Feldhaus başmühendis oldu",
        "Ortak bahçeler için nisandan itibaren yeni tarife",
        "Kaçak arayan köpekler 41 yer buldu",
        "Okullar arası afiş yarışması başladı",
        "Dereye boşaltma hakkında açıklama",
        "Yarıyıl sonuçları: yatırım arttı, borç azaldı",
    ),
    "Ekim ayından beri su seviyesi dört metre yükseldi ve sulama yasağı pazar gecesi sona eriyor, sayı",
)


@shape(stories=TURKISH, summed=False)
def turkish_announcements(stories: Sequence[Story]) -> str:
    months = (
        "Ocak",
        "Şubat",
        "Mart",
        "Nisan",
        "Mayıs",
        "Haziran",
        "Temmuz",
        "Ağustos",
        "Eylül",
        "Ekim",
        "Kasım",
        "Aralık",
    )
    items = each(
        stories,
        lambda s: (
            f'<a class="duyuru" href="{s.path}"><span class="gun">{s.day.day:02}</span><span class="ay">{months[s.day.month - 1]}</span><span class="yil">{s.day.year}</span><span class="baslik">{s.title}</span></a>'
        ),
    )
    return document(f"{menu_of('Ana sayfa', 'Kurumsal', 'Duyurular')}<main>{items}</main>", lang="tr")
