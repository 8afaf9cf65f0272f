"""Sends the Pulumi engine's requests to the policy pack, with the engine's marks for unknown and secret values."""

from collections import defaultdict
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, policy

from policies.pack import NAME, policies
from policies.secrecy import keep_secrets

Row = dict[str, Any]
Config = dict[str, Row]

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


def secret(value: object) -> Row:
    """Mark a value as secret in the way in which the Pulumi engine sends secrets."""
    return {SIGNATURE: SECRET, "value": value}


class Answers:
    """Violations that the policy pack reports, by policy."""

    def __init__(self, response: proto.AnalyzeResponse) -> None:
        self.by_policy: dict[str, list[str]] = defaultdict(list)
        self.urns: dict[str, set[str]] = defaultdict(set)
        self.mandatory: set[str] = set()
        for each in response.diagnostics:
            self.by_policy[each.policyName].append(each.message)
            self.urns[each.policyName].add(each.urn.rpartition("::")[2])
            if each.enforcementLevel == proto.EnforcementLevel.Value("MANDATORY"):
                self.mandatory.add(each.policyName)

    @property
    def text(self) -> str:
        """Return the messages of all violations."""
        return "\n".join(message for messages in self.by_policy.values() for message in messages)


def answers(*rows: Row, config: Config | None = None, deployed: bool = False) -> Answers:
    """Return the policy violations of a program; for a deployed program, the engine sends outputs and no inputs."""
    servicer = policy._PolicyAnalyzerServicer(NAME, "1", policies(), EnforcementLevel.ADVISORY)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (as PolicyPack makes it)
    servicer.Configure(configured(config or {}), None)
    resources = []
    for row in rows:
        inputs, outputs = row.get("inputs", {}), row.get("outputs", {})
        more = {"urn": row["urn"], "type": row["type"], "name": row["urn"].rpartition("::")[2]}
        servicer.Analyze(proto.AnalyzeRequest(properties=struct(inputs), **more), None)
        came = {"id": row["id"], **outputs} if deployed else {**inputs, **outputs}
        resource = proto.AnalyzerResource(properties=struct(came), parent=row.get("parent", ""), **more)
        if row.get("custom") is not False:  # the engine names the provider of every resource but components
            package = row["type"].partition(":")[0]
            resource.provider.type = f"pulumi:providers:{package}"
        resources.append(resource)
    return Answers(servicer.AnalyzeStack(proto.AnalyzeStackRequest(resources=resources), None))


def configured(config: Config) -> proto.ConfigureAnalyzerRequest:
    request = proto.ConfigureAnalyzerRequest()
    levels = {each.name: proto.ADVISORY for each in policies() if each.enforcement_level is EnforcementLevel.ADVISORY}
    for name, properties in config.items():
        level = levels.get(name, proto.MANDATORY)
        request.policyConfig[name].CopyFrom(proto.PolicyConfig(enforcementLevel=level, properties=struct(properties)))
    return request


def struct(values: Row) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


keep_secrets()
