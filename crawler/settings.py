"""Scrapy settings; what a person may change stands in config.yaml and is laid over these for each run."""

BOT_NAME = "wirewatch"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

USER_AGENT = "Wirewatch/0.1 (news monitor; +https://wirewatch.example/bot)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Wirewatch"
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.2
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 8 * 2**20  # decoded as well as on the wire: a 0.4 MB gzip bomb is 879 MB by default
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
DNS_TIMEOUT = 10
REDIRECT_MAX_TIMES = 8
RETRY_TIMES = 1
RETRY_EXCEPTIONS = [  # not time limits: the next run asks again
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]
RETRY_HTTP_CODES = [408, 500, 502, 503, 504]  # not 429: it says when to come back
METAREFRESH_ENABLED = False
COOKIES_ENABLED = False
HTTPPROXY_ENABLED = False  # a proxy would connect for us, past the address rule

# Doors that a news monitor does not need.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.RecordingHandler",
    "https": "crawler.handlers.RecordingHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.AddressMiddleware": 50,
    "crawler.middlewares.RobotsMiddleware": 100,
    "crawler.middlewares.DecodingMiddleware": 590,
}
ITEM_PIPELINES = {"crawler.pipelines.ReportPipeline": 300}
EXTENSIONS = {"scrapy.extensions.corestats.CoreStats": None, "scrapy.extensions.memusage.MemoryUsage": None}
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "scrapy.logformatter.LogFormatter"
FEED_EXPORT_ENCODING = "utf-8"

LEAN = {
    "DOWNLOADER_MIDDLEWARES_BASE": {
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    },
    "SPIDER_MIDDLEWARES_BASE": {"scrapy.spidermiddlewares.referer.RefererMiddleware": 700},  # redirects ask for it
    "EXTENSIONS_BASE": {},
    "EXTENSIONS": {},
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "LOG_FORMATTER": "crawler.quiet.QuietFormatter",
}
"""Laid over the rest in runs that Wirewatch starts: without what only ``scrapy crawl`` by hand has a use for,
which Scrapy loads even where it is set to None."""

# Ours
WIREWATCH_ALLOW_PRIVATE: list[str] = []
WIREWATCH_RECORD: str | None = None
WIREWATCH_REPLAY: str | None = None
