"""Compiles a published API type into a check that lists the violations in a value.

Owns how the type definitions in `data/` are read: references, flattening (azure-native lifts what ARM keeps under
`properties` one level up, so a property is looked for in both places), discriminated variants, closed sets, ranges. A
type is compiled once; judging a value afterwards overlaps only what is in the value. Unknown and secret values are not
judged.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from localazure.arm.resource_type import UNKNOWN
from localazure.arm.sdk_names import PUBLISHED_NAME
from localazure.arm.secret_values import SIGNATURE
from localazure.errors import Violation

Schema = dict[str, Any]
Where = tuple["Where", str | int] | None
"""Location of a value inside a resource's inputs: the location of the surrounding block, and the last step."""
Check = Callable[[Any, Where, list[Violation]], None]


@dataclass(frozen=True)
class _Shape:
    """Properties of an API object type, with the properties of the nested block `properties` lifted to the top."""

    properties: Mapping[str, Schema]
    additional: Schema | None
    required: frozenset[str]
    lifted: frozenset[str]
    """Names of required properties inside the block `properties`, unless that block is flattened away."""


class Compiler:
    """Compiles validation checks from the API types that one resource's definition refers to."""

    def __init__(self, types: Mapping[str, Schema]) -> None:
        self._types = types
        self._objects: dict[int, Check] = {}

    def check(self, schema: Schema) -> Check:
        """Compile an API type into a function that adds the violations in a value to a list."""
        schema = self._resolved(schema)
        closed = _closed_set(schema)
        inside = self._inside(schema)

        def judge(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
            if value is None or value == UNKNOWN or (isinstance(value, dict) and SIGNATURE in value):
                return
            if closed is not None:
                closed(value, where, found)
            inside(value, where, found)

        return judge

    def body(self, schema: Schema, arguments: frozenset[str], filled: frozenset[str]) -> Check:
        """Compile the check of a whole resource; `arguments` are parts of the id, those in `filled` may be missing."""
        return _ObjectCheck(self.check, self._shape(self._resolved(schema), None), arguments, filled)

    def takes(self, schema: Schema, name: str) -> bool:
        """Return True if an object type has a settable property called `name`."""
        found = self._shape(self._resolved(schema), None).properties.get(name)
        return found is not None and not found.get("read_only")

    def needs(self, schema: Schema, name: str) -> bool:
        """Return True if an object type has a required property called `name`."""
        return name in self._shape(self._resolved(schema), None).required

    def _shape(self, schema: Schema, variant: str | None) -> _Shape:
        """Return the properties of an object type; for a type with variants, only those of the chosen variant."""
        own = cast("dict[str, Schema]", schema.get("properties", {}))
        inner = self._resolved(own["properties"]) if "properties" in own else {}
        levels = [own, cast("dict[str, Schema]", inner.get("properties", {}))]
        for each in (schema, inner):
            variants = cast("dict[str, Schema]", each.get("variants", {}))
            chosen = [variants[variant]] if variant in variants else list(variants.values())
            levels += [cast("dict[str, Schema]", self._resolved(one).get("properties", {})) for one in chosen]
        required, lifted, *of_variant = (frozenset(_required(level)) for level in levels)
        if variant is not None:
            required = required.union(*of_variant)
        properties = {name: each for level in reversed(levels) for name, each in level.items()}
        return _Shape(properties, schema.get("additional"), required | lifted, lifted - required)

    def _resolved(self, schema: Schema) -> Schema:
        while "ref" in schema:
            schema = {**self._types[schema["ref"]], **{name: value for name, value in schema.items() if name != "ref"}}
        return schema

    def _inside(self, schema: Schema) -> Check:
        match schema.get("type"):
            case "object":
                return self._object_of(schema)
            case "array":
                return self._array(schema)
            case "string":
                return _text(schema)
            case "integer":  # the data does not distinguish integers from other numbers
                return _number(schema)
            case "boolean":
                return _truth
            case _:
                return _anything

    def _object_of(self, schema: Schema) -> Check:
        if "variants" in schema:
            return self._variant(schema)
        if "properties" not in schema:
            return _ObjectCheck(self.check, self._shape(schema, None))
        # Resolving a reference makes a new dict, so what is compiled already is known by its properties.
        key = id(schema["properties"])
        if key not in self._objects:
            self._objects[key] = _ObjectCheck(self.check, self._shape(schema, None))
        return self._objects[key]

    def _variant(self, schema: Schema) -> Check:
        by = cast("str", schema["discriminator"])
        checks = {name: _ObjectCheck(self.check, self._shape(schema, name)) for name in schema["variants"]}
        allowed = ", ".join(map(repr, checks))

        def judge(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
            if not isinstance(value, dict):
                found.append(_violation(where, f"expected an object, got {value!r}"))
                return
            name = cast("Schema", value).get(by)
            if isinstance(name, str) and name in checks:
                checks[name](value, where, found)
            elif name is None:
                found.append(_violation((where, by), f"is required and missing; allowed are {allowed}"))
            elif name != UNKNOWN:
                found.append(_violation((where, by), f"{name!r} is not one of {allowed}"))

        return judge

    def _array(self, schema: Schema) -> Check:
        check, most = self.check(schema["items"]), schema.get("maxItems")

        def judge(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
            if not isinstance(value, list):
                found.append(_violation(where, f"expected a list, got {value!r}"))
                return
            items = cast("list[Any]", value)
            if most is not None and len(items) > most:
                found.append(_violation(where, f"the list has {len(items)} items; at most {most} are allowed"))
            for place, item in enumerate(items):
                check(item, (where, place), found)

        return judge


class _ObjectCheck:
    """Validates an object property by property; each property is compiled on first use, since types can be circular."""

    def __init__(
        self,
        compile_: Callable[[Schema], Check],
        shape: _Shape,
        arguments: frozenset[str] = frozenset(),
        filled: frozenset[str] = frozenset(),
    ) -> None:
        self._compile = compile_
        self._shape = shape
        self._arguments = arguments
        self._required = sorted(shape.required - filled)
        self._required_with_properties = sorted(shape.required - shape.lifted - filled)
        self._checks: dict[str, Check | None] = dict.fromkeys(arguments - shape.properties.keys(), _anything)

    def __call__(self, value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
        if not isinstance(value, dict):
            # azure-native takes a list of ids for maps such as userAssignedIdentities
            if not (isinstance(value, list) and self._shape.additional is not None):
                found.append(_violation(where, f"expected an object, got {value!r}"))
            return
        fields = cast("Schema", value)
        for name, item in fields.items():
            check = self._checks[name] if name in self._checks else self._compiled(name)
            if check is not None:
                check(item, (where, name), found)
            elif not name.startswith("__"):
                found.append(_violation((where, name), self._no_such(name)))
        required = self._required_with_properties if "properties" in fields else self._required
        missing = [name for name in required if fields.get(name) is None]
        found += [_violation((where, name), "is required and missing") for name in missing]

    def _compiled(self, name: str) -> Check | None:
        """Return the compiled check of the property `name`; None if the type does not define such a property."""
        schema = self._shape.properties.get(name, self._shape.additional)
        check = None if schema is None else self._compile(schema)
        if schema is not None and schema.get("read_only") and name not in self._arguments:
            check = _read_only
        self._checks[name] = check
        return check

    def _no_such(self, name: str) -> str:
        known = {name for name, schema in self._shape.properties.items() if not schema.get("read_only")}
        renamed = [each for each in sorted(known) if self._shape.properties[each].get(PUBLISHED_NAME) == name]
        if renamed:
            return f"no such property; azure-native calls it {renamed[0]!r}"
        near = get_close_matches(name, known, n=1)
        return (
            f"no such property; did you mean {near[0]!r}?" if near else f"no such property; known are {_listed(known)}"
        )


def _required(level: Mapping[str, Schema]) -> Iterator[str]:
    for name, each in level.items():
        if each.get("required") and not each.get("read_only") and name != "properties":
            yield name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _violation(where: Where, message: str) -> Violation:
    path = ""
    while where is not None:
        where, step = where
        path = f"[{step}]{path}" if isinstance(step, int) else f".{step}{path}"
    return Violation(path.removeprefix("."), message)


def _anything(_value: Any, _where: Where, _found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
    """Accept any value: the check for API types without restrictions."""


def _read_only(_value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
    found.append(_violation(where, "this property is set by Azure; remove it from the inputs"))


def _truth(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
    if not isinstance(value, bool):
        found.append(_violation(where, f"expected true or false, got {value!r}"))


def _closed_set(schema: Schema) -> Check | None:
    listed = [schema["const"]] if "const" in schema else schema.get("enum") or schema.get("known_values")
    if listed is None:
        return None
    allowed = cast("list[Any]", listed)

    def judge(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
        if value not in allowed:
            found.append(_violation(where, f"{value!r} is not one of {', '.join(map(repr, allowed))}"))

    return judge


def _text(schema: Schema) -> Check:
    low, high = cast("int", schema.get("minLength", 0)), cast("int | None", schema.get("maxLength"))
    pattern = _pattern(schema.get("pattern", ""))

    def judge(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
        if not isinstance(value, str):
            found.append(_violation(where, f"expected a string, got {value!r}"))
            return
        if len(value) < low or (high is not None and len(value) > high):
            allowed = f"at least {low}" if high is None else f"{low} to {high}"
            found.append(_violation(where, f"{value!r} has {len(value)} characters; the allowed length is {allowed}"))
        if pattern is not None and not pattern.search(value):
            found.append(_violation(where, f"{value!r} does not match the pattern {pattern.pattern}"))

    return judge


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error:  # a syntax that Python lacks; the provider skips patterns that it cannot compile too
        return None


def _number(schema: Schema) -> Check:
    low, high = schema.get("minimum"), schema.get("maximum")

    def judge(value: Any, where: Where, found: list[Violation]) -> None:  # noqa: ANN401 (any JSON value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            found.append(_violation(where, f"expected a number, got {value!r}"))
        elif (low is not None and value < low) or (high is not None and value > high):
            found.append(_violation(where, f"{value} is outside the allowed range {_end(low)}..{_end(high)}"))

    return judge


def _end(limit: float | None) -> str:
    return "" if limit is None else f"{limit}"
