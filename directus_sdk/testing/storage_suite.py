"""Tests of what every `Storage` must do, for a storage of your own.

With pytest, inherit the tests:

    from directus_sdk.testing.storage_suite import StorageSuite

    class TestMyStorage(StorageSuite):
        processes = 4  # 0 for a storage of one process

        def make_storage(self, prefix=""):
            return MyStorage("somewhere", prefix)

Without pytest, `run(make_storage)` does the same. Each check deletes the keys that it used.
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
from multiprocessing.connection import Connection

from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.storage import Storage
from directus_sdk.errors import DirectusError

#: Returns a new storage for the same place at each call. Called with ``prefix=`` or without arguments.
MakeStorage = Callable[..., Storage]
#: Raises an `AssertionError` if a storage does not do what it must.
Check = Callable[[MakeStorage], None]

_THREADS = 8
_ROUNDS = 25
_TIMEOUT = 60.0
_RECORD = Credentials("access", "refresh", expires_at=2_000_000_000.5, lifetime=900.0)


def run(make_storage: MakeStorage, *, processes: int = 0, dead_after: float | None = None) -> int:
    """Check a storage.

    Args:
        make_storage: Returns a new storage for the same place at each call; takes ``prefix`` as a keyword.
        processes: With how many processes to check the lock; 0 for a storage of one process.
        dead_after: After how many seconds the lock of a process that was killed must be free; ``None`` checks nothing.

    Returns:
        The number of checks.

    Raises:
        AssertionError: The storage does not do what it must; the message says what that is.

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


@contextlib.contextmanager
def _key(storage: Storage) -> Iterator[str]:
    key = f"storage-suite-{uuid.uuid4().hex}"
    try:
        yield key
    finally:
        storage.delete(key)


def check_texts(make: MakeStorage) -> None:
    """Strings are stored, replaced and deleted."""
    storage = make()
    with _key(storage) as key, _key(storage) as other:
        assert storage.get(key) is None, "get() of a missing key must return None"
        storage.delete(key)  # no error
        storage.set(key, "1")
        storage.set(other, "2")
        assert storage.get(key) == "1", "get() must return the value of set()"
        storage.set(key, "3")
        assert storage.get(key) == "3", "set() must replace the previous value"
        storage.delete(key)
        assert storage.get(key) is None, "delete() must remove the value"
        assert storage.get(other) == "2", "delete() must not change other keys"


def check_any_text(make: MakeStorage) -> None:
    """Every string is returned unchanged."""
    storage = make()
    with _key(storage) as key:
        for text in ("", " ", "null", '{"a": "\\u00e9"}', "naïve ☕ \U0001f600", "line\r\nbreak\ttab\\", "x" * 100_000):
            storage.set(key, text)
            value = storage.get(key)
            assert value == text, f"get() must return the string as it was; {text[:30]!r} became {str(value)[:30]!r}"


def check_prefixes(make: MakeStorage) -> None:
    """Storages with other prefixes do not see the record."""
    name = uuid.uuid4().hex
    one, two = make(prefix=f"{name}-one:"), make(prefix=f"{name}-two:")
    try:
        one.save(_RECORD)
        assert two.load() is None, "a storage with another prefix must not see the record"
        two.clear()
        assert one.load() == _RECORD, "clear() must not change the record of another prefix"
    finally:
        one.clear()


def check_records(make: MakeStorage) -> None:
    """A record of credentials is returned unchanged."""
    storage = make(prefix=f"{uuid.uuid4().hex}:")
    cookies = Credentials(cookies={"a": 'b"c; d', "e": "f"}, mode="session")
    try:
        assert storage.load() is None, "there must be no record at the beginning"
        for record in (_RECORD, cookies):
            storage.save(record)
            assert storage.load() == record, "load() must return the record of save()"
        storage.clear()
        assert storage.load() is None, "clear() must remove the record"
    finally:
        storage.clear()


def check_broken_record(make: MakeStorage) -> None:
    """A record that is not valid counts as missing."""
    storage = make(prefix=f"{uuid.uuid4().hex}:")
    try:
        storage.set(f"{storage.prefix}directus_credentials", '{"access_token": 5')
        assert storage.load() is None, "a record that is not JSON must count as missing"
        storage.save(_RECORD)
        assert storage.load() == _RECORD, "a broken record must be replaced"
    finally:
        storage.clear()


def check_calls_inside_the_lock(make: MakeStorage) -> None:
    """The thread that holds the lock can read and write."""
    storage = make()

    def use() -> None:
        with storage.lock(timeout=_TIMEOUT):
            storage.set(key, "1")
            values.append(storage.get(key))
            storage.delete(key)

    with _key(storage) as key:
        values: list[str | None] = []
        _in_threads([use], "get(), set() and delete() must work for the thread that holds the lock")
        assert values == ["1"], "get() inside the lock must return the value of set()"


def check_lock_is_left(make: MakeStorage) -> None:
    """The lock is released after an error too."""
    storage = make()
    with contextlib.suppress(ZeroDivisionError), storage.lock(timeout=5):
        _ = 1 / 0
    free: list[bool] = []
    _in_threads([lambda: free.append(_is_free(storage, 5))], "the lock must be free after an error")
    assert free == [True], "the lock must be free after an error"


def check_lock_timeout(make: MakeStorage) -> None:
    """A `DirectusError` is raised if the lock is not free in time."""
    storage = make()
    free: list[bool] = []
    with storage.lock(timeout=5):
        _in_threads([lambda: free.append(_is_free(storage, 0.05))], "lock(timeout=0.05) must not wait without limit")
    assert free == [False], "lock(timeout) must raise a DirectusError while another thread holds it"


def check_threads(make: MakeStorage) -> None:
    """Only one thread holds the lock."""
    storage = make()
    with _key(storage) as key:
        _in_threads([lambda: _count(storage, key)] * _THREADS, "threads must get the lock one after another")
        _assert_count(storage, key, _THREADS * _ROUNDS, "thread")


def check_fork(make: MakeStorage) -> None:
    """A forked child does not wait for a lock that another thread of its parent held."""
    if not hasattr(os, "fork"):
        return
    storage = make()
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with storage.lock(timeout=5):
            inside.set()
            done.wait(_TIMEOUT)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert inside.wait(_TIMEOUT), "the lock must be free at the beginning"
        child = _Child(_use_lock, storage)
        child.wait_for("ready")
    finally:
        done.set()
        holder.join()
    child.finish("a child that is forked while a thread holds the lock must get it when that thread releases it")


def check_copies(make: MakeStorage) -> None:
    """Copies use the same place, and a pickle contains no secret."""
    storage = make()
    with _key(storage) as key:
        storage.set(key, "visible-secret")
        assert copy.copy(storage).get(key) == "visible-secret", "copy() must use the same place"
        assert copy.deepcopy(storage).get(key) == "visible-secret", "deepcopy() must use the same place"
        with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
            assert b"visible-secret" not in pickle.dumps(storage), (
                "a pickle must not contain what is stored: leave it out in __getstate__()"
            )
        assert "visible-secret" not in repr(storage), "repr() must not show what is stored"


def check_stale_copy(make: MakeStorage) -> None:
    """In the lock a storage reads again what it read before, as the session of a web request must."""
    one, two = make(), make()
    with _key(one) as key:
        one.set(key, "1")
        two.get(key)  # a storage with a cache caches this
        with one.lock(timeout=_TIMEOUT):
            one.set(key, "2")
        stored = make().get(key)
        if stored is None:
            return  # another place; `check_same_place` is about shared ones
        assert stored == "2", "set() must write at once, so that others can read it as soon as they have the lock"
        with two.lock(timeout=_TIMEOUT):
            assert two.get(key) == "2", (
                "get() inside the lock must read what is stored now, and not a copy from before: if another request has "
                "refreshed the token meanwhile, the token in the copy is not valid any more"
            )


def check_same_place(make: MakeStorage) -> None:
    """Two objects for one place read what the other wrote, in the lock at the latest."""
    one, two = make(), make()
    with _key(one) as key:
        with one.lock(timeout=_TIMEOUT):
            one.set(key, "1")
        with two.lock(timeout=_TIMEOUT):
            assert two.get(key) == "1", "another object for the same place must read what was written"
            two.delete(key)
        with one.lock(timeout=_TIMEOUT):
            assert one.get(key) is None, "another object for the same place must not read what was deleted"


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
    """The lock of a process that was killed is released."""
    child = _Child(_hold_without_end, make)
    child.wait_for("inside")
    child.kill()
    free = _is_free(make(), dead_after)
    assert free, f"the lock of a process that was killed must be free after {dead_after:g} s"


#: The checks for every storage.
CHECKS: tuple[Check, ...] = (
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
SHARED_CHECKS: tuple[Check, ...] = (check_same_place, check_same_lock)


def _test(check: Check) -> Callable[[StorageSuite], None]:
    def test(self: StorageSuite) -> None:
        check(self.make_storage)

    test.__doc__ = check.__doc__
    return test


class StorageSuite:
    """The checks as pytest tests: inherit, and define `make_storage`.

    Attributes:
        processes: With how many processes to check the lock; 0 for a storage of one process.
        dead_after: After how many seconds the lock of a process that was killed must be free; ``None`` checks nothing.
    """

    processes = 0
    dead_after: float | None = None

    def make_storage(self, prefix: str = "") -> Storage:
        """Return a new storage for the same place at each call."""
        raise NotImplementedError("define make_storage(self, prefix='') in your subclass of StorageSuite")

    test_texts = _test(check_texts)
    test_any_text = _test(check_any_text)
    test_prefixes = _test(check_prefixes)
    test_records = _test(check_records)
    test_broken_record = _test(check_broken_record)
    test_calls_inside_the_lock = _test(check_calls_inside_the_lock)
    test_lock_is_left = _test(check_lock_is_left)
    test_lock_timeout = _test(check_lock_timeout)
    test_threads = _test(check_threads)
    test_fork = _test(check_fork)
    test_copies = _test(check_copies)
    test_stale_copy = _test(check_stale_copy)

    def test_sharing(self) -> None:
        """Two objects for one place read what the other wrote, and share the lock."""
        if self.processes:
            for check in SHARED_CHECKS:
                check(self.make_storage)

    def test_processes(self) -> None:
        """Only one process holds the lock."""
        if self.processes:
            check_processes(self.make_storage, self.processes)

    def test_dead_holder(self) -> None:
        """The lock of a process that was killed is released."""
        if self.dead_after is not None:
            check_dead_holder(self.make_storage, self.dead_after)


# ---------------------------------------------------------------------- helpers
def _is_free(storage: Storage, timeout: float) -> bool:
    try:
        with storage.lock(timeout=timeout):
            return True
    except DirectusError:
        return False


def _count(storage: Storage, key: str) -> None:
    for _ in range(_ROUNDS):
        with storage.lock(timeout=_TIMEOUT):
            before = int(storage.get(key) or 0)
            time.sleep(0)  # lets others in, if the lock does not exclude them
            storage.set(key, str(before + 1))


def _assert_count(storage: Storage, key: str, expected: int, what: str) -> None:
    with storage.lock(timeout=_TIMEOUT):
        counted = int(storage.get(key) or 0)
    assert counted == expected, (
        f"lock() must admit one {what} at a time: {expected} additions of 1 inside the lock resulted in {counted}"
    )


def _in_threads(works: Sequence[Callable[[], object]], claim: str) -> None:
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    # Daemons: a thread that waits without limit must not keep the process from ending.
    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_TIMEOUT)
    assert not any(thread.is_alive() for thread in threads), claim
    if errors:
        raise AssertionError(f"{claim}: {errors[0]!r}") from errors[0]


class _Child:
    """A process that reports its progress: forked where that is safe, so that every `make_storage` works."""

    def __init__(self, target: Callable[..., None], *args: object) -> None:
        context = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
        self._reports, other = context.Pipe(duplex=True)
        self._process = context.Process(target=_in_child, args=(target, other, *args), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a fork in a process with threads is tested
            self._process.start()
        other.close()

    def wait_for(self, expected: str) -> None:
        assert self._reports.poll(_TIMEOUT), f"the process did not get as far as {expected!r}"
        report = self._reports.recv()
        assert report == expected, f"{expected!r} was expected of the process: {report}"

    def finish(self, claim: str) -> None:
        try:
            assert self._reports.poll(_TIMEOUT), claim
            report = self._reports.recv()
            assert report == "done", f"{claim}: {report}"
        except EOFError:
            raise AssertionError(f"{claim}: the process ended too early") from None
        finally:
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self._reports.close()


def _in_child(target: Callable[..., None], reports: Connection, *args: object) -> None:
    try:
        target(reports, *args)
        reports.send("done")
    except BaseException as error:  # noqa: BLE001 - it is reported to the parent
        reports.send(repr(error))


def _count_apart(reports: Connection, make: MakeStorage, key: str) -> None:
    _count(make(), key)


def _use_lock(reports: Connection, storage: Storage) -> None:
    reports.send("ready")
    with storage.lock(timeout=_TIMEOUT / 2):
        pass


def _hold_without_end(reports: Connection, make: MakeStorage) -> None:
    with make().lock(timeout=_TIMEOUT):
        reports.send("inside")
        threading.Event().wait()
