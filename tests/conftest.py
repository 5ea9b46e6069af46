"""Settings shared by every test."""

import os

from hypothesis import settings

# No deadline: the first call of a kernel compiles it, which takes about a second.
settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=5_000)
settings.register_profile(
    "mutation", deadline=None, max_examples=25, derandomize=True, database=None
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
