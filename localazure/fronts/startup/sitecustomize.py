"""Startup hook of Python programs in engine runs; PYTHONPATH contains this folder.

An interrupted program ends silently: the engine interrupts the program if a deployment fails, and without this a
traceback of the interruption would follow the reason of the failure.

Dynamic resources are served by local Azure: the CLI brings a plugin that runs their code, which would call the real
Foundry. Ours runs in its process instead, because this plugin alone cannot be replaced on any path.

The garbage collector runs rarely: nearly all objects of a program, classes of the SDK above all, live until it ends,
and at its default the collector takes a fifth of the time.
"""

import gc
import os
import signal
import sys
from importlib import import_module

gc.set_threshold(100_000)
if any(word.endswith("pulumi-language-python-exec") for word in sys.orig_argv):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.orig_argv[-3:-1] == ["-m", "pulumi.dynamic"]:
    sys.path.insert(0, os.environ["LOCALAZURE_SOURCE"])
    code = import_module(os.environ["LOCALAZURE_PLUGIN"]).main(["pulumi-python", sys.orig_argv[-1]])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the interpreter would go on to the CLI's plugin
