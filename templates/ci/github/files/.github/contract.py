"""Holds what each version of the API promised (VER-11).

    contract.py             the documents here against those of the newest release,
                            or, before there is one, of the commit $BASE
    contract.py OLD NEW     one document against another

Within a version a client that kept to the old document must go on to work: what
it sends is taken, and what it is sent has nothing that it did not expect. More
may be added: operations, parameters and members that can be left out, values
that are taken, members that are answered. Each finding is one line; with any,
the exit code is 1. Needs Python 3.11 and nothing else.
"""

import json
import os
import pathlib
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

# Where a larger value takes more, and where a smaller one does.
UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties", "x-maximum")
LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties", "x-minimum")
# What is one value or another, and can be compared no further.
RULES = ("pattern", "format", "const", "multipleOf")
# What says nothing of the values that are taken.
NOTES = ("title", "description", "examples", "example", "deprecated", "$comment")
WEIGHED = (*UPPER, *LOWER, *RULES, *NOTES, "type", "enum", "properties", "required", "additionalProperties",
           "items", "default")


def resolve(document, value):
    while isinstance(value, dict) and "$ref" in value:
        target = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        value = target
    return value


def plain(document, schema):
    """A schema with one part, `null` among its types: the forms in which a part may be absent or need a permission."""
    schema = resolve(document, schema)
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    for form in ("anyOf", "allOf"):
        parts = [resolve(document, part) for part in schema.get(form, [])]
        others = [part for part in parts if part != {"type": "null"}]
        if len(others) == 1 and (form == "anyOf" or len(parts) == 1):
            rest = {key: value for key, value in schema.items() if key != form}
            inner = plain(document, others[0])
            null = ["null"] if len(parts) > 1 else []
            schema = {**inner, **rest, "type": [*types(inner), *null]}
    return schema


def types(schema):
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def covers(kinds, kind):
    return not kinds or kind in kinds or (kind == "integer" and "number" in kinds)


class Weighing:
    """One pair of documents, old and new."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def document(self):
        was, now = operations(self.old), operations(self.new)
        for name, operation in was.items():
            if name.split(" ")[1] not in self.new["paths"]:
                yield f"{name}: the path is gone"
            elif name not in now:
                yield f"{name}: the method is gone"
            else:
                yield from (f"{name} {finding}" for finding in self.operation(operation, now[name]))

    def operation(self, was, now):
        yield from self.security(was, now)
        yield from self.parameters(was, now)
        yield from self.body(was.get("requestBody"), now.get("requestBody"))
        for status, answer in was.get("responses", {}).items():
            if status not in now.get("responses", {}):
                yield f"{status}: the answer is gone"
                continue
            before, after = resolve(self.old, answer), resolve(self.new, now["responses"][status])
            for name in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                yield f"{status}: the header `{name}` is gone"
            yield from self.content(status, before, after, asked=False)

    def security(self, was, now):
        """A scheme may be added beside others; nothing else."""
        def ways(document, operation):
            schemes = document.get("components", {}).get("securitySchemes", {})
            ways = operation.get("security", document.get("security", []))
            return [sorted((json.dumps(schemes.get(name), sort_keys=True), scopes) for name, scopes in way.items())
                    for way in ways], [" and ".join(way) or "none" for way in ways]

        (before, names), (after, _) = ways(self.old, was), ways(self.new, now)
        if bool(before) != bool(after):
            yield "security: it was open" if after else "security: no credential is asked for any more"
        elif lost := [name for way, name in zip(before, names) if way not in after]:
            yield f"security: `{'`, `'.join(lost)}` is not as it was"
        if was.get("x-permission") != now.get("x-permission"):
            yield f"security: the permission was {was.get('x-permission')}, is {now.get('x-permission')}"

    def parameters(self, was, now):
        def by_place(document, operation):
            parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
            return {(parameter["in"], parameter["name"]): parameter for parameter in parameters}

        before, after = by_place(self.old, was), by_place(self.new, now)
        for place, parameter in after.items():
            where = f"{place[0]} parameter `{place[1]}`"
            if parameter.get("required") and not before.get(place, {}).get("required"):
                yield f"{where}: it is mandatory"
            if place in before:
                yield from self.schema(where, before[place].get("schema", {}), parameter.get("schema", {}), asked=True)
        for place in before.keys() - after.keys():
            yield f"{place[0]} parameter `{place[1]}`: it is gone"

    def body(self, was, now):
        before, after = resolve(self.old, was) or {}, resolve(self.new, now) or {}
        if after.get("required") and not before.get("required"):
            yield "request: a body is mandatory"
        yield from self.content("request", before, after, asked=True)

    def content(self, where, was, now, asked):
        before, after = was.get("content", {}), now.get("content", {})
        for media, entry in before.items():
            if media not in after:
                yield f"{where}: the media type `{media}` is gone"
            else:
                yield from self.schema(where, entry.get("schema", {}), after[media].get("schema", {}), asked)

    def schema(self, where, was, now, asked, depth=0):
        """Compares what is taken (`asked`), or else what is answered."""
        was, now = plain(self.old, was), plain(self.new, now)
        if was == now or depth > 32:
            return
        inner, outer = (types(was), types(now)) if asked else (types(now), types(was))
        if not all(covers(outer, kind) for kind in inner) or (outer and not inner):
            yield f"{where}: the type was {' or '.join(types(was)) or 'any'}, is {' or '.join(types(now)) or 'any'}"
            return
        yield from self.values(where, was, now, asked)
        yield from self.members(where, was, now, asked, depth)
        yield from self.schema(f"{where}[]", was.get("items", {}), now.get("items", {}), asked, depth + 1)
        for key in sorted(was.keys() | now.keys()):
            if key not in WEIGHED and not key.startswith("x-") and was.get(key) != now.get(key):
                yield f"{where}: `{key}` changed, and cannot be weighed"

    def values(self, where, was, now, asked):
        changed = [key for key in (*UPPER, *LOWER, *RULES, "default") if was.get(key) != now.get(key)]
        for key in changed:
            before, after = was.get(key), now.get(key)
            narrowed = {
                **dict.fromkeys(UPPER, after is not None and (before is None or after < before)),
                **dict.fromkeys(LOWER, after is not None and (before is None or after > before)),
                **dict.fromkeys(RULES, after is not None),
                "default": True,
            } if asked else {"format": before is not None, "const": before is not None}
            if narrowed.get(key):
                yield f"{where}: {key} was {before}, is {after}"
        if asked:
            for value in was.get("enum", ["any other value"]) if "enum" in now else []:
                if value not in now["enum"]:
                    yield f"{where}: `{value}` is no longer taken"
            if "x-permission" in now and was.get("x-permission") != now["x-permission"]:
                yield f"{where}: the permission was {was.get('x-permission')}, is {now['x-permission']}"
        elif "enum" in was and "enum" not in now:
            yield f"{where}: it may be any value"

    def members(self, where, was, now, asked, depth):
        before, after = was.get("properties", {}), now.get("properties", {})
        for name in sorted(before.keys() - after.keys()):
            yield f"{where}/{name}: the member is gone"
        required, promised = set(now.get("required", [])), set(was.get("required", []))
        if asked:
            for name in sorted(required - promised):
                yield f"{where}/{name}: the member is mandatory"
            if now.get("additionalProperties") is False and was.get("additionalProperties") is not False:
                yield f"{where}: unknown members are no longer taken"
        else:
            for name in sorted((promised - required) & after.keys()):
                yield f"{where}/{name}: the member may be absent"
        for name in sorted(before.keys() & after.keys()):
            yield from self.schema(f"{where}/{name}", before[name], after[name], asked, depth + 1)


def operations(document):
    """The operations by method and path, with what their path says for all."""
    return {
        f"{method.upper()} {path}": {**operation, "parameters": [*item.get("parameters", []), *operation.get("parameters", [])]}
        for path, item in document["paths"].items() for method, operation in item.items() if method in METHODS
    }


def git(*arguments):
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def base():
    """The newest release, or the commit that a change builds on; nothing, of a branch's first push."""
    tag = git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").strip()
    commit = os.environ.get("BASE", "")
    return tag or (commit if commit.strip("0") else "")


def released(base):
    paths = git("ls-tree", "-r", "--name-only", base, "--", "openapi.json", "openapi").splitlines()
    return [git("show", f"{base}:{path}") for path in paths if path.endswith(".json")]


def here():
    paths = [ROOT / "openapi.json", *sorted((ROOT / "openapi").glob("*.json"))]
    return [path.read_text(encoding="utf-8") for path in paths if path.exists()]


def by_version(texts):
    return {document["info"]["version"]: document for document in map(json.loads, texts)}


def check(base):
    if not base:
        return
    if not git("rev-parse", "--verify", f"{base}^{{commit}}"):
        yield f"{base}: it is not here, so nothing can be compared"
    versions = tomllib.loads((ROOT / "config/versions.toml").read_text(encoding="utf-8")).get("version", [])
    retired = [version["name"] for version in versions if version["state"] == "retired"]
    now = by_version(here())
    for version, document in by_version(released(base)).items():
        if version in now:
            yield from (f"{version} {finding}" for finding in Weighing(document, now[version]).document())
        elif version not in retired:
            yield f"{version}: its document is gone, and it is not retired"


def main(arguments):
    match arguments:
        case []:
            old = base()
            findings = list(check(old))
        case [old, new]:
            read = (json.loads(pathlib.Path(path).read_text(encoding="utf-8")) for path in (old, new))
            findings = list(Weighing(*read).document())
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    print(*findings, f"{len(findings)} broken promises since {old or 'the beginning: nothing is released'}", sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
