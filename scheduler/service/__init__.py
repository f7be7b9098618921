"""The parts of the service, each a concern: timetable, crawl, mail, pages. ``scheduler.daemon`` joins them."""
