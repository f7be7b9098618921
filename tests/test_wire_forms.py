"""Datelines, bylines, credits and boilerplate: one case a form, in our own words."""

from __future__ import annotations

import pytest

from crawler.reading.wire_forms import read_wire_forms
from crawler.reading.wire_forms.houses import find_house, is_same_house

STORY = "The delegations agreed to meet again in the autumn."

DATELINES = [
    ("(MENAFN- Trend News Agency) BAKU, Azerbaijan, November 22. {}", "Baku", "Trend News Agency"),
    ("date 2023-12-06 (MENAFN- Trend News Agency) BAKU, Azerbaijan, December 6. {}", "Baku", "Trend News Agency"),
    ("Baku, December 6, AZERTAC\n\n{}", "Baku", "AZERTAC"),
    ("10.04.2020 [10:41]\n\nBaku, April 10, AZERTAC\n\n{}", "Baku", "AZERTAC"),
    ("Baku, Azerbaijan, June 25\n\nTrend:\n\n{}", "Baku", "Trend"),
    ("The road is ready, a deputy minister told Trend Dec.31.", None, "Trend"),
    ("BAKU, May 4. /TASS/. {}", "Baku", "TASS"),
    ("BAKU (Sputnik) — {}", "Baku", "Sputnik"),
    ("MOSCOW (AA) – {}", "Moscow", "AA"),
    ("By Elena Probe\n\nMOSCOW (AA) - {}", "Moscow", "AA"),
    ("MOSCOW (Reuters) – {}", "Moscow", "Reuters"),
    ("BRUSSELS/TBILISI (Reuters) -{}", "Brussels/Tbilisi", "Reuters"),
    ("By Thomson Reuters May 15, 2024 | 4:25 AM\n\nBRUSSELS (Reuters) – {}", "Brussels", "Reuters"),
    ("[May 16, 2024]\n\nBy Ann Probe and Bob Test\n\nBRUSSELS/TBILISI (Reuters) -{}", "Brussels/Tbilisi", "Reuters"),
    (
        "[May 16, 2024]\n\n\tBy Ann Probe and Bob Test\n\n\tBRUSSELS/TBILISI (Reuters) -{}",
        "Brussels/Tbilisi",
        "Reuters",
    ),
    ("Thomson Reuters\n\nMOSCOW (Reuters) – {}", "Moscow", "Reuters"),
    ("TBILISI/BAKU — {}", "Tbilisi/Baku", None),
    ("TBILISI/BAKU — On Thursday (March 13) the delegations agreed to meet again.", "Tbilisi/Baku", None),
    ("TBILISI/BAKU: {}", "Tbilisi/Baku", None),
    ("AFP Published March 14, 2025 Updated March 14, 2025 06:56am\n\nBAKU: {}", "Baku", "AFP"),
    ("date 2025-08-08 WASHINGTON — (AP) — {}", "Washington", "AP"),
    ("Aug. 8 (UPI) -- {}", None, "UPI"),
    ("Tbilisi, Aug 12 (EFE).– {}", "Tbilisi", "EFE"),
    ("TEHRAN (Tasnim) – {}", "Tehran", "Tasnim"),
    ("TEHRAN – {}", "Tehran", None),
    ("TEHRAN— {}", "Tehran", None),
    ("KIEV, Ukraine (The NYT) -- {}", "Kiev", "The NYT"),
    ("(VOVworld) – {}", None, "VOVworld"),
    ("(VOVWORLD) - {}", None, "VOVWORLD"),
    ("Assadakah Yerevan - {}", "Yerevan", "Assadakah"),
    ("يريفان في 9 أبريل/أرمنبريس: انتهت المحادثات.", "يريفان", "أرمنبريس"),
    ("خبرگزاري فارس: گفتگوها پایان یافت.", None, "خبرگزاري فارس"),
    ("YEREVAN, AUGUST 21, ARMENPRESS. {}", "Yerevan", "ARMENPRESS"),
    ("TBILISI (Reuters) - {}", "Tbilisi", "Reuters"),
    ("YEREVAN, Armenia (AP) — {}", "Yerevan", "AP"),
    ("TBILISI, Aug. 2 (Xinhua) -- {}", "Tbilisi", "Xinhua"),
    ("ЕРЕВАН, 21 авг - РИА Новости. Стороны встретятся снова.", "Ереван", "РИА Новости"),
    ("БАКУ, 4 мая. /ТАСС/. Стороны встретятся снова.", "Баку", "ТАСС"),
    ("Баку, 6 декабря, АЗЕРТАДЖ\n\nСтороны встретятся снова.", "Баку", "АЗЕРТАДЖ"),
    ("Bakı, 6 dekabr, AZƏRTAC\n\nTərəflər yenidən görüşəcək.", "Bakı", "AZƏRTAC"),
    ("BAKÜ (AA) - Taraflar yeniden görüşecek.", "Bakü", "AA"),
    ("ԵՐԵՎԱՆ, 21 ՕԳՈՍՏՈՍԻ, ԱՐՄԵՆՊՐԵՍ: Կողմերը կրկին կհանդիպեն:", "Երևան", "ԱՐՄԵՆՊՐԵՍ"),
    ("თბილისი, 2 აგვისტო (Sputnik) — მხარეები ისევ შეხვდებიან.", "თბილისი", "Sputnik"),
    ("تهران - ایرنا - طرف‌ها دوباره دیدار می‌کنند.", "تهران", "ایرنا"),
    ("تهران، ۱۵ مهر، ایرنا - طرف‌ها دوباره دیدار می‌کنند.", "تهران", "ایرنا"),
    ("باکو، ۲۱ اوت (اسپوتنیک) – طرف‌ها دوباره دیدار می‌کنند.", "باکو", "اسپوتنیک"),
    ("ایرنا - تهران - طرف‌ها دوباره دیدار می‌کنند.", "تهران", "ایرنا"),
    ("BAKI/Trend/- Tərəflər yenidən görüşəcək.", "Bakı", "Trend"),
    ("Bakı. Trend: Tərəflər yenidən görüşəcək.", "Bakı", "Trend"),
    ("Bakı. Anar Probeli – APA. Tərəflər yenidən görüşəcək.", "Bakı", "APA"),
    ("Bakı, 12 avqust, SalamNews. Tərəflər yenidən görüşəcək.", "Bakı", "SalamNews"),
    ("TİFLİS (İHA) - Taraflar yeniden görüşecek.", "Tiflis", "İHA"),
    ("ТЕГЕРАН, 21 августа. /Корр. ТАСС Иван Пробный/. Стороны встретятся.", "Тегеран", "ТАСС"),
    ("თბილისი (ინტერპრესნიუსი) – მხარეები ისევ შეხვდებიან.", "თბილისი", "ინტერპრესნიუსი"),
    ("BAKU, Azerbaijan, Aug. 21\n\nBy Elchin Probeyev – Trend:\n\n{}", "Baku", "Trend"),
    ("STEPANAKERT, AUGUST 21, ARTSAKHPRESS: {}", "Stepanakert", "ARTSAKHPRESS"),
    ("WASHINGTON (RFE/RL) — {}", "Washington", "RFE/RL"),
    ("Tehran, IRNA – {}", "Tehran", "IRNA"),
    ("خبرگزاری تسنیم - تهران - طرف‌ها دوباره دیدار می‌کنند.", "تهران", "خبرگزاری تسنیم"),
]


@pytest.mark.parametrize(("text", "place", "agency"), DATELINES, ids=[row[0][:40] for row in DATELINES])
def test_dateline_gives_place_and_agency(text, place, agency):
    forms = read_wire_forms(text.format(STORY))
    assert (forms.place, forms.agency) == (place, agency)


@pytest.mark.parametrize(
    "text",
    [
        "In Baku (the capital) the talks - ended.",
        "Monday, May 4. The talks ended here.",
        "Georgia – a country of wine and mountains – hosts the fair.",
        "The talks in Tbilisi (Georgia) ended.",
        "Armenia, Azerbaijan and Georgia, 3 neighbours, agreed.",
        "Tbilisi, May 4, Ilia Testadze: the talks ended here.",
        "Baku. Two ministers - both of them new - met there.",
        "Report: the talks ended here.",
    ],
)
def test_ordinary_sentences_are_no_datelines(text):
    forms = read_wire_forms(text)
    assert (forms.place, forms.agency) == (None, None)


def test_the_author_in_a_dateline_is_an_author():
    forms = read_wire_forms(f"BAKU, Azerbaijan, Aug. 21\n\nBy Elchin Probeyev – Trend:\n\n{STORY}")
    assert forms.authors == ("Elchin Probeyev",)


DISTRIBUTED = [
    ("date 2024-08-21 (MENAFN- AzerNews)\n{}", [("MENAFN", "distributor"), ("AzerNews", "origin")]),
    ("(MENAFN- AzerNews) {}", [("MENAFN", "distributor"), ("AzerNews", "origin")]),
    ("(MENAFN - The Conversation) {}", [("MENAFN", "distributor"), ("The Conversation", "origin")]),
    ("(MENAFN- EIN Presswire) {}", [("MENAFN", "distributor"), ("EIN Presswire", "origin")]),
    (
        "(MENAFN - GlobeNewsWire - Nasdaq) {}",
        [("MENAFN", "distributor"), ("GlobeNewsWire", "via"), ("Nasdaq", "origin")],
    ),
    ("(MENAFN) {}", [("MENAFN", "distributor")]),
]


@pytest.mark.parametrize(("text", "chain"), DISTRIBUTED, ids=[row[0] for row in DISTRIBUTED])
def test_distributor_is_read_and_cut(text, chain):
    forms = read_wire_forms(text.format(STORY))
    assert [(credit.name, credit.role) for credit in forms.credits] == chain
    assert all("MENAFN" in credit.evidence for credit in forms.credits)
    assert forms.text == STORY


BYLINES = [
    ("17 September 2025 10:42 (UTC+04:00)\n\nLeyla Probeova\n\n{}", ("Leyla Probeova",)),
    ("21 July 2025 14:01 (UTC+04:00)\n\nLeyla Probeova\n\n{}", ("Leyla Probeova",)),
    ("21 July 2025 14:01 (UTC+04:00)\n\n{}", ()),
    ("Aug. 8, 2025 / 11:50 AM\n\nBy Lisa Probe\n\n{}", ("Lisa Probe",)),
    ("Автор: Иван Пробный\n\n{}", ("Иван Пробный",)),
    ("Корреспондент: Иван Пробный\n\n{}", ("Иван Пробный",)),
    ("Müəllif: Leyla Probeova\n\n{}", ("Leyla Probeova",)),
    ("Müxbir: Anar Probeli\n\n{}", ("Anar Probeli",)),
    ("Muhabir: Ali Deneme\n\n{}", ("Ali Deneme",)),
    ("Հեղինակ՝ Անի Փորձյան\n\n{}", ("Անի Փորձյան",)),
    ("ავტორი: ილია ტესტაძე\n\n{}", ("ილია ტესტაძე",)),
    ("خبرنگار: علی آزمونی\n\n{}", ("علی آزمونی",)),
    ("date 2020-08-27 By Akbar Probezade\n\n{}", ("Akbar Probezade",)),
    ("By Staff, Agencies\n\n{}", ()),
    ("• Aza Probeyan\n\n{}", ("Aza Probeyan",)),
    ("By Azernews By Vugar Probeli\n\n{}", ("Vugar Probeli",)),
    ("/By AzerNews/\n\n{}", ()),
    ("{}\n\n(Reporting by Ann Probe in Brussels; Editing by Bob Test)", ("Ann Probe",)),
]


@pytest.mark.parametrize(("text", "authors"), BYLINES, ids=[row[0][:40] for row in BYLINES])
def test_byline_gives_authors_and_is_cut(text, authors):
    forms = read_wire_forms(text.format(STORY))
    assert forms.authors == authors
    assert forms.text == STORY


CREDITS = [
    ("He said so in his statement to AZERTAC, Azernews reports.", "Azernews", [("AZERTAC", "origin")]),
    ("Azernews reports, citing Agenda, that the road is open.", "Azernews", [("Agenda.ge", "origin")]),
    (
        "(MENAFN- AzerNews) Azernews reports, citing Agenda, that it is open.",
        "",
        [("MENAFN", "distributor"), ("AzerNews", "via"), ("Agenda.ge", "origin")],
    ),
    ("According to Azernews, the road is open.", "Azernews", []),
    ("Azernews reports via Armenian media that the road is open.", "Azernews", []),
    ("Azernews reports per the ministry's post that it is open. —Azer News", "", [("Azernews", "origin")]),
    ("The road is open.\n\n—Azer News", "", [("Azernews", "origin")]),
    ("The road is open, an official said. —Azer News", "Azernews", []),
    (
        "Trend reports citing the Azerbaijani Foreign Ministry that it is open.",
        "Trend News Agency",
        [("Azerbaijani Foreign Ministry", "origin")],
    ),
    ("The road is open, Trend reports.", "trend.az", []),
    ("The road is open, News.Az reports.", "news.az", []),
    ("The road is open, Report informs.", "report.az", []),
    ("The road is open, SİA informs.", "sia.az", []),
    ("The road is open, reports.", "azvision.az", []),
    ("The road is open, Report informs referring to Georgian media.", "report", []),
    ("The road is open, APA reports. It was long, APA added.", "newsam", [("APA", "origin")]),
    ("The road is open, AzerTAc reported.", "", [("AZERTAC", "origin")]),
    ("as quoted by Armenia's state-run Armenpress news agency", "", [("Armenpress", "origin")]),
    ("He was quoted by the Interfax news agency as saying so.", "", [("Interfax", "origin")]),
    ("Release Date:2023-08-02 12:02:53 Source:Xinhua\n\nIt is open.\n\nEditor: Galia", "", [("Xinhua", "origin")]),
    ("The road is open.\n\nPublished in Dawn, March 14th, 2025", "Dawn", []),
    ("The road is open.\n\nKaynak:Source of Tests", "", [("Source of Tests", "origin")]),
    ("AzerTimes xəbər verir ki, bunu nazir deyib.", "azertimes.com", []),
    ("APA-ya istinadla xəbər verilir ki, yol açılıb.", "oxu.az", [("APA", "origin")]),
    ("AZƏRTAC-ın məlumatına görə, yol açılıb.", "oxu.az", [("AZERTAC", "origin")]),
    ("Turan agentliyinin məlumatına görə, yol açılıb.", "oxu.az", [("Turan", "origin")]),
    (
        "Ճանապարհը բաց է, տեղեկացնում է ԱԳՆ մամուլի ծառայությունը:",
        "ilur.am",
        [("ԱԳՆ մամուլի ծառայությունը", "origin")],
    ),
    ("Submitted by AZERTAC on", "oananews", [("AZERTAC", "origin")]),
    ("Release Date:2023-08-02 12:02:53     Source:Xinhua\n\nThe road is open.", "", [("Xinhua", "origin")]),
    ("Yol açıldı.\n\nKaynak: AA", "", [("AA", "origin")]),
    ("“Report” xəbər verir ki, bunu o, “Anadolu”ya müsahibəsində deyib.", "report.az", [("AA", "origin")]),
    ("Oxu.Az xəbər verir ki, yol açılıb.", "Oxu.Az", []),
    ("Oxu.Az-ın bölgə müxbiri xəbər verir ki, yol açılıb.", "oxu.az", []),
    ("Xəbər15 məlumat verir ki, yol açılıb.", "xeber15.az", []),
    ("APA-ya istinadən xəbər verilir ki, yol açılıb.", "oxu.az", [("APA", "origin")]),
    ("Дорога открыта, передает Sputnik.", "", [("Sputnik", "origin")]),
    ("Дорога открыта, передает слова министра ТАСС.", "", [("TASS", "origin")]),
    ("Как сообщает AZE.az, дорога открыта.", "AZE.az", []),
    ("Об этом пишет газета со ссылкой на Интерфакс.", "", [("Interfax", "origin")]),
    ("Ճանապարհը բաց է, տեղեկացնում է Sputnik Արմենիա-ն:", "", [("Sputnik", "origin")]),
    ("«Արմենպրես»-ի հետ զրույցում նա ասաց, որ ճանապարհը բաց է:", "", [("Armenpress", "origin")]),
    ("«Ազատություն» ռադիոկայանի փոխանցմամբ՝ ճանապարհը բաց է:", "", [("Azatutyun", "origin")]),
    ("„ინტერპრესნიუსის“ ცნობით, გზა გაიხსნა.", "", [("InterPressNews", "origin")]),
    ("به گزارش فارس به نقل از ایرنا جاده باز است.", "", [("Fars", "via"), ("IRNA", "origin")]),
    ("Anadolu Ajansı'nın haberine göre yol açıldı.", "", [("AA", "origin")]),
    ("“Report” xəbər verir ki, bu barədə TASS məlumat yayıb.", "report.az", [("TASS", "origin")]),
    ("Bu haqda “RİA Novosti” agentliyi məlumat yayıb.", "oxu.az", [("RIA Novosti", "origin")]),
    ("Interfax ajansının haberine göre yol açıldı.", "", [("Interfax", "origin")]),
    ("TASS ajansının aktardığına göre yol açıldı.", "", [("TASS", "origin")]),
    ("AA muhabirinin edindiği bilgiye göre yol açıldı.", "", [("AA", "origin")]),
    ("Ճանապարհը բաց է:\n\nԱղբյուրը՝ Ռոյթերս", "tert.am", [("Reuters", "origin")]),
    ("„რეიტერის“ ინფორმაციით, გზა გაიხსნა.", "", [("Reuters", "origin")]),
    ("به گزارش ایرنا، جاده باز شد.", "ایرنا", []),
    ("The road is open.\n\nRead More @ www.interpressnews.ge", "", [("InterPressNews", "origin")]),
    ("It is open.\n\nThe post It is open appeared first on Armenpress.", "", [("Armenpress", "origin")]),
    ("It is open.\n\nSource link: https://armenpress.am/en/article/1", "", [("Armenpress", "origin")]),
    ("Дорога открыта.\n\nИсточник: https://www.interfax.ru/world/1", "", [("Interfax", "origin")]),
    ("Дорога открыта.\n\nИсточник: Интерфакс", "", [("Interfax", "origin")]),
    ("The road is open.\n\nhttps://armenpress.am/en/article/1", "", [("Armenpress", "origin")]),
]


@pytest.mark.parametrize(("text", "house", "chain"), CREDITS, ids=[row[0][:50] for row in CREDITS])
def test_credit_names_the_origin_with_its_words(text, house, chain):
    forms = read_wire_forms(text, houses=(house,) if house else ())
    assert [(credit.name, credit.role) for credit in forms.credits] == chain
    joined = " ".join(text.split())
    assert all(credit.evidence in joined for credit in forms.credits)


@pytest.mark.parametrize(
    "line", ["Kaynak: AA", "Источник: Интерфакс", "Mənbə: APA", "منبع: ایرنا", "Read More @ www.interpressnews.ge"]
)
def test_a_line_that_names_the_source_is_cut_once_it_is_read(line):
    assert read_wire_forms(f"{STORY}\n\n{line}").text == STORY


def test_a_labelled_byline_below_the_text_is_read_and_cut():
    forms = read_wire_forms(f"{STORY}\n\n{STORY}\n\nMuhabir: Ali Deneme")
    assert (forms.authors, forms.text) == (("Ali Deneme",), f"{STORY}\n\n{STORY}")


BOILERPLATE = [
    "Accessibility links",
    "Մատչելիության հղումներ",
    "No media source currently available",
    "XS SM MD LG",
    "please wait",
    "Armenia -- A working group meets the press in Gyumri, 3Mar2021",
    "Your browser doesn't support HTML5",
    "Bütün xəbərlər Facebook səhifəmizdə",
    "Oxunma sayı: 511",
    "OXŞAR XƏBƏRLƏR",
    "CANLI YAYIM",
    "Leave a review",
    "News Line",
    "Follow us on social networks",
    "You Might Also Like",
    "+ ↺ − 16 px",
    "Read: 568",
    "This text available in Հայերեն and Русский",
    "Print",
    "Read more: Trains to run",
    "Source link",
    "TL;DR (Meta-Llama-3-8B): the road is open.",
    "Skip to main content",
    "ДАЙДЖЕСТ: |",
    "Читать на сайте Вестник Кавказа",
    "AZN = 47.73 RUB",
    "Фото: МИД Азербайджана",
    "FILE PHOTO: a border crossing",
    "Send a link to a friend",
    "E-Paper | March 14, 2025",
    "- 6 mins ago",
    "(No further updates or additional information are available)",
    "Фото: МИД Азербайджана Фото: МИД Азербайджана",
    "(Photo: AFP/VNA)",
    "(Photo: Xinhua/ VNA)",
    "(Фото: Anna Probe/ ABACA / ТАСС)",
    "Aziz Probev/File Photo",
    "crédit photo vidéo : © Probe",
    "Photo: Ann Probe",
    "Deputy ministers in the capital, 25 June 2025 (Photo: Ann Probe)",
    "Заместители министров в столице (Фото: Анна Пробная)",
    "The post Trains to run appeared first on The Paper.",
    "EFE/EPA/ANN PROBE",
    "File Photo by Kremlin POOL/ UPI",
    "NA/PA",
    "All Content by Mehr News Agency is licensed under a Creative Commons Attribution 4.0 International License.",
    "Follow us on Twitter @AzerNewsAz",
    "To request free trial, write to us",
    "Legal Disclaimer: MENAFN provides the information as is.",
]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_line_is_cut(line):
    assert read_wire_forms(f"{STORY}\n\n{line}\n\n{STORY}").text == f"{STORY}\n\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        "Armenia -- a country of mountains -- hosts the fair. Its guests come by train.",
        "Georgia -- where the road ends -- said nothing.",
        "TBILISI -- The two ministers met in the old town. They will meet again.",
        "— Azer Probeli",
    ],
)
def test_a_line_of_the_story_stays(line):
    assert read_wire_forms(f"{STORY}\n\n{line}\n\n{STORY}").text == f"{STORY}\n\n{line}\n\n{STORY}"


def test_a_house_that_signs_is_cut_and_a_person_who_is_quoted_is_not():
    assert read_wire_forms(f"{STORY} —Azer News").text == STORY
    assert read_wire_forms(f"{STORY}\n\n«Мы встретимся снова». – Иван Пробный").text.endswith("– Иван Пробный")


def test_end_code_and_inline_marks_are_cut_from_a_paragraph():
    assert read_wire_forms(f"{STORY} -16D04-").text == STORY
    assert read_wire_forms("The hall (Photo: Ann Probe) was full.").text == "The hall was full."
    assert read_wire_forms("It was full (Photo: Ann Probe). They sat.").text == "It was full. They sat."


def test_house_is_found_whatever_its_script_and_ending():
    assert find_house("«Արմենպրես»") == "Armenpress"
    assert find_house("AzerTAc") == "AZERTAC"
    assert is_same_house("Trend News Agency", "Trend")
    assert is_same_house("ТАСС", "TASS")
    assert not is_same_house("APA", "AA")
