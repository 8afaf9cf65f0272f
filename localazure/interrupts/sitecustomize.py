"""An interrupted program ends without a word.

The engine interrupts the program where a deployment fails; without this, a traceback of the interruption would stand
beside the reason of the failure. Python imports it at its start in engine runs, whose PYTHONPATH holds this folder; it
concerns the program of a deployment alone.
"""

import signal
import sys

if any(word.endswith("pulumi-language-python-exec") for word in sys.orig_argv):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
