"""The real process, from outside."""

import pytest

pytest.register_assert_rewrite("tests.e2e.house", "tests.e2e.ledger")  # so that their assertions say what they saw
