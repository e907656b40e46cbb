"""Hypothesis profiles: quick at home, more examples with HYPOTHESIS_PROFILE=thorough."""

import gc
import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from neurons import Network, Training

signal.signal(signal.SIGINT, signal.default_int_handler)
"""What runs in the background may have Ctrl-C ignored, and the processes that it starts as well."""

quiet = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile(
    "default", max_examples=60, deadline=None, suppress_health_check=quiet, print_blob=True
)
settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=quiet,
    print_blob=True,
)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=quiet)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default")
)


@pytest.fixture(scope="module", params=["objects", "generated"])
def both_paths(request):
    """Run every test of a module on the objects, and once more on the generated path."""
    functions = (Training.__init__, Network.train)
    for function in functions:
        function.__kwdefaults__["fast"] = request.param == "generated"
    yield request.param
    for function in functions:
        function.__kwdefaults__["fast"] = False


@pytest.fixture
def no_collector():
    """Keep the garbage collector off: Hypothesis runs code of its own whenever it starts."""
    gc.disable()
    yield
    gc.enable()
