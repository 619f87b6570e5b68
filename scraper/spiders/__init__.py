"""Scrapy spiders: the one that looks at news pages."""
