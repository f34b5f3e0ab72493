"""What every `Storage` must do, as tests for a storage of your own.

With pytest, inherit the tests:

    from directus_sdk.testing.storage_suite import StorageSuite

    class TestMyStorage(StorageSuite):
        processes = 4  # 0 for a storage that one process keeps to itself

        def make_storage(self, prefix=""):
            return MyStorage("somewhere", prefix)

Without pytest, `run(make_storage)` does the same. Each check leaves the keys that it used empty.
"""

from __future__ import annotations

import contextlib
import copy
import multiprocessing
import os
import pickle
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.storage import Storage
from directus_sdk.errors import DirectusError

#: Makes a storage; each call leads to the same place. Called with ``prefix=`` or without arguments.
MakeStorage = Callable[..., Storage]

_THREADS = 8
_ROUNDS = 25
_PATIENCE = 60.0
_RECORD = Credentials("access", "refresh", expires_at=2_000_000_000.5, lifetime=900.0)


def run(make_storage: MakeStorage, *, processes: int = 0, dead_after: float | None = None) -> int:
    """Check a storage.

    Args:
        make_storage: Makes a storage; takes ``prefix`` as a keyword. Each call must lead to the same place.
        processes: How many processes to check the lock with; 0 for a storage that one process keeps to itself.
        dead_after: After how many seconds the lock of a process that was killed must be free; ``None`` checks nothing.

    Returns:
        How many checks were made.

    Raises:
        AssertionError: The storage does not do what it must; the error says what.

    Example:
        >>> import tempfile
        >>> from directus_sdk.testing import storage_suite
        >>> path = tempfile.mkdtemp() + "/session.json"
        >>> storage_suite.run(lambda prefix="": FileStorage(path, prefix), processes=2) > 10
        True
    """
    for check in CHECKS:
        check(make_storage)
    if processes:
        for shared in SHARED_CHECKS:
            shared(make_storage)
        check_processes(make_storage, processes)
    if dead_after is not None:
        check_dead_holder(make_storage, dead_after)
    return len(CHECKS) + (len(SHARED_CHECKS) + 1 if processes else 0) + (dead_after is not None)


class StorageSuite:
    """The checks as pytest tests: inherit, and give `make_storage`.

    Attributes:
        processes: How many processes to check the lock with; 0 for a storage that one process keeps to itself.
        dead_after: After how many seconds the lock of a process that was killed must be free; ``None`` checks nothing.
    """

    processes = 0
    dead_after: float | None = None

    def make_storage(self, prefix: str = "") -> Storage:
        """Return a new object for the same place at each call."""
        raise NotImplementedError("give make_storage(self, prefix='') in your subclass of StorageSuite")

    def test_texts(self) -> None:
        """Texts are kept, replaced and deleted."""
        check_texts(self.make_storage)

    def test_any_text(self) -> None:
        """Any text comes back as it was."""
        check_any_text(self.make_storage)

    def test_prefixes(self) -> None:
        """Storages with other prefixes do not see the record."""
        check_prefixes(self.make_storage)

    def test_records(self) -> None:
        """A record of credentials comes back as it was."""
        check_records(self.make_storage)

    def test_broken_record(self) -> None:
        """A record that nobody can read counts as none."""
        check_broken_record(self.make_storage)

    def test_calls_inside_the_lock(self) -> None:
        """The thread that holds the lock can read and write."""
        check_calls_inside_the_lock(self.make_storage)

    def test_lock_is_left(self) -> None:
        """The lock comes free after an error too."""
        check_lock_is_left(self.make_storage)

    def test_lock_timeout(self) -> None:
        """Who waits too long for the lock gets a DirectusError."""
        check_lock_timeout(self.make_storage)

    def test_threads(self) -> None:
        """Only one thread holds the lock."""
        check_threads(self.make_storage)

    def test_fork(self) -> None:
        """A forked child does not inherit a lock that is held."""
        check_fork(self.make_storage)

    def test_copies(self) -> None:
        """Copies lead to the same place, and a pickle shows no secret."""
        check_copies(self.make_storage)

    def test_stale_copy(self) -> None:
        """Under the lock a storage reads again what it read before."""
        check_stale_copy(self.make_storage)

    def test_sharing(self) -> None:
        """Two objects for one place see what the other wrote, and share the lock."""
        if self.processes:
            for check in SHARED_CHECKS:
                check(self.make_storage)

    def test_processes(self) -> None:
        """Only one process holds the lock."""
        if self.processes:
            check_processes(self.make_storage, self.processes)

    def test_dead_holder(self) -> None:
        """The lock of a process that was killed comes free."""
        if self.dead_after is not None:
            check_dead_holder(self.make_storage, self.dead_after)


@contextlib.contextmanager
def _key(storage: Storage) -> Iterator[str]:
    key = f"storage-suite-{uuid.uuid4().hex}"
    try:
        yield key
    finally:
        storage.delete(key)


def check_texts(make: MakeStorage) -> None:
    """Texts are kept, replaced and deleted."""
    storage = make()
    with _key(storage) as key, _key(storage) as other:
        assert storage.get(key) is None, "get() of a key that is not there must return None"
        storage.delete(key)  # no error
        storage.set(key, "1")
        storage.set(other, "2")
        assert storage.get(key) == "1", "get() must return what set() was given"
        storage.set(key, "3")
        assert storage.get(key) == "3", "set() must replace the text before"
        storage.delete(key)
        assert storage.get(key) is None, "delete() must remove the text"
        assert storage.get(other) == "2", "delete() must leave other keys alone"


def check_any_text(make: MakeStorage) -> None:
    """Any text comes back as it was."""
    storage = make()
    with _key(storage) as key:
        for text in ("", " ", "null", '{"a": "\\u00e9"}', "naïve ☕ \U0001f600", "line\r\nbreak\ttab\\", "x" * 100_000):
            storage.set(key, text)
            found = storage.get(key)
            assert found == text, f"get() must return the text as it was; {text[:30]!r} became {str(found)[:30]!r}"


def check_prefixes(make: MakeStorage) -> None:
    """Storages with other prefixes do not see the record."""
    mark = uuid.uuid4().hex
    one, two = make(prefix=f"{mark}-one:"), make(prefix=f"{mark}-two:")
    try:
        one.save(_RECORD)
        assert two.load() is None, "a storage with another prefix must not see the record"
        two.clear()
        assert one.load() == _RECORD, "clear() must leave the record of another prefix alone"
    finally:
        one.clear()


def check_records(make: MakeStorage) -> None:
    """A record of credentials comes back as it was."""
    storage = make(prefix=f"{uuid.uuid4().hex}:")
    cookies = Credentials(cookies={"a": 'b"c; d', "e": "f"}, mode="session")
    try:
        assert storage.load() is None, "there must be no record at first"
        for record in (_RECORD, cookies):
            storage.save(record)
            assert storage.load() == record, "load() must return what save() was given"
        storage.clear()
        assert storage.load() is None, "clear() must remove the record"
    finally:
        storage.clear()


def check_broken_record(make: MakeStorage) -> None:
    """A record that nobody can read counts as none."""
    storage = make(prefix=f"{uuid.uuid4().hex}:")
    try:
        storage.set(f"{storage.prefix}directus_credentials", '{"access_token": 5')
        assert storage.load() is None, "a record that is not JSON must count as none"
        storage.save(_RECORD)
        assert storage.load() == _RECORD, "a broken record must be replaced"
    finally:
        storage.clear()


def check_calls_inside_the_lock(make: MakeStorage) -> None:
    """The thread that holds the lock can read and write."""
    storage = make()

    def use() -> None:
        with storage.lock(timeout=_PATIENCE):
            storage.set(key, "1")
            found.append(storage.get(key))
            storage.delete(key)

    with _key(storage) as key:
        found: list[str | None] = []
        _in_threads([use], "get(), set() and delete() must work for the thread that holds the lock")
        assert found == ["1"], "get() inside the lock must return what set() was given"


def check_lock_is_left(make: MakeStorage) -> None:
    """The lock comes free after an error too."""
    storage = make()
    with contextlib.suppress(ZeroDivisionError), storage.lock(timeout=5):
        _ = 1 / 0
    free: list[bool] = []
    _in_threads([lambda: free.append(_is_free(storage, 5))], "the lock must come free after an error")
    assert free == [True], "the lock must come free after an error"


def check_lock_timeout(make: MakeStorage) -> None:
    """Who waits too long for the lock gets a DirectusError."""
    storage = make()
    free: list[bool] = []
    with storage.lock(timeout=5):
        _in_threads([lambda: free.append(_is_free(storage, 0.05))], "lock(timeout=0.05) must not wait for ever")
    assert free == [False], "lock(timeout) must raise a DirectusError while another thread holds it"


def check_threads(make: MakeStorage) -> None:
    """Only one thread holds the lock."""
    storage = make()
    with _key(storage) as key:
        _in_threads([lambda: _count(storage, key)] * _THREADS, "threads must get the lock one after another")
        _assert_count(storage, key, _THREADS * _ROUNDS, "thread")


def check_fork(make: MakeStorage) -> None:
    """A forked child does not inherit a lock that is held by another thread of its parent, which it would wait for."""
    if not hasattr(os, "fork"):
        return
    storage = make()
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with storage.lock(timeout=5):
            inside.set()
            done.wait(_PATIENCE)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert inside.wait(_PATIENCE), "the lock must be free at first"
        child = _Child(_use_lock, storage)
        child.wait_for("ready")
    finally:
        done.set()
        holder.join()
    child.finish("a child that is forked while a thread holds the lock must get it when that thread leaves it")


def check_copies(make: MakeStorage) -> None:
    """Copies lead to the same place, and a pickle shows no secret."""
    storage = make()
    with _key(storage) as key:
        storage.set(key, "visible-secret")
        assert copy.copy(storage).get(key) == "visible-secret", "copy() must lead to the same place"
        assert copy.deepcopy(storage).get(key) == "visible-secret", "deepcopy() must lead to the same place"
        with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
            assert b"visible-secret" not in pickle.dumps(storage), (
                "a pickle must not hold what is stored: leave it out in __getstate__()"
            )
        assert "visible-secret" not in repr(storage), "repr() must not show what is stored"


def check_stale_copy(make: MakeStorage) -> None:
    """Under the lock a storage reads again what it read before, as the session of a web request must."""
    one, two = make(), make()
    with _key(one) as key:
        one.set(key, "1")
        two.get(key)  # where it keeps a copy, this is the copy
        with one.lock(timeout=_PATIENCE):
            one.set(key, "2")
        there = make().get(key)
        if there is None:
            return  # another place; `check_same_place` is about those that are shared
        assert there == "2", "set() must write at once, so that others read it as soon as they have the lock"
        with two.lock(timeout=_PATIENCE):
            assert two.get(key) == "2", (
                "get() inside the lock must read what is stored now, and not a copy from before: another request may have "
                "refreshed the token meanwhile, and the token in the copy is spent"
            )


def check_same_place(make: MakeStorage) -> None:
    """Two objects for one place see what the other wrote, under the lock at the latest."""
    one, two = make(), make()
    with _key(one) as key:
        with one.lock(timeout=_PATIENCE):
            one.set(key, "1")
        with two.lock(timeout=_PATIENCE):
            assert two.get(key) == "1", "another object for the same place must see what was written"
            two.delete(key)
        with one.lock(timeout=_PATIENCE):
            assert one.get(key) is None, "another object for the same place must see what was deleted"


def check_same_lock(make: MakeStorage) -> None:
    """Two objects for one place share the lock."""
    one, two = make(), make()
    with _key(one) as key:
        counts: list[Callable[[], None]] = [partial(_count, storage, key) for storage in (one, two) * (_THREADS // 2)]
        _in_threads(counts, "threads must get the lock one after another")
        _assert_count(one, key, len(counts) * _ROUNDS, "object")


def check_processes(make: MakeStorage, processes: int) -> None:
    """Only one process holds the lock."""
    storage = make()
    with _key(storage) as key:
        children = [_Child(_count_apart, make, key) for _ in range(processes)]
        for child in children:
            child.finish("every process must get the lock")
        _assert_count(storage, key, processes * _ROUNDS, "process")


def check_dead_holder(make: MakeStorage, dead_after: float) -> None:
    """The lock of a process that was killed comes free."""
    child = _Child(_hold_for_ever, make)
    child.wait_for("inside")
    child.kill()
    free = _is_free(make(), dead_after)
    assert free, f"the lock of a process that was killed must be free after {dead_after:g} s"


#: The checks for every storage.
CHECKS: tuple[Callable[[MakeStorage], None], ...] = (
    check_texts,
    check_any_text,
    check_prefixes,
    check_records,
    check_broken_record,
    check_calls_inside_the_lock,
    check_lock_is_left,
    check_lock_timeout,
    check_threads,
    check_fork,
    check_copies,
    check_stale_copy,
)
#: The checks for a storage that several objects and processes share.
SHARED_CHECKS: tuple[Callable[[MakeStorage], None], ...] = (check_same_place, check_same_lock)


# ---------------------------------------------------------------------- helpers
def _is_free(storage: Storage, timeout: float) -> bool:
    try:
        with storage.lock(timeout=timeout):
            return True
    except DirectusError:
        return False


def _count(storage: Storage, key: str) -> None:
    for _ in range(_ROUNDS):
        with storage.lock(timeout=_PATIENCE):
            before = int(storage.get(key) or 0)
            time.sleep(0)  # lets the others in, if the lock does
            storage.set(key, str(before + 1))


def _assert_count(storage: Storage, key: str, expected: int, what: str) -> None:
    with storage.lock(timeout=_PATIENCE):
        counted = int(storage.get(key) or 0)
    assert counted == expected, (
        f"lock() must let in one {what} at a time: {expected} additions of 1 inside the lock gave {counted}"
    )


def _in_threads(works: Sequence[Callable[[], Any]], claim: str) -> None:
    errors: list[BaseException] = []

    def guarded(work: Callable[[], Any]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    # Daemons: a thread that waits for ever must not keep the process from ending.
    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_PATIENCE)
    assert not any(thread.is_alive() for thread in threads), claim
    if errors:
        raise AssertionError(f"{claim}: {errors[0]!r}") from errors[0]


class _Child:
    """A process that tells what it does: forked where that is safe, so that any `make_storage` will do."""

    def __init__(self, target: Callable[..., None], *args: Any) -> None:
        method = "fork" if sys.platform == "linux" else "spawn"
        context: Any = multiprocessing.get_context(method)
        self._words, theirs = context.Pipe(duplex=True)
        self._process = context.Process(target=_in_child, args=(target, theirs, *args), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads is what is to be tested
            self._process.start()
        theirs.close()

    def wait_for(self, word: str) -> None:
        assert self._words.poll(_PATIENCE), f"the process did not get as far as {word!r}"
        heard = self._words.recv()
        assert heard == word, f"{word!r} was expected of the process: {heard}"

    def finish(self, claim: str) -> None:
        try:
            assert self._words.poll(_PATIENCE), claim
            heard = self._words.recv()
            assert heard == "done", f"{claim}: {heard}"
        except EOFError:
            raise AssertionError(f"{claim}: the process ended too early") from None
        finally:
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self._words.close()


def _in_child(target: Callable[..., None], words: Any, *args: Any) -> None:
    try:
        target(words, *args)
        words.send("done")
    except BaseException as error:  # noqa: BLE001 - the parent is told
        words.send(repr(error))


def _count_apart(words: Any, make: MakeStorage, key: str) -> None:
    _count(make(), key)


def _use_lock(words: Any, storage: Storage) -> None:
    words.send("ready")
    with storage.lock(timeout=_PATIENCE / 2):
        pass


def _hold_for_ever(words: Any, make: MakeStorage) -> None:
    with make().lock(timeout=_PATIENCE):
        words.send("inside")
        threading.Event().wait()
