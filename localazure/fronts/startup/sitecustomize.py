"""Startup hook of Python programs in engine runs; PYTHONPATH contains this folder.

An interrupted program ends silently: the engine interrupts the program if a deployment fails, and without this a
traceback of the interruption would follow the reason of the failure.

Dynamic resources are served by local Azure: the CLI brings a plugin that runs their code, which would call the real
Foundry. Ours runs in its process instead, because this plugin alone cannot be replaced on any path.

What the CLI reads from pip before every run is printed here from the same metadata: two starts of pip are a tenth of
the time of a run. Words that another version of the CLI passes go to pip.

The garbage collector runs rarely: nearly all objects of a program, classes of the SDK above all, live until it ends,
and at its default the collector takes a fifth of the time.
"""

import gc
import json
import os
import signal
import sys
from importlib import import_module, metadata


def _pip_output(words: list[str]) -> str | None:
    """Return the output of pip on a command line of the CLI; None for other words."""
    if words == ["--version"]:
        pip = metadata.distribution("pip")
        return f"pip {pip.version} from {pip.locate_file('pip')} (python {sys.version_info[0]}.{sys.version_info[1]})"
    if words == ["list", "--format", "json"]:
        return json.dumps([{"name": one.name, "version": one.version} for one in metadata.distributions()])
    return None


gc.set_threshold(100_000)
if any(word.endswith("pulumi-language-python-exec") for word in sys.orig_argv):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.orig_argv[-3:-1] == ["-m", "pulumi.dynamic"]:
    sys.path.insert(0, os.environ["LOCALAZURE_SOURCE"])
    code = import_module(os.environ["LOCALAZURE_PLUGIN"]).main(["pulumi-python", sys.orig_argv[-1]])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the interpreter would go on to the CLI's plugin
if sys.orig_argv[1:3] == ["-m", "pip"] and (output := _pip_output(sys.orig_argv[3:])) is not None:
    sys.stdout.write(f"{output}\n")
    sys.stdout.flush()
    os._exit(0)
