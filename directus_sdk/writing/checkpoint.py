"""A file with the progress of a bulk call, so that a new run continues where a crash ended the last one.

How does a checkpoint know its input? It names the server, the collection and the method, and holds a digest: a SHA-256 over
the JSON of each item that is settled or may be on the server, each chained to the one before it. A new run reads its input
from the beginning, computes the digest again, and stops if it differs. No item is stored.

An item is settled when it is written, or refused and named in the result. The file is replaced before each call, with the
items that the call sends, and after it, with those that are settled. After a crash in between, the items of that call are
doubtful: `directus_sdk.writing.bulk_call` asks the server for them by their keys.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError, DirectusError, ModelError, OrderUnknown
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.atomic_file import place_of, replace_file
from directus_sdk.local.run_lock import FileLock
from directus_sdk.writing.chunk_sender import Outcome, is_doubtful
from directus_sdk.writing.chunks import SETTLED, Chunk, encode

#: In the digest: an item that could not be sent, and one that was refused and may be corrected.
_UNSENT = b"-"
_OPEN = b"?"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BulkCheckpoint(Displayed):
    """The progress of a bulk call: which items are settled, and which were being sent.

    The file is replaced before and after every call. With ``generate_keys=True`` keys are derived from a seed in the file and
    the place of the item, so that a second run generates the same keys and can see which items exist.

    The file names the server, the collection and the method, and holds a digest of the settled items, so that another input
    is refused: those items must be the same and come first, and the items after them may be corrected. While a call uses the
    file, it is locked, with a file beside it whose name ends in ``.lock``.

    Args:
        path: The file. It is created when it is first needed, and kept when the work is done, so that a further run
            writes nothing.

    Raises:
        ConfigurationError: The file is not a checkpoint, or cannot be read.

    Example:
        >>> from pathlib import Path
        >>> rows = [{"title": f"Article {number}"} for number in range(3)]
        >>> directus.items("articles").create_many(rows, checkpoint="import.json", batch_size=2).count
        3
        >>> checkpoint = BulkCheckpoint("import.json")
        >>> checkpoint.done, checkpoint.finished
        (3, True)
        >>> directus.items("articles").create_many(rows, checkpoint="import.json").count
        0
        >>> Path("import.json").unlink()
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file = place_of(path)
        self._load()

    def __repr__(self) -> str:
        return f"BulkCheckpoint({str(self.path)!r}, done={self.done}, finished={self.finished})"

    def _load(self) -> None:
        try:
            self._read(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            self._read({"seed": str(uuid4()), "done": 0, "sent": 0})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
            raise ConfigurationError(
                f"{self.path} is not the checkpoint of a bulk call ({type(error).__name__}: {str(error)[:100]}): "
                "pass the path of another file, or remove it"
            ) from None

    def _read(self, state: JSONMapping) -> None:
        self.seed = UUID(state["seed"])
        self._done, self._sent = _index(state["done"]), _index(state["sent"])
        if self._sent < self._done:
            raise ValueError("'sent' is less than 'done'")
        self.collection = _string(state, "collection")
        self.call = _string(state, "call")
        self.server = _string(state, "server")
        self.finished: bool = state.get("finished", False)
        if not isinstance(self.finished, bool):
            raise TypeError("'finished' is not true or false")
        self.failed: dict[int, str] = {_index(int(index)): str(text) for index, text in state.get("failed", {}).items()}
        # A file without digests is accepted with any input.
        self._digest, self._sent_digest = _digest(state, "digest"), _digest(state, "sent_digest")
        self._open = frozenset(map(_index, state.get("open", [])))
        # Items after `done` that are settled too, the digests of items after `done`, and up to where those are known.
        self._beyond = {index for start, stop in state.get("beyond", []) for index in range(_index(start), _index(stop))}
        self._fingerprints: dict[int, bytes] = {}
        self._known_stop = self._done

    @property
    def done(self) -> int:
        """How many items, from the first, are settled: written, or refused and named."""
        return self._done

    @property
    def doubtful(self) -> range:
        """The items that were being sent when the last run ended: whether the server has them is unknown."""
        return range(self._done, self._sent)

    def key(self, index: int) -> str:
        """Return the key of the item at a place of the input."""
        return str(uuid5(self.seed, str(index)))

    def resolve(self, *, written: bool) -> None:
        """Report whether the doubtful items are on the server.

        Args:
            written: Whether they exist.

        Raises:
            ConfigurationError: There is no such file, or a call is using it, or has changed it since it was read.
        """
        before = self.doubtful
        with self._locked():
            if not self._file.exists():
                raise ConfigurationError(f"{self.path} does not exist, so there is nothing to resolve: check the path")
            self._load()
            if self.doubtful != before:
                raise ConfigurationError(f"{self.path} was changed by another run since it was read: read it again")
            if written:
                self._done, self._digest = self._sent, self._sent_digest
            else:
                self._sent = self._done
            self._save()

    # ------------------------------------------------------------------ for the call
    @contextmanager
    def work(self, server: str, collection: str, call: str) -> Iterator[None]:
        """Begin or continue the work; the file is locked meanwhile.

        Args:
            server: The server that is written to.
            collection: The collection.
            call: The method that writes, such as ``"create_many"``.

        Raises:
            ConfigurationError: The file belongs to another server, collection or method, or another call is using it.
        """
        with self._locked():
            self._load()
            if self.collection not in (None, collection) or self.call not in (None, call):
                raise ConfigurationError(
                    f"{self.path} is the checkpoint of {self.call or 'a bulk call'} on {self.collection}, not of {call} on "
                    f"{collection}: give each call a file of its own"
                )
            if self.server not in (None, server):
                raise ConfigurationError(
                    f"{self.path} is the checkpoint of {call} on {collection} of {self.server}, not of {server}: give each "
                    'server a file of its own. If it is the same server with a new URL, change "server" in the file'
                )
            self.server, self.collection, self.call = server, collection, call
            yield

    def remaining(
        self,
        items: Iterable[object],
        prepare: Callable[[int, object], object],
        is_known: Callable[[Any], bool],
        doubt: Callable[[BulkCheckpoint], str],
    ) -> Iterator[object]:
        """Yield the items that are not settled, after a check that the others are those of the last run.

        Args:
            items: All items.
            prepare: Returns what is sent for an item.
            doubt: Returns what to do about doubtful items for which the server cannot be asked.
            is_known: Returns whether the server can be asked for an item, from what is sent for it.

        Raises:
            ConfigurationError: The input is another one, or it is unknown which items the server has.
        """
        source = iter(items)
        digest, waiting, unknown = b"", [], False
        for index in range(self._reach):
            if index == self._done:
                self._check(digest, self._digest)
                self._digest = digest.hex() or None
            try:
                item = next(source)
            except StopIteration:
                raise ConfigurationError(self._other_input(f"there are only {index} items")) from None
            data, fingerprint = _prepared(prepare, index, item)
            if index >= self._done:
                settled = index in self._beyond
                waiting.append(SETTLED if settled else item)
                # For the digest of a file that is saved before they are all settled.
                self._fingerprints[index] = fingerprint
                if not settled and index < self._sent:
                    unknown = unknown or not (data is not None and is_known(data))
            digest = _next(digest, fingerprint if self._is_fixed(index) else _OPEN)
        if waiting:
            if self._sent_digest is not None and digest.hex() != self._sent_digest:
                raise ConfigurationError(
                    f"{self.path}: items {self._done} to {self._reach - 1} were being sent when the last run ended, and some "
                    "of them are different now. Because they are, or may be, on the server, they must be the same, and in the "
                    "same order, as in that run; items that were refused may be corrected"
                )
            if unknown:
                raise ConfigurationError(doubt(self))
        else:
            self._check(digest, self._digest)
            self._digest = digest.hex() or None
        yield from waiting
        for item in source:
            if self.finished:
                raise ConfigurationError(self._other_input("there are more items"))
            yield item

    def _check(self, digest: bytes, wanted: str | None) -> None:
        if wanted is not None and digest.hex() != wanted:
            raise ConfigurationError(self._other_input("some of them are different, or in another place,"))

    def _other_input(self, what: str) -> str:
        if self.finished:
            return (
                f"{self.path}: the work of this checkpoint is done, with {self._done} items, and {what} now, so nothing was "
                "written. Give other items a file of their own, or remove the file to write all of them again"
            )
        return (
            f"{self.path}: the last run has settled the first {self._done} items, and {what} now. Settled items must stay as "
            "they were, in their order and with the same options; items after them may be corrected, added and removed. "
            "Continue with those items, or remove the file to write all of them again"
        )

    def sending(self, chunk: Chunk) -> None:
        """Record that the items of a chunk are sent next."""
        for index, encoded in zip(chunk.indexes, chunk.encoded, strict=True):
            if index >= self._known_stop:
                self._fingerprints[index] = _fingerprint(encoded)
        self._known_stop = max(self._known_stop, chunk.stop)
        # A corrected item may be on the server from now on, so that it must stay as it is.
        corrected = self._open.intersection(chunk.indexes)
        if chunk.stop > self._sent or corrected:
            self._sent = max(self._sent, chunk.stop)
            self._open -= corrected
            self._save()

    def settled(self, stop: int, failed: dict[int, str]) -> None:
        """Record that the items before `stop` are settled."""
        digest = bytes.fromhex(self._digest or "")
        for index in range(self._done, stop):
            digest = _next(digest, self._fingerprints.pop(index, _UNSENT))
        self._beyond -= set(range(self._done, stop))
        self._digest = digest.hex() or None
        self._done = max(self._done, stop)
        self._sent = max(self._sent, self._done)
        self.failed.update(failed)
        self._save()

    def refused(self, indexes: Iterable[int]) -> None:
        """Record that items which were being sent are not written, so that they may be corrected."""
        self._open = frozenset(indexes)
        self._save()

    def ended(self, settled: Iterable[int], failed: dict[int, str]) -> None:
        """Record that nothing is being sent any more: these items are settled, and no others after `done`."""
        self._sent = self._done
        self._beyond |= {index for index in settled if index >= self._done}
        self.failed.update(failed)
        self._save()

    def finish(self) -> None:
        """Record that every item is settled."""
        self.finished = True
        self._save()

    def _locked(self) -> AbstractContextManager[None]:
        return FileLock(self._file).acquired(
            f"{self.path} is in use: another call, of this or another process, uses the checkpoint. This call has written "
            "nothing: wait until that one has ended, or give each call a file of its own"
        )

    @property
    def _reach(self) -> int:
        """The place after the last item that may be on the server."""
        return max(self._sent, max(self._beyond, default=-1) + 1)

    def _is_fixed(self, index: int) -> bool:
        """Return whether an item may be on the server, so that it must stay as it was."""
        return index in self._beyond or (index < self._sent and index not in self._open)

    def _save(self) -> None:
        digest = bytes.fromhex(self._digest or "")
        for index in range(self._done, self._reach):
            digest = _next(digest, self._fingerprints.get(index, _UNSENT) if self._is_fixed(index) else _OPEN)
        self._sent_digest = digest.hex() or None
        state = {
            "server": self.server,
            "collection": self.collection,
            "call": self.call,
            "seed": str(self.seed),
            "done": self._done,
            "sent": self._sent,
            "finished": self.finished,
            "failed": self.failed,
            "digest": self._digest,
            "sent_digest": self._sent_digest,
            "open": sorted(self._open),
            "beyond": _ranges(self._beyond),
        }
        try:
            replace_file(self._file, json.dumps(state), lasting=True)
        except OSError as error:
            raise ConfigurationError(
                f"the checkpoint {self.path} cannot be written: {error.strerror or error}. The file is unchanged; correct "
                "the cause, and run again with the same items"
            ) from error


def doubt(checkpoint: BulkCheckpoint) -> str:
    """Return what to do about doubtful items for which the server cannot be asked."""
    return (
        f"{checkpoint.path}: items {checkpoint.doubtful.start} to {checkpoint.doubtful.stop - 1} were being sent when the last "
        "run ended, and whether they arrived is unknown. Check whether they are on the server, then report it with "
        "BulkCheckpoint(path).resolve(written=...). With generate_keys=True, keys of your own, or match_on= with a unique "
        "field, the next run checks that itself"
    )


def note(checkpoint: BulkCheckpoint, outcome: Outcome) -> None:
    """Record what is settled of the first chunk that is not settled yet."""
    if outcome.failure is None or isinstance(outcome.failure, (OrderUnknown, ModelError)):
        checkpoint.settled(outcome.chunk.stop, _failed(outcome))
    elif outcome.settled:
        checkpoint.settled(outcome.chunk.indexes[outcome.settled - 1] + 1, _failed(outcome))


def note_end(checkpoint: BulkCheckpoint, stopped: Sequence[Outcome]) -> None:
    """Record the outcomes from the chunk that stopped the call on: others may have been sent at the same time.

    If the file cannot be written, the items stay doubtful.
    """
    with suppress(ConfigurationError):
        if any(is_doubtful(outcome.failure) for outcome in stopped):
            checkpoint.refused(entry.index for outcome in stopped for entry in outcome.errors if entry.error is outcome.failure)
            return
        settled = {index for outcome in stopped for index in [*outcome.chunk.indexes[: outcome.settled], *outcome.beyond]}
        failed = {index: text for outcome in stopped for index, text in _failed(outcome).items()}
        checkpoint.ended(settled | failed.keys(), failed)


def _failed(outcome: Outcome) -> dict[int, str]:
    return {entry.index: str(entry.error)[:300] for entry in outcome.errors if entry.error is not outcome.failure}


def _ranges(indexes: Iterable[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for index in sorted(indexes):
        if ranges and ranges[-1][1] == index:
            ranges[-1][1] += 1
        else:
            ranges.append([index, index + 1])
    return ranges


def _prepared(prepare: Callable[[int, object], object], index: int, item: object) -> tuple[object, bytes]:
    try:
        data = prepare(index, item)
        return data, _fingerprint(encode(index, data))
    except (ValueError, TypeError, DirectusError):
        return None, _UNSENT


def _fingerprint(encoded: bytes) -> bytes:
    """Return the digest of an item; the order of its fields does not matter."""
    return hashlib.sha256(json.dumps(json.loads(encoded), sort_keys=True).encode()).digest()


def _next(digest: bytes, fingerprint: bytes) -> bytes:
    return hashlib.sha256(digest + fingerprint).digest()


def _index(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not a valid place of an item")
    return value


def _string(state: JSONMapping, name: str) -> str | None:
    value = state.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name!r} is not a string")
    return value


def _digest(state: JSONMapping, name: str) -> str | None:
    value = _string(state, name)
    if value is not None and not _DIGEST.fullmatch(value):
        raise ValueError(f"{name!r} is not a valid digest")
    return value
