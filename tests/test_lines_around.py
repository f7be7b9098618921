"""Lines around a text in seven languages: its author, its source and link, and what is the site's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.page import read_page
from crawler.reading.source_link import find_source_line
from wirewatch.article import Article

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEXTS = {
    "en": (
        "The two ministers met in the capital on Monday and agreed to open three new crossings before the autumn.",
        "A second round is planned for April, when experts on transport and customs will take part as well.",
    ),
    "ru": (
        "Министры встретились в столице в понедельник и договорились до осени открыть три новых перехода.",
        "Второй раунд намечен на апрель, в нем примут участие и специалисты по транспорту и таможне.",
    ),
    "az": (
        "Nazirlər bazar ertəsi paytaxtda görüşüb və payıza qədər üç yeni keçidin açılması barədə razılığa gəliblər.",
        "İkinci görüş aprelə nəzərdə tutulub, onda nəqliyyat və gömrük üzrə mütəxəssislər də iştirak edəcək.",
    ),
    "hy": (
        "Նախարարները երկուշաբթի հանդիպել են մայրաքաղաքում և պայմանավորվել մինչև աշուն բացել երեք նոր անցակետ։",
        "Երկրորդ հանդիպումը նախատեսված է ապրիլին, որին կմասնակցեն նաև տրանսպորտի և մաքսային փորձագետներ։",
    ),
    "ka": (
        "მინისტრები ორშაბათს დედაქალაქში შეხვდნენ და შემოდგომამდე სამი ახალი გადასასვლელის გახსნაზე შეთანხმდნენ.",
        "მეორე შეხვედრა აპრილისთვისაა დაგეგმილი და მასში ტრანსპორტისა და საბაჟოს სპეციალისტებიც მიიღებენ მონაწილეობას.",
    ),
    "fa": (
        "وزیران روز دوشنبه در پایتخت دیدار کردند و پذیرفتند که تا پاییز سه گذرگاه تازه گشوده شود.",
        "دور دوم برای فروردین برنامه‌ریزی شده است و کارشناسان راه و گمرک نیز در آن شرکت می‌کنند.",
    ),
    "tr": (
        "Bakanlar pazartesi günü başkentte bir araya geldi ve sonbahara kadar üç yeni geçidin açılması için anlaştı.",
        "İkinci görüşme nisan ayında yapılacak ve ulaştırma ile gümrük uzmanları da katılacak.",
    ),
}
LINES = {
    "en": "Comments (12)|Print this page|The article was originally published elsewhere|Follow us on Telegram",
    "ru": "Подпишитесь на нашу рассылку|Похожие новости|Читать подробнее|Нашли ошибку? Выделите ее и нажмите клавиши|"
    "Присылайте новости на WhatsApp|Все права защищены.|Курс валют: USD 1,70|Комментарии (12)|Просмотров: 1204|"
    "При использовании материалов ссылка обязательна|Новости партнеров|Мы используем файлы cookie на сайте",
    "az": "Xəbərlərimizə abunə olun|Ətraflı oxu|WhatsApp xəbər xətti: 050|Bütün hüquqlar qorunur.|Şərhlər (12)|"
    "Teqlər: dəmir yolu|Materiallardan istifadə edərkən istinad vacibdir|Saytımızda kukilərdən istifadə olunur.",
    "hy": "Մենք օգտագործում ենք քուքիներ|Բաժանորդագրվեք մեր լրահոսին|Կիսվել|Նմանատիպ նյութեր|Գովազդ|"
    "Բոլոր իրավունքները պաշտպանված են։|Մեկնաբանություններ (12)|Դիտումներ՝ 1204|Պիտակներ՝ երկաթուղի|"
    "Մեջբերումներ անելիս հղումը պարտադիր է|Այլ նորություններ",
    "ka": "ჩვენ ვიყენებთ ქუქი-ფაილებს|გამოგვყევით Telegram-ზე|გაზიარება|რეკლამა|ყველა უფლება დაცულია.|"
    "კომენტარები (12)|ნახვები: 1204|ტეგები: რკინიგზა|მასალის გამოყენებისას მიუთითეთ წყარო|სხვა სიახლეები",
    "fa": "ما از کوکی‌ها استفاده می‌کنیم.|در خبرنامه ما عضو شوید|ما را در تلگرام دنبال کنید|اشتراک‌گذاری|ادامه مطلب|"
    "تبلیغات|تمامی حقوق محفوظ است.|نظرات (۱۲)|بازدید: ۱۲۰۴|چاپ|برچسب‌ها: راه آهن",
    "tr": "Sitemizde çerezler kullanılmaktadır.|Bültenimize abone olun|Bizi Telegram'da takip edin|Devamını oku|"
    "Tüm hakları saklıdır.|Fotoğraf: Ali Deneme|Dolar 34,10|Yorumlar (12)|Okunma: 1204|Yazdır|Diğer haberler",
}
CASES = [(language, line) for language, lines in LINES.items() for line in lines.split("|")]


def read(language: str, *paragraphs: str, url: str = "https://paper.example/a/1") -> Article:
    inner = "".join(f"<p>{text}</p>" for text in paragraphs)
    page = (
        f"<html lang={language}><head><meta charset=utf-8></head><body><div><h1>3</h1><div>{inner}</div></div></body>"
    )
    return read_page(page.encode(), url, fetched=FETCHED)


@pytest.mark.parametrize(("language", "line"), CASES)
def test_a_line_of_the_site_goes_from_the_middle_and_the_end(language: str, line: str) -> None:
    first, last = TEXTS[language]
    assert read(language, first, line, last).text == f"{first}\n\n{last}"
    assert read(language, first, last, line).text == f"{first}\n\n{last}"


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_that_only_begins_so_stays(language: str) -> None:
    sentence = {
        "en": "Comments on the plan were few.",
        "ru": "Комментарии министра опубликованы.",
        "az": "Şərhlər az oldu, nazir bildirib.",
        "hy": "Գովազդ չի եղել, ասել է նախարարը։",
        "ka": "რეკლამა არ ყოფილა, თქვა მინისტრმა.",
        "fa": "تبلیغات در این گذرگاه ممنوع است.",
        "tr": "Yorumlar az oldu, dedi bakan.",
    }[language]
    first, last = TEXTS[language]
    assert read(language, first, sentence, last).text == f"{first}\n\n{sentence}\n\n{last}"


@pytest.mark.parametrize(
    ("line", "name", "evidence"),
    [
        ("Источник: Интерфакс", "Interfax", "Источник: Интерфакс"),
        ("Mənbə: APA", "APA", "Mənbə: APA"),
        ("Աղբյուրը՝ Ռոյթերս", "Reuters", "Աղբյուրը՝ Ռոյթերս"),
        ("წყარო: როიტერსი", "Reuters", "წყარო: როიტერსი"),
        ("منبع: ایرنا", "IRNA", "منبع: ایرنا"),
        ("Kaynak: AA", "AA", "Kaynak: AA"),
        ("Source: Reuters", "Reuters", "Source: Reuters"),
        (
            "Read More @ <a href='https://www.interpressnews.ge/x'>www.interpressnews.ge</a>",
            "InterPressNews",
            "Read More @ www.interpressnews.ge",
        ),
        (
            "<a href='https://armenpress.am/en/article/1'>https://armenpress.am/en/article/1</a>",
            "Armenpress",
            "https://armenpress.am/en/article/1",
        ),
        (
            "<a href='https://armenpress.am/en/article/1'>Source link</a>",
            "Armenpress",
            "Source link: https://armenpress.am/en/article/1",
        ),
    ],
)
def test_the_source_below_a_text_is_read_and_cut(line: str, name: str, evidence: str) -> None:
    first, last = TEXTS["en"]
    article = read("en", first, last, line)
    assert article.text == f"{first}\n\n{last}"
    assert [(credit.name, credit.role, credit.evidence) for credit in article.credits] == [(name, "origin", evidence)]


def test_a_link_to_the_own_site_or_to_no_house_names_no_source() -> None:
    for address in ("https://www.armenpress.am/en/1", "https://shop.example/1", "/en/1", "javascript:alert(1)"):
        article = read("en", *TEXTS["en"], f"<a href='{address}'>Source link</a>", url="https://armenpress.am/en/9")
        assert article.credits == ()


def test_words_that_say_more_than_source_are_no_source_link() -> None:
    from crawler.reading.document import parse_document

    root = parse_document("<html><body><a href='https://armenpress.am/1'>Armenpress on the talks</a></body></html>")
    assert find_source_line(root, "https://paper.example/1") == ""


@pytest.mark.parametrize("layout", ["<div class=author>{}</div>", "<span class=byline>{}</span>", "<p>{}</p>"])
@pytest.mark.parametrize(
    ("language", "label", "name"),
    [
        ("ru", "Автор: ", "Иван Пробный"),
        ("ru", "Текст: ", "Иван Пробный"),
        ("az", "Müəllif: ", "Leyla Probeova"),
        ("az", "Müxbir: ", "Leyla Probeova"),
        ("hy", "Հեղինակ՝ ", "Անի Փորձյան"),
        ("ka", "ავტორი: ", "ილია ტესტაძე"),
        ("fa", "نویسنده: ", "علی آزمونی"),
        ("tr", "Muhabir: ", "Ali Deneme"),
        ("tr", "Yazar: ", "Ali Deneme"),
        ("en", "By ", "Ann Probe"),
    ],
)
def test_the_author_above_a_text_is_read_and_cut(language: str, label: str, name: str, layout: str) -> None:
    inner = "".join(f"<p>{text}</p>" for text in TEXTS[language])
    line = layout.format(label + name)
    page = f"<html lang={language}><meta charset=utf-8><body><div><h1>3 + 4</h1>{line}<div>{inner}</div></div></body>"
    article = read_page(page.encode(), "https://paper.example/a/1", fetched=FETCHED)
    assert article.authors == (name,)
    assert article.text == "\n\n".join(TEXTS[language])


def test_a_georgian_name_in_its_box_is_read_without_a_label() -> None:
    inner = "".join(f"<p>{text}</p>" for text in TEXTS["ka"])
    name = "<i class=author>ილია ტესტაძე</i>"
    page = f"<html lang=ka><meta charset=utf-8><body><h1>3 + 4</h1>{name}<div>{inner}</div></body>"
    assert read_page(page.encode(), "https://paper.example/a/1", fetched=FETCHED).authors == ("ილია ტესტაძე",)
