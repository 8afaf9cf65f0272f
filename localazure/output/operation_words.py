"""Signs, colours and words of the operations on resources, after those of the Pulumi CLI."""

from collections.abc import Mapping

from localazure.deployment.steps import Op
from localazure.run import Operation

SIGNS = {Op.CREATE: "+", Op.UPDATE: "~", Op.REPLACE: "+-", Op.DELETE: "-", Op.READ: ">", Op.SAME: ""}
COLOURS = {
    Op.CREATE: "green",
    Op.UPDATE: "yellow",
    Op.REPLACE: "magenta",
    Op.DELETE: "red",
    Op.READ: "cyan",
    Op.SAME: "",
}
_PLANNED = {
    Op.CREATE: "to create",
    Op.UPDATE: "to update",
    Op.REPLACE: "to replace",
    Op.DELETE: "to delete",
    Op.READ: "to read",
}
_DONE = {Op.CREATE: "created", Op.UPDATE: "updated", Op.REPLACE: "replaced", Op.DELETE: "deleted", Op.READ: "read"}


def operation_words(operation: Operation) -> Mapping[Op, str]:
    """Return the word for each operation on a resource: planned in a preview, else done."""
    return _PLANNED if operation is Operation.PREVIEW else _DONE
