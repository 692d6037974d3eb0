"""What tests of gating share."""

import pytest

from models.enn.computing import threads


@pytest.fixture(autouse=True)
def one_thread():
    """Compute with one thread, as runs do."""
    with threads(1):
        yield
