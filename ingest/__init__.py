"""From feeds to documents: schedule, fetch, parse, identify, extract."""
