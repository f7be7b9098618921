"""The Scrapy project: spiders, feed and page reading, politeness, replay."""
