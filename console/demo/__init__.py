"""``tocsin demo``: the whole path on one machine without network, with made-up articles, checking itself."""
