"""Test of signals to `release apply` while the real Pulumi engine deploys: nothing is left that needs a recovery."""

import json
import os
from pathlib import Path

import pytest

from release.backend import FolderBackend
from tests.engine.projects import REASON, cli_is_here
from tests.engine.releasing import Releasing

pytestmark = [
    pytest.mark.skipif(not cli_is_here(), reason=REASON),
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
]

PROGRAM = '''
import os
import signal

import pulumi
from filelock import FileLock
from pulumi_azure_native import managedidentity

from agent_network.program import deploy

made = managedidentity.UserAssignedIdentity.__init__
held = []


def made_and_stopped(self, *args, **kwargs):
    made(self, *args, **kwargs)
    if os.environ.get("STOPS") and not pulumi.runtime.is_dry_run():
        self.id.apply(stop)


def stop(_id):
    """Stop the release while other creations wait for local Azure, until the engine ends this program."""
    held.append(FileLock(".localazure/engine.json.lock"))
    held[0].acquire()
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
        os.kill(int(os.environ["RELEASE"]), number)
    signal.pause()


managedidentity.UserAssignedIdentity.__init__ = made_and_stopped
deploy()
'''


def test_signals_to_a_release_stop_the_engine_in_order_and_a_new_release_completes(tmp_path: Path) -> None:
    """CI runners send a second signal when the first has no effect within seconds; a terminal sends both at once."""
    releasing = Releasing(tmp_path, program=PROGRAM, when="never")
    project = releasing.project
    assert releasing.plan().code == 3

    stopped = releasing.apply(STOPS="1")

    assert stopped.code == 130, stopped.out + stopped.err
    assert "stopped: the deployment was interrupted by SIGINT" in stopped.out
    backend = FolderBackend(project.root / ".localazure/pulumi/state")
    assert backend.locks("agent-network", "dev") == ()
    export = json.loads(project.pulumi("stack export --stack dev").out)["deployment"]
    assert not export.get("pending_operations")
    rows = [one for one in export["resources"] if not one["type"].startswith("pulumi:providers:")]
    assert {one["id"].lower() for one in rows if one["custom"]} == project.world.resources.keys() != set()
    result = json.loads((project.root / ".release/dev/result.intoto.json").read_text())["predicate"]
    assert {one["urn"] for one in result["applied"]} >= {one["urn"] for one in rows if one["custom"]}
    assert (result["interrupted"], result["read_back"]) == (True, None)
    assert f"{len(result['applied'])} changes applied\n  create " in stopped.out

    assert releasing.plan().code == 3
    applied = releasing.apply()
    assert applied.code == 0, applied.out + applied.err
    assert releasing.grants == {"intake-may-write-uploads", "intake-may-pull-contosoimages"}
