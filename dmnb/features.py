"""Text -> document vectors, for classifiers that take points.

`pv_dbow` learns a vector for each document, from which its words can be predicted; `tfidf_svd`
weighs word counts and keeps the directions in which they vary most. Neither sees a label: give
them all documents, those of the test set too, as the protocol of the paper's Table 5 does.

Vectors are kept on disk. A file is named by a hash of the texts, the settings and the library's
version, appears whole or not at all, and is made again, with a warning, where it cannot be read.
"""

import hashlib
import io
import json
import os
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dmnb._files import atomic_write

_TAG = re.compile(r"<[^>]+>")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def words(text: str) -> list[str]:
    """The lower-case words of a text, in order: runs of letters and digits, apostrophes inside.

    HTML tags part words and are dropped with the punctuation.

    >>> words("It's <br />GREAT!")
    ["it's", 'great']
    """
    return _WORD.findall(_TAG.sub(" ", text).lower())


def pv_dbow(
    texts: Sequence[str],
    *,
    dims: int = 100,
    negative: int = 5,
    epochs: int = 20,
    min_count: int = 2,
    seed: int = 0,
    workers: int = 1,
    folder: str | Path | None = None,
) -> Tensor:
    """Paragraph vectors, the distributed bag of words: float32 (N, dims), by gensim's Doc2Vec.

    The documents are shuffled before training. Its learning rate falls as it goes, so in the order
    of the labels the last class would be seen at low rates alone: on IMDB that costs 7 points.

    One worker gives the same vectors for a seed (with one version of gensim); several are quicker
    and give others each time, as their threads write to the same weights.

    Args:
        texts: N >= 1 documents.
        dims: length of a vector, at least 1.
        negative, epochs: words drawn against each true one, and passes; at least 1.
        min_count: rarer words are ignored; at least 1. Some word must be left.
        seed: of the initial vectors, the draws and the order; at least 0.
        workers: threads, at least 1.
        folder: where results are kept; None: dmnb/features in the user's cache (XDG_CACHE_HOME).

    Raises:
        ValueError: for an option outside its range, or no texts.

    Source: Le and Mikolov, ICML 2014 (1405.4053), PV-DBOW; Mikolov et al. 2013 (1310.4546) for
    negative sampling.
    """
    settings = {
        "dims": dims, "negative": negative, "epochs": epochs, "min_count": min_count,
        "workers": workers, "seed": seed,
    }  # fmt: skip
    return _kept("gensim", _pv_dbow, texts, settings, folder)


def _pv_dbow(texts, *, dims, negative, epochs, min_count, workers, seed) -> np.ndarray:
    from gensim.models.doc2vec import Doc2Vec, TaggedDocument

    order = np.random.default_rng(seed).permutation(len(texts))
    model = Doc2Vec(
        [TaggedDocument(words(texts[row]), [int(row)]) for row in order],
        dm=0,
        vector_size=dims,
        negative=negative,
        epochs=epochs,
        min_count=min_count,
        workers=workers,
        seed=seed,
    )
    return model.dv.vectors


def tfidf_svd(
    texts: Sequence[str],
    *,
    dims: int = 100,
    max_words: int = 50_000,
    min_count: int = 2,
    seed: int = 0,
    folder: str | Path | None = None,
) -> Tensor:
    """Latent semantic analysis: TF-IDF of single words, its leading directions; float32 (N, dims).

    Counts enter as 1 + log count; rows have norm 1 before and after the reduction (a document of
    no known word is 0). Deterministic for a seed up to the rounding of the linear algebra library.

    Args:
        texts: N >= 1 documents.
        dims: length of a vector, at least 1 and below the number of different words.
        max_words: the most frequent words are counted, at least 1.
        min_count: words in fewer documents than this are ignored; at least 1.
        seed: of the randomised decomposition; at least 0.
        folder: as for `pv_dbow`.

    Raises:
        ValueError: for an option outside its range, or no texts.

    Source: Deerwester et al. 1990; Halko, Martinsson and Tropp 2011 (0909.4061) for the
    decomposition, by scikit-learn's TruncatedSVD.
    """
    settings = {"dims": dims, "max_words": max_words, "min_count": min_count, "seed": seed}
    return _kept("scikit-learn", _tfidf_svd, texts, settings, folder)


def _tfidf_svd(texts, *, dims, max_words, min_count, seed) -> np.ndarray:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    counted = TfidfVectorizer(
        analyzer=words, sublinear_tf=True, min_df=min_count, max_features=max_words
    ).fit_transform(texts)
    return normalize(TruncatedSVD(dims, random_state=seed).fit_transform(counted))


def _kept(
    library: str,
    compute: Callable[..., np.ndarray],
    texts: Sequence[str],
    settings: dict,
    folder: str | Path | None,
) -> Tensor:
    """compute(texts, **settings) as a float32 tensor, from the file that has it where one does."""
    for name, value in settings.items():
        least = 0 if name == "seed" else 1
        if type(value) is not int or value < least:
            raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    if len(texts) == 0:
        raise ValueError("texts must not be empty")
    folder = _cache() if folder is None else Path(folder).expanduser()
    about = [compute.__name__, library, metadata.version(library), settings]
    path = folder / f"{compute.__name__.strip('_')}-{_hash(texts, about)}.npz"
    try:
        with np.load(path) as file:
            vectors = file["vectors"]
        if vectors.shape != (len(texts), settings["dims"]) or vectors.dtype != np.float32:
            raise ValueError(f"it holds {vectors.dtype} {vectors.shape}")
    except FileNotFoundError:
        vectors = None
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        warnings.warn(f"{path} cannot be used and is made again: {error}", stacklevel=3)
        vectors = None
    if vectors is None:
        vectors = np.asarray(compute(texts, **settings), dtype=np.float32)
        try:
            atomic_write(path, _npz(vectors))
        except OSError as error:
            warnings.warn(f"the vectors are not kept in {path}: {error}", stacklevel=3)
    return torch.from_numpy(vectors)


def _npz(vectors: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, vectors=vectors)
    return buffer.getvalue()


def _hash(texts: Sequence[str], about: list) -> str:
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for text in texts:
        content = text.encode()
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()[:20]


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "dmnb" / "features"
