"""Loading is not interrupted by the garbage collector, and running goes on with it."""

from __future__ import annotations

import gc

import pytest

from backend.memory import loading, undisturbed


def test_nothing_is_collected_while_loading_and_what_was_loaded_is_not_walked_again() -> None:
    with loading():
        assert not gc.isenabled()
        with loading():
            kept = [[number] for number in range(1000)]
        assert not gc.isenabled()
    assert gc.isenabled()
    assert not any(found is kept for found in gc.get_objects())


def test_what_fails_to_load_leaves_the_collector_on() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("no such module")
    assert gc.isenabled()


def test_a_batch_is_not_interrupted_and_leaves_the_collector_as_it_was() -> None:
    with undisturbed():
        assert not gc.isenabled()
        with undisturbed():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_batch_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(RuntimeError), undisturbed():
        raise RuntimeError("a bad order")
    assert gc.isenabled()
