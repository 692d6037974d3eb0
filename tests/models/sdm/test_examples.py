"""The examples in docstrings give what they show."""

import doctest

import pytest

from models.sdm import memory, selected


@pytest.mark.parametrize("module", [memory, selected], ids=lambda m: m.__name__)
def test_docstring_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
