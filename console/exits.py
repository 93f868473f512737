"""Exit codes of every command, in one table.

====  =====================================================================================
code  meaning
====  =====================================================================================
0     done
1     the answer is no: a rule's test failed, the demo differed, a message was not accepted
2     wrong usage: an option, a file or a name that cannot work
3     the configuration is wrong (every problem is printed)
4     the log or the state database is unavailable, full, or of another version
5     the outside world: a fetch, a feed, a page or a channel failed
6     the language model or the gazetteer cannot be used
70    a bug: run again with --debug to see the traceback
130   interrupted (Ctrl-C)
====  =====================================================================================
"""

from __future__ import annotations

from config.errors import (
    ChannelError,
    ConfigError,
    EnrichmentError,
    ExtractionError,
    FetchError,
    LogError,
    ParseError,
    RuleError,
    StateError,
    TocsinError,
    UsageError,
)

OK = 0
NO = 1
USAGE = 2
CONFIGURATION = 3
UNAVAILABLE = 4
OUTSIDE = 5
ENRICHMENT = 6
BUG = 70
INTERRUPTED = 130

_CODES: tuple[tuple[type[TocsinError], int], ...] = (
    (UsageError, USAGE),
    (ConfigError, CONFIGURATION),
    (RuleError, CONFIGURATION),
    (LogError, UNAVAILABLE),
    (StateError, UNAVAILABLE),
    (FetchError, OUTSIDE),
    (ParseError, OUTSIDE),
    (ExtractionError, OUTSIDE),
    (ChannelError, OUTSIDE),
    (EnrichmentError, ENRICHMENT),
)


def code_of(error: TocsinError) -> int:
    """The exit code for an error of our own tree."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return NO
