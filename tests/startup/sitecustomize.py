"""Code that every interpreter runs first that a test starts: it refuses to open the user's files, as the test does."""

import gc
import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[1] / "user_files.py"
_spec = importlib.util.spec_from_file_location("_user_files", _PATH)
if _spec is not None and _spec.loader is not None:
    _module = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
    _module.watch()

# As in the test's own process (`tests/conftest.py`): at its usual threshold the collector takes half of the time.
gc.set_threshold(100_000, 20, 100)
