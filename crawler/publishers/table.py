"""The publishers, one entry each. Facts only: what is known of a publisher's pages beyond generic reading."""

from __future__ import annotations

from crawler.publishers.entry import Publisher

_RFE_CUT = (
    r"No media source currently available",
    r"(?:XS SM MD LG|0:00.{0,40})",
    r"please wait",
    r"Accessibility links|Մատչելիության հղումներ|Keçid linkləri|Ссылки для упрощенного доступа|Линкове.*",
    r"The code has been copied to your clipboard\.?|Embed|share",
    r"\s*Direct link\s*",
    r"\d+ kbps \| MP3",
    r"[A-Z][a-z]+ -- .{10,240}",
)
"""Player and caption lines that all RFE/RL services print ("Russia -- A working group meets")."""
_RFE_DROP = (".media-player", ".c-mmp", ".wsw__embed", ".media-block-wrap", ".embed-player-only")

PUBLISHERS = (
    Publisher(
        "azertag",
        ("azertag.az", "azertac.az"),
        zone="Asia/Baku",
        houses=("AZERTAC", "AZERTAG", "AZƏRTAC", "АЗЕРТАДЖ"),
        date=r"(\d{2}\.\d{2}\.\d{4})\s*\[(\d{2}:\d{2})\]",
        languages=(("az", "az"), ("en", "en"), ("ru", "ru"), ("de", "de"), ("fr", "fr"), ("es", "es"), ("ar", "ar")),
        end=(r"©.{0,80}", r"(?:Xəbərdə|When using the text|При использовании).{0,200}"),
    ),
    Publisher(
        "azernews",
        ("azernews.az",),
        zone="Asia/Baku",
        houses=("Azernews", "AzerNews", "Azer News"),
        date=r"(\d{1,2} [A-Z][a-z]+ \d{4} \d{2}:\d{2} \(UTC\+04:00\))",
        cut=(r"Follow us on Twitter @AzerNewsAz", r"Here we are to serve you with news right now.*", r"Read more:?"),
        end=(r"To request (?:a )?free trial.*", r"Follow us on Twitter.*"),
    ),
    Publisher(
        "menafn",
        ("menafn.com",),
        zone="Asia/Amman",
        end=(r"MENAFN\d{6,}.*", r"Legal Disclaimer.*", r"MENAFN provides the information.*"),
        respace=True,
    ),
    Publisher(
        "trend",
        ("trend.az",),
        zone="Asia/Baku",
        houses=("Trend", "Trend News Agency", "Тренд"),
        cut=(r"Stay up-to-date with more news on Trend News Agency's.*", r"Подписывайтесь на наш.*"),
    ),
    Publisher(
        "report",
        ("report.az", "dev.report.az"),
        zone="Asia/Baku",
        houses=("Report", "Report News Agency", "Репорт"),
        title_cut=r"\s*[-–|]\s*(?:FOTO|VİDEO|PHOTO|VIDEO|ФОТО|ВИДЕО)$",
    ),
    Publisher(
        "apa", ("apa.az",), zone="Asia/Baku", houses=("APA", "АПА"), title_cut=r"\s*-?\s*(?:FOTO|VİDEO|YENİLƏNİB-?\d*)$"
    ),
    Publisher(
        "turan",
        ("turan.az",),
        zone="Asia/Baku",
        houses=("Turan", "Туран"),
        cut=(r"Leave a review.*", r"News Line.*", r"Оставить отзыв.*", r"Rəy yaz.*"),
        end=(r"Leave a review.*", r"Оставить отзыв.*"),
    ),
    Publisher(
        "newsaz",
        ("news.az",),
        zone="Asia/Baku",
        houses=("News.Az", "News.az"),
        cut=(r".{0,6}↺.{0,12}", r"\+?\s*[−-]?\s*16 px"),
        drop=(".font-size", ".text-size-control"),
    ),
    Publisher(
        "oxu", ("oxu.az",), zone="Asia/Baku", houses=("Oxu.Az",), cut=(r"Oxunma sayı.*", r"Bütün xəbərlər Facebook.*")
    ),
    Publisher(
        "qafqazinfo",
        ("qafqazinfo.az",),
        zone="Asia/Baku",
        houses=("Qafqazinfo",),
        cut=(r"Bütün xəbərlər Facebook səhifəmizdə.*", r"OXŞAR XƏBƏRLƏR.*", r"CANLI YAYIM.*"),
        end=(r"OXŞAR XƏBƏRLƏR.*",),
    ),
    Publisher("aztv", ("aztv.az",), zone="Asia/Baku", houses=("AzTV",), date=r"(\d{1,2} [A-Z][a-z]+, \d{2}:\d{2})"),
    Publisher(
        "azadliq", ("azadliq.org", "azadliq.info"), zone="Asia/Baku", houses=("RFE/RL",), cut=_RFE_CUT, drop=_RFE_DROP
    ),
    Publisher(
        "azatutyun",
        ("azatutyun.am", "d3pahh4nwt0bgg.cloudfront.net", "d280gayb62sbv.cloudfront.net"),
        zone="Asia/Yerevan",
        houses=("Azatutyun", "RFE/RL"),
        cut=_RFE_CUT,
        drop=_RFE_DROP,
    ),
    Publisher(
        "tavisupleba", ("radiotavisupleba.ge",), zone="Asia/Tbilisi", houses=("RFE/RL",), cut=_RFE_CUT, drop=_RFE_DROP
    ),
    Publisher("ekho", ("ekhokavkaza.com",), zone="Asia/Tbilisi", houses=("RFE/RL",), cut=_RFE_CUT, drop=_RFE_DROP),
    Publisher("rferl", ("rferl.org",), zone="UTC", houses=("RFE/RL",), cut=_RFE_CUT, drop=_RFE_DROP),
    Publisher(
        "armenpress",
        ("armenpress.am",),
        zone="Asia/Yerevan",
        houses=("Armenpress", "Արմենպրես", "Арменпресс"),
        data="inertia",
        languages=(
            ("en", "en"),
            ("ru", "ru"),
            ("hy", "hy"),
            ("am", "hy"),
            ("fr", "fr"),
            ("ar", "ar"),
            ("fa", "fa"),
            ("ka", "ka"),
        ),
    ),
    Publisher(
        "newsam",
        ("news.am", "newsam.com"),
        zone="Asia/Yerevan",
        houses=("NEWS.am",),
        cut=(
            r"This text (?:is )?available in.*",
            r"Այս նյութը հասանելի է նաև.*",
            r"Этот материал доступен.*",
            r"Print",
        ),
    ),
    Publisher(
        "massispost",
        ("massispost.com",),
        zone="America/Los_Angeles",
        houses=("Massis Post",),
        cut=(r"Print Friendly.*", r"Related (?:Articles|Posts)"),
    ),
    Publisher(
        "factor",
        ("factor.am",),
        zone="Asia/Yerevan",
        houses=("Factor.am",),
        date=r"(\d{2}\.\d{2}\.\d{4}) \| (\d{2}:\d{2})",
        cut=(r"\d{2}\.\d{2}\.\d{4} \| \d{2}:\d{2}",),
    ),
    Publisher(
        "verelq",
        ("verelq.am",),
        zone="Asia/Yerevan",
        houses=("VERELQ",),
        date=r"\d{2}\.\d{2}\.\d{4}\D{1,20}(\d{2}\.\d{2}\.\d{4})",
    ),
    Publisher(
        "jamnews",
        ("jam-news.net",),
        zone="Asia/Tbilisi",
        houses=("JAMnews",),
        languages=(
            ("az", "az"),
            ("hy", "hy"),
            ("ge", "ka"),
            ("ka", "ka"),
            ("ru", "ru"),
            ("abkh", "ab"),
            ("oset", "os"),
        ),
        cut=(r"Follow us.{0,20}Twitter.*", r"Most read", r"Terms, place names, opinions.{0,300}"),
        end=(r"Terms, place names, opinions.{0,300}",),
    ),
    Publisher(
        "frontnews",
        ("frontnews.ge",),
        zone="Asia/Tbilisi",
        houses=("Front News Georgia", "Front News"),
        cut=(r"\d{1,6}", r"Author", r"Tags:.*"),
        end=(r"Tags:.*",),
    ),
    Publisher(
        "ipn",
        ("interpressnews.ge",),
        zone="Asia/Tbilisi",
        houses=("InterPressNews", "ინტერპრესნიუსი"),
        cut=(r"დაბეჭდვა|Print|Печать",),
    ),
    Publisher(
        "vestikavkaza",
        ("vestikavkaza.ru", "vestnikkavkaza.net"),
        zone="Europe/Moscow",
        houses=("Вестник Кавказа", "Vestnik Kavkaza"),
        date=r"(\d{1,2} [A-Z][a-z]{2}\.? \d{1,2}:\d{2} \(UTC\+3 MSK\)|\d{1,2} [A-Z][a-z]{2}\.? in \d{1,2}:\d{2})",
        title_cut=r"\s*Читать на сайте.*$",
        cut=(r"Читать на сайте.*", r"ДАЙДЖЕСТ:?.*"),
    ),
    Publisher(
        "moscowbaku",
        ("moscow-baku.ru",),
        zone="Europe/Moscow",
        houses=("Москва-Баку",),
        date=r"(\d{2}\.\d{2}\.\d{4} \d{2}:\d{2})",
        cut=(r"AZN\s*=.*", r"USD\s*=.*", r"EUR\s*=.*", r"\d{2}\.\d{2}\.\d{4} \d{2}:\d{2}"),
    ),
    Publisher("interfax", ("interfax.ru", "interfax.com"), zone="Europe/Moscow", houses=("Интерфакс", "Interfax")),
    Publisher("tass", ("tass.ru", "tass.com"), zone="Europe/Moscow", houses=("ТАСС", "TASS")),
    Publisher(
        "ria", ("ria.ru",), zone="Europe/Moscow", houses=("РИА Новости", "RIA Novosti"), cut=(r"Читать ria\.ru в.*",)
    ),
    Publisher("aa", ("aa.com.tr",), zone="Europe/Istanbul", houses=("AA", "Anadolu Agency", "Anadolu Ajansı")),
    Publisher(
        "irna",
        ("irna.ir",),
        zone="Asia/Tehran",
        houses=("IRNA", "ایرنا"),
        whole_feed=True,
        cut=(r"\d{4}\*{1,2}\d{4}.{0,40}", r"(?:انتهای پیام).*", r"Follow us on Twitter @IrnaEnglish"),
    ),
    Publisher(
        "tehrantimes",
        ("tehrantimes.com",),
        zone="Asia/Tehran",
        houses=("Tehran Times",),
        cut=(r"[A-Z]{2}/[A-Z]{2}", r"All Content by .{3,60} is licensed under .*"),
    ),
    Publisher(
        "mehr",
        ("mehrnews.com",),
        zone="Asia/Tehran",
        houses=("Mehr", "مهر"),
        cut=(r"All Content by .*", r"[A-Z]{2,3}/.{0,30}"),
    ),
    Publisher(
        "tasnim",
        ("tasnimnews.com", "tasnimnews.ir", "kaaf.at"),
        zone="Asia/Tehran",
        houses=("Tasnim", "تسنیم"),
        cut=(r"انتهای پیام.*",),
    ),
    Publisher(
        "mfaaz",
        ("mfa.gov.az",),
        zone="Asia/Baku",
        cut=(r"№\s?\d+/\d+.{0,80}", r"No\s?:\s?\d+/\d+.{0,80}"),
    ),
)
