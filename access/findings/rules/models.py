"""Texts of the finding rules about deployed models: retirement, and models that a table does not have."""

from access.findings.finding import Rule

RULES = (
    Rule(
        id="retired-model",
        severity="error",
        title="A deployed model is retired",
        why="Azure answers no request to a retired model, so no agent that uses the deployment works.",
        fix="Declare another model in network.yaml, and move the agents to its deployment.",
        help="Counts model deployments that network.yaml declares, by the retirement date in a dated table of "
        "Microsoft's documents. A new deployment of such a model is an error before anything is deployed.",
    ),
    Rule(
        id="unavailable-model",
        severity="error",
        title="A region does not have a declared model in its SKU",
        why="Azure refuses the deployment, and everything that the deployment comes before is not deployed either.",
        fix="Set another SKU or, in `model_locations` of the stack's file, another region for the account.",
        help="Counts model deployments by a dated table of Microsoft's documents. It is an error of network.yaml, too; "
        "an exception turns that error into this finding, for a deployment that exists or where the table is too old.",
    ),
    Rule(
        id="retiring-model",
        severity="warning",
        title="A deployed model is deprecated or retires soon",
        why="Azure answers no request to a retired model, and accepts no new deployment of a deprecated one.",
        fix="Declare another model in network.yaml, and move the agents to its deployment before the retirement date.",
        help="Counts model deployments that network.yaml declares, from 90 days before the retirement date in a dated "
        "table of Microsoft's documents, or at any time if the table calls the model deprecated.",
    ),
    Rule(
        id="unknown-model",
        severity="note",
        title="The retirement date or the regions of a model are not known",
        why="Whether the region has the model, and until when, is not checked.",
        fix="Check the model in Microsoft's documents, or renew the table of models.",
        help="Counts model deployments that network.yaml declares and that a dated table of Microsoft's documents does "
        "not have, or has without regions or without a lifecycle.",
    ),
)
