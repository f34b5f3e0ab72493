"""A file that tells how far a bulk call came, so that a new run goes on where a crash ended the last one."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from directus_sdk.errors import ConfigurationError, DirectusError, ModelError, OrderUnknown
from directus_sdk.local.atomic_file import place_of, replace_file
from directus_sdk.local.run_lock import FileLock
from directus_sdk.writing.chunk_sender import Outcome, is_doubtful
from directus_sdk.writing.chunks import SETTLED, Chunk, encode

#: Stands for an item that could not be sent.
_UNSENT = b"-"
#: Stands for an item that was refused and may be corrected.
_OPEN = b"?"

_DIGEST = re.compile(r"[0-9a-f]{64}")


class BulkCheckpoint:
    """How far a bulk call came: which items are settled, and which were on their way.

    The file is replaced before and after every call. Keys that are made with it come from a seed in the file and the
    place of the item, so that a second run makes the same keys and can see what has arrived.

    It names the server, the collection and the method, and holds a digest of the items that are settled, so that another
    input is refused: those items must be the same and come first, and what follows them may be corrected. As long as a
    call works with it, it is locked, with a file beside it whose name ends in ``.lock``.

    Args:
        path: The file. It is made when it is first needed, and stays when the work is done, so that a further run
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
        self._place = place_of(path)
        self._load()

    def _load(self) -> None:
        state: dict[str, Any] = {}
        try:
            state = json.loads(self._place.read_text(encoding="utf-8"))
            self._read(state)
        except FileNotFoundError:
            self._read({"seed": str(uuid4()), "done": 0, "sent": 0})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
            raise ConfigurationError(
                f"{self.path} is not the checkpoint of a bulk call ({type(error).__name__}: {str(error)[:100]}): "
                "pass the path of another file, or remove it"
            ) from None

    def _read(self, state: dict[str, Any]) -> None:
        self.seed = UUID(state["seed"])
        self._done, self._sent = _number(state["done"]), _number(state["sent"])
        if self._sent < self._done:
            raise ValueError("'sent' is less than 'done'")
        self.collection: str | None = _text(state, "collection")
        self.call: str | None = _text(state, "call")
        self.server: str | None = _text(state, "server")
        self.finished: bool = state.get("finished", False)
        if not isinstance(self.finished, bool):
            raise TypeError("'finished' is not true or false")
        self.failed: dict[int, str] = {_number(int(index)): str(text) for index, text in state.get("failed", {}).items()}
        # Files of the first versions hold no digests: what they have settled is taken as it is.
        self._digest, self._sent_digest = _digest(state, "digest"), _digest(state, "sent_digest")
        self._open = frozenset(map(_number, state.get("open", [])))
        # Items behind `done` that are settled too, and what is known of the items behind `done`.
        self._beyond = {index for start, stop in state.get("beyond", []) for index in range(_number(start), _number(stop))}
        self._prints: dict[int, bytes] = {}
        self._noted = self._done

    @property
    def done(self) -> int:
        """How many items, from the first, are settled: written, or refused and named."""
        return self._done

    @property
    def doubtful(self) -> range:
        """The items that were on their way when the last run ended: nobody knows whether they arrived."""
        return range(self._done, self._sent)

    def key(self, index: int) -> str:
        """Return the key of the item at a place of the input."""
        return str(uuid5(self.seed, str(index)))

    def resolve(self, *, written: bool) -> None:
        """Say what became of the doubtful items, after a look at the server.

        Args:
            written: Whether they are there.

        Raises:
            ConfigurationError: A call is at work with the file, or another one has been since it was read.
        """
        before = self.doubtful
        with self._locked():
            self._load()
            if self.doubtful != before:
                raise ConfigurationError(f"{self.path} was changed by another run since it was read: look at it again")
            if written:
                self._done, self._digest = self._sent, self._sent_digest
            else:
                self._sent = self._done
            self._save()

    # ------------------------------------------------------------------ for the call
    @contextmanager
    def work(self, server: str, collection: str, call: str) -> Iterator[None]:
        """Begin, or go on; the file is locked meanwhile.

        Args:
            server: The server that is written to.
            collection: The collection.
            call: The method that writes, such as ``"create_many"``.

        Raises:
            ConfigurationError: The file belongs to another server, collection or method, or another call is at work with it.
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

    def going_on(
        self,
        items: Iterable[Any],
        prepare: Callable[[int, Any], Any],
        is_known: Callable[[Any], bool],
        doubt: Callable[[range], str],
    ) -> Iterator[Any]:
        """Yield the items that are not settled, after a check that the others are those of the last run.

        Args:
            items: All items.
            prepare: Returns what is sent for an item.
            is_known: Tells of it whether the server can be asked for it.
            doubt: Says what to do about items that were on their way, of which that cannot be told.

        Raises:
            ConfigurationError: The input is another one, or nothing tells what arrived.
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
                raise ConfigurationError(self._other(f"there are only {index} items")) from None
            data, print_ = _prepared(prepare, index, item)
            if index >= self._done:
                settled = index in self._beyond
                waiting.append(SETTLED if settled else item)
                if settled:
                    self._prints[index] = print_
                elif index < self._sent:
                    unknown = unknown or not (data is not None and is_known(data))
            digest = _next(digest, print_ if self._is_fixed(index) else _OPEN)
        if waiting:
            if self._sent_digest is not None and digest.hex() != self._sent_digest:
                raise ConfigurationError(
                    f"{self.path}: items {self._done} to {self._reach - 1} were on their way when the last run ended, and some "
                    "of them are others now. As they are, or may be, on the server, they must be the same, and in the same "
                    "order, as in that run; what was refused may be corrected"
                )
            if unknown:
                raise ConfigurationError(doubt(self.doubtful))
        else:
            self._check(digest, self._digest)
            self._digest = digest.hex() or None
        for item in waiting:
            yield item
        for item in source:
            if self.finished:
                raise ConfigurationError(self._other("there are more items"))
            yield item

    def _check(self, digest: bytes, wanted: str | None) -> None:
        if wanted is not None and digest.hex() != wanted:
            raise ConfigurationError(self._other("some of them are others, or stand elsewhere,"))

    def _other(self, what: str) -> str:
        if self.finished:
            return (
                f"{self.path}: the work of this checkpoint is done, with {self._done} items, and {what} now, so nothing was "
                "written. Give other items a file of their own, or remove the file to write all of them again"
            )
        return (
            f"{self.path}: the last run has settled the first {self._done} items, and {what} now. What is settled must stay as "
            "it was, in its order and with the same options; what comes after it may be corrected, added and removed. Go on "
            "with those items, or remove the file to write all of them again"
        )

    def sending(self, chunk: Chunk) -> None:
        """Note that the items of a chunk may be on their way from now on."""
        sent = dict(zip(chunk.indexes, chunk.encoded, strict=True))
        for index in range(self._noted, chunk.stop):
            if index in sent:
                self._prints[index] = _fingerprint(sent[index])
        self._noted = max(self._noted, chunk.stop)
        if chunk.stop > self._sent:
            self._sent = chunk.stop
            self._save()

    def settled(self, stop: int, failed: dict[int, str]) -> None:
        """Note that the items before `stop` are settled."""
        digest = bytes.fromhex(self._digest or "")
        for index in range(self._done, stop):
            digest = _next(digest, self._prints.pop(index, _UNSENT))
        self._beyond -= set(range(self._done, stop))
        self._digest = digest.hex() or None
        self._done = max(self._done, stop)
        self._sent = max(self._sent, self._done)
        self.failed.update(failed)
        self._save()

    def refused(self, indexes: Iterable[int]) -> None:
        """Note that items are not written although they were on their way, so that they may be corrected."""
        self._open = frozenset(indexes)
        self._save()

    def ended(self, settled: Iterable[int], failed: dict[int, str]) -> None:
        """Note that nothing is on its way any more: these items are settled, and no others behind `done`."""
        self._sent = self._done
        self._beyond |= {index for index in settled if index >= self._done}
        self.failed.update(failed)
        self._save()

    def finish(self) -> None:
        """Note that every item is settled."""
        self.finished = True
        self._save()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with FileLock(self._place).held(
            f"{self.path} is in use: another call, of this or another process, is at work with the checkpoint. This one has "
            "written nothing: wait until that one has ended, or give each call a file of its own"
        ):
            yield

    @property
    def _reach(self) -> int:
        """The place behind the last item that may be on the server."""
        return max(self._sent, max(self._beyond, default=-1) + 1)

    def _is_fixed(self, index: int) -> bool:
        """Tell whether an item may be on the server, so that it must stay as it was."""
        return index in self._beyond or (index < self._sent and index not in self._open)

    def _save(self) -> None:
        digest = bytes.fromhex(self._digest or "")
        for index in range(self._done, self._reach):
            digest = _next(digest, self._prints.get(index, _UNSENT) if self._is_fixed(index) else _OPEN)
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
            replace_file(self._place, json.dumps(state), lasting=True)
        except OSError as error:
            raise ConfigurationError(
                f"the checkpoint {self.path} cannot be written: {error.strerror or error}. It keeps what it had; mend that, "
                "and run again with the same items"
            ) from error


def note(checkpoint: BulkCheckpoint, outcome: Outcome) -> None:
    """Note what is settled of the first chunk that is not settled yet."""
    if outcome.failure is None or isinstance(outcome.failure, (OrderUnknown, ModelError)):
        checkpoint.settled(outcome.chunk.stop, _failed(outcome))
    elif outcome.settled:
        checkpoint.settled(outcome.chunk.indexes[outcome.settled - 1] + 1, _failed(outcome))


def note_end(checkpoint: BulkCheckpoint, stopped: Sequence[Outcome]) -> None:
    """Note what became of the chunks from the one that stopped the call on: others may have been on their way with it.

    What cannot be written stays in doubt.
    """
    with suppress(ConfigurationError):
        _note_end(checkpoint, stopped)


def _note_end(checkpoint: BulkCheckpoint, stopped: Sequence[Outcome]) -> None:
    if any(is_doubtful(outcome.failure) for outcome in stopped):
        checkpoint.refused(entry.index for outcome in stopped for entry in outcome.errors if entry.error is outcome.failure)
        return
    settled = {index for outcome in stopped for index in [*outcome.chunk.indexes[: outcome.settled], *outcome.beyond]}
    failed = {index: text for outcome in stopped for index, text in _failed(outcome).items()}
    checkpoint.ended(settled | failed.keys(), failed)


def _failed(outcome: Outcome) -> dict[int, str]:
    return {entry.index: str(entry.error)[:300] for entry in outcome.errors if entry.error is not outcome.failure}


def _ranges(indexes: Iterable[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for index in sorted(indexes):
        if found and found[-1][1] == index:
            found[-1][1] += 1
        else:
            found.append([index, index + 1])
    return found


def _prepared(prepare: Callable[[int, Any], Any], index: int, item: Any) -> tuple[Any, bytes]:
    try:
        data = prepare(index, item)
        return data, _fingerprint(encode(index, data))
    except (ValueError, TypeError, DirectusError):
        return None, _UNSENT


def _fingerprint(encoded: bytes) -> bytes:
    """Return what an item is told by: the order of its fields does not matter."""
    return hashlib.sha256(json.dumps(json.loads(encoded), sort_keys=True).encode()).digest()


def _next(digest: bytes, print_: bytes) -> bytes:
    return hashlib.sha256(digest + print_).digest()


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not the number of an item")
    return value


def _text(state: dict[str, Any], name: str) -> str | None:
    value = state.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name!r} is not a string")
    return value


def _digest(state: dict[str, Any], name: str) -> str | None:
    value = _text(state, name)
    if value is not None and not _DIGEST.fullmatch(value):
        raise ValueError(f"{name!r} is not a digest")
    return value
