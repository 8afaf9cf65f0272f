"""Calls that the Pulumi engine sends to a provider plugin."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as wire
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from localazure.arm.world import World

GROUP = "azure-native:resources:ResourceGroup"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"


def struct(**values: Any) -> Struct:  # noqa: ANN401 (any value of a property)
    made = Struct()
    made.update(values)
    return made


@dataclass
class Engine:
    """Sends the Pulumi engine's calls to a provider plugin, with the ids that the engine stores."""

    plugin: ResourceProviderStub
    path: Path
    ended: list[bool] = field(default_factory=list)

    @property
    def world(self) -> World:
        return World.load(self.path)

    def check(self, token: str, inputs: Struct, name: str = "one") -> wire.CheckResponse:
        return self.plugin.Check(wire.CheckRequest(type=token, name=name, urn=urn(token, name), news=inputs))

    def create(self, token: str, inputs: Struct, *, name: str = "one", preview: bool = False) -> wire.CreateResponse:
        checked = self.check(token, inputs, name)
        assert not checked.failures
        return self.plugin.Create(
            wire.CreateRequest(type=token, name=name, urn=urn(token, name), properties=checked.inputs, preview=preview)
        )

    def read(self, token: str, identifier: str, **known: Any) -> wire.ReadResponse:  # noqa: ANN401 (fields of the request)
        return self.plugin.Read(wire.ReadRequest(type=token, name="one", urn=urn(token, "one"), id=identifier, **known))

    def group(self, **inputs: object) -> wire.CreateResponse:
        return self.create(GROUP, struct(resourceGroupName="rg", location="westeurope", **inputs), name="group")


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::agent-network::{token}::{name}"
