"""Compares which foreign actors can act as which identities in two graphs.

Owns what makes two ways of acting the same: the ids of subject and identity, and never their names. A subject without
an id, such as a repository that a federated credential trusts, is known by its claim and its issuer. A name that two
subjects or two identities share is shown with the id.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from access.azure.scopes import key
from access.evaluate.foreign_actors import foreign_actors, target_name, target_of
from access.model.actors import Actor
from access.model.graph import Graph, Principal, Resource
from access.questions.correspondence import Correspondence
from access.questions.matrix import AccessMatrix

_Key = tuple[object, ...]


class ActorChange(NamedTuple):
    """Way of acting as an identity that only one of two graphs has: subject, words and identity."""

    subject: str
    words: str
    target: str
    grows: bool


class _Way(NamedTuple):
    """One way of acting as an identity, with the comparison keys of its subject and its identity."""

    actor: Actor
    words: str
    subject: _Key
    target: _Key
    target_name: str
    target_id: str
    """Id of what the subject can act as; for an identity, the id of the resource that it belongs to."""


def actor_changes(old: AccessMatrix, new: AccessMatrix, correspondence: Correspondence) -> Iterator[ActorChange]:
    """Yield a change for each foreign actor that begins or ceases to act as an identity."""
    was, is_now = _ways(old, correspondence), _ways(new, correspondence)
    every = {**was, **is_now}
    subjects = Counter(name for name, _ in {(one.actor.subject, one.subject) for one in every.values()})
    targets = Counter(name for name, _ in {(one.target_name, one.target) for one in every.values()})
    for found, others, grows in ((is_now, was, True), (was, is_now, False)):
        for each, one in found.items():
            if each not in others:
                subject, target = one.actor.subject, one.target_name
                if subjects[subject] > 1:
                    subject = f"{subject} ({one.actor.subject_id or one.actor.issuer or one.actor.account})"
                if targets[target] > 1:
                    target = f"{target} ({one.target_id})"
                yield ActorChange(subject, one.words, target, grows)


def _ways(matrix: AccessMatrix, correspondence: Correspondence) -> Mapping[_Key, _Way]:
    graph = matrix.graph
    found: dict[_Key, _Way] = {}
    for one in foreign_actors(graph):
        words = "can act as" if one.certain else "can perhaps act as"
        subject, target = _subject(graph, one, correspondence), _target(matrix, one, correspondence)
        named = target_name(graph, one), _target_id(graph, one)
        found.setdefault((subject, words, target), _Way(one, words, subject, target, *named))
    return found


def _target_id(graph: Graph, one: Actor) -> str:
    target = target_of(graph, one)
    return (isinstance(target, Principal) and target.owner) or one.target


def _subject(graph: Graph, one: Actor, correspondence: Correspondence) -> _Key:
    if one.subject_id:
        return one.kind, correspondence.place_of(graph, one.subject_id)
    clusters = tuple(sorted(correspondence.place_of(graph, each) for each in one.issuing_clusters))
    name = one.account if one.kind == "credential" else one.subject
    return one.kind, name or one.subject, one.account, one.issuer, clusters


def _target(matrix: AccessMatrix, one: Actor, correspondence: Correspondence) -> _Key:
    graph, target = matrix.graph, target_of(matrix.graph, one)
    if isinstance(target, Principal):
        subjects = matrix.names.subjects_of(target.id)
        return target.purpose, *(correspondence.of_subject(graph, each) for each in subjects)
    if isinstance(target, Resource):
        return correspondence.of_resource(graph, target, matrix.name_of(target))
    return (key(one.target),)
