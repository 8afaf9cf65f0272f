"""What Python does first in engine runs, whose PYTHONPATH holds this folder.

An interrupted program ends without a word: the engine interrupts the program where a deployment fails, and without this
a traceback of the interruption would stand beside the reason of the failure.

Dynamic resources are local Azure's to answer: the CLI brings a plugin that runs their code, which would ask the real
Foundry; in its place starts ours. It is the only plugin that cannot be put before the CLI's own on any path.
"""

import os
import signal
import sys

if any(word.endswith("pulumi-language-python-exec") for word in sys.orig_argv):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.orig_argv[-3:-1] == ["-m", "pulumi.dynamic"]:
    # not this folder once more
    os.environ["PYTHONPATH"] = os.environ["LOCALAZURE_SOURCE"]
    plugin = [sys.executable, "-P", "-m", os.environ["LOCALAZURE_PLUGIN"], "pulumi-python", sys.orig_argv[-1]]
    os.execv(sys.executable, plugin)  # noqa: S606 (this interpreter)
