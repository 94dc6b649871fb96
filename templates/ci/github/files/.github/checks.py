"""Checks that need today's date, git's history or a look across files.

    checks.py all [--today YYYY-MM-DD]   dates, ids, inventory, breaking changes since $BASE
    checks.py ignored                    deny.toml's exceptions as flags of cargo-audit
    checks.py sbom FILE TARGET           a bill of materials names every crate linked
    checks.py operations FILE…           reports (JUnit) of schemathesis name every operation
    checks.py zap FILE                   ZAP's report (JSON) has nothing above low

Each finding is one line; with any, the exit code is 1. Needs Python 3.11 and
nothing else.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
ID = re.compile(r"\b(?:TLS|AUTHN|AUTHZ|INPUT|GATE|EXPOSE|LOG|VER|PATCH|ERR|AUDIT)-\d+\b")
DAY = r"\d{4}-\d{2}-\d{2}"


def days(count):
    return datetime.timedelta(days=count)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def load(path):
    return tomllib.loads(read(path))


def as_date(value):
    """TOML's own dates, or text that begins with one."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    return datetime.date.fromisoformat(str(value)[:10])


def section(text, heading):
    """The lines below a heading of level two, up to the next one."""
    found = re.search(rf"(?ms)^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text)
    return found[1] if found else ""


def rows(text):
    """The cells of a Markdown table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# Dates ----------------------------------------------------------------------


def exceptions():
    return load("deny.toml").get("advisories", {}).get("ignore", [])


def check_exceptions(today):
    """PATCH-3: an ignored advisory has a reason and an end within 90 days."""
    for entry in exceptions():
        name = entry if isinstance(entry, str) else entry.get("id", "?")
        reason = "" if isinstance(entry, str) else entry.get("reason", "")
        end = re.match(rf"until ({DAY}): \S", reason)
        if not end:
            yield f"deny.toml: {name} needs a reason that begins `until YYYY-MM-DD: `"
        elif as_date(end[1]) < today:
            yield f"deny.toml: the exception for {name} ended on {end[1]}"
        elif as_date(end[1]) > today + days(90):
            yield f"deny.toml: the exception for {name} lasts more than 90 days"


def check_security_txt(today):
    """AUDIT-6: security.txt expires within a year, and not within 30 days."""
    for path in ("config/default.toml", "config/prod.toml"):
        value = load(path).get("disclosure", {}).get("expires")
        if value is None:
            continue
        expires = as_date(value)
        if expires < today + days(30):
            yield f"{path}: disclosure.expires is {expires}: confirm the contact and renew it"
        elif expires > today + days(366):
            yield f"{path}: disclosure.expires is {expires}: more than a year away"


def check_audits(today):
    """AUDIT-6, AUDIT-10: security files and audits have owners; no audit is overdue."""
    for files, owner in rows(section(read("SECURITY.md"), "Owners")) or [("any file", "")]:
        if not owner:
            yield f"SECURITY.md: {files} has no owner"
    table = rows(section(read("SECURITY.md"), "Audits by people"))
    if not table:
        yield "SECURITY.md: the table under `Audits by people` is gone"
    for what, owner, last, following in table:
        if not owner:
            yield f"SECURITY.md: `{what}` has no owner"
        if as_date(following) < today:
            yield f"SECURITY.md: `{what}` was due on {following}"
        since = today if last == "not yet" else as_date(last)
        if as_date(following) > since + days(365):
            yield f"SECURITY.md: `{what}` is planned more than 365 days ahead"


def check_versions(today):
    """VER-8: a version's end is announced 90 days ahead, but for security."""
    for version in load("config/versions.toml").get("version", []):
        if "sunset" not in version:
            continue
        name, sunset = version.get("name", "?"), as_date(version["sunset"])
        if "deprecated" not in version:
            yield f"config/versions.toml: {name} has a sunset but was never deprecated"
        elif sunset < as_date(version["deprecated"]):
            yield f"config/versions.toml: {name} ends before it is deprecated"
        elif version.get("security") is not True and sunset < as_date(version["deprecated"]) + days(90):
            yield f"config/versions.toml: {name} gives less than 90 days of notice"


# Ids ------------------------------------------------------------------------


def ids_of_tests(text):
    """The ids that lead a test's name: `gate_1_2_…` proves two, `log_12_gate_18_…` too."""
    prefixes = "tls|authn|authz|input|gate|expose|log|ver|patch|err|audit"
    for head in re.findall(rf"\bfn ((?:(?:{prefixes})(?:_\d+)+_)+)", text):
        for prefix, numbers in re.findall(r"([a-z]+)((?:_\d+)+)", head):
            yield from (f"{prefix.upper()}-{number}" for number in numbers.strip("_").split("_"))


def check_ids(_today):
    """AUDIT-5, AUDIT-7: the threat model's ids and the tests' ids agree."""
    text = read("THREAT-MODEL.md")
    proofs = {kind: set(ID.findall(ids)) for kind, ids in rows(section(text, "Where each id is proved"))}
    known = set().union(*proofs.values())
    named = set()
    for folder in ("src", "tests"):
        for path in (ROOT / folder).rglob("*.rs"):
            named.update(ids_of_tests(path.read_text(encoding="utf-8")))
    for ident in sorted(named - known):
        yield f"THREAT-MODEL.md: a test names {ident}, which is not listed"
    for ident in sorted(proofs.get("tests", set()) - named):
        yield f"tests: no test names {ident}"
    for ident in sorted(proofs.get("not yet", set()) & named):
        yield f"THREAT-MODEL.md: a test names {ident}, which is listed as not proved yet"
    for ident in sorted(set(ID.findall(section(text, "Threats"))) - known):
        yield f"THREAT-MODEL.md: {ident} answers a threat and is proved nowhere"
    threats = section(text, "Threats")
    for name, *_ in rows(section(text, "Trust boundaries")):
        if f"| {name} |" not in threats:
            yield f"THREAT-MODEL.md: the boundary {name} has no threat"


def check_log_inventory(_today):
    """LOG-11: the inventory lists just the actions that the code can log, with their levels, and tables that exist."""
    source = read("src/security/telemetry/log.rs")
    logged = set(re.findall(r'= "([a-z.]+)", "(\w+)";', source))
    inventory = read("deploy/LOGS.md")
    listed = {(cells[0].strip("`"), cells[1]) for cells in rows(section(inventory, "Audit lines"))}
    for name, level in sorted(logged - listed):
        yield f"deploy/LOGS.md: {name} ({level}) is logged and not listed"
    for name, level in sorted(listed - logged):
        yield f"deploy/LOGS.md: {name} ({level}) is listed and not logged"
    tables = read("migrations/security/0001_keys_and_audit.sql")
    for table in re.findall(r"the table `(\w+)`", inventory):
        if f"CREATE TABLE {table} (" not in tables:
            yield f"deploy/LOGS.md: there is no table {table}"


# Breaking changes -----------------------------------------------------------


def documents(show):
    """Every operation of every OpenAPI file, by path and method."""
    operations = {}
    for path in ["openapi.json", *sorted(f"openapi/{file.name}" for file in (ROOT / "openapi").glob("*.json"))]:
        text = show(path)
        if text is None:
            continue
        document = json.loads(text)
        for route, methods in document["paths"].items():
            for method, operation in methods.items():
                if method in ("get", "put", "post", "delete", "patch", "head", "options"):
                    operations[f"{method.upper()} {route}"] = (document, operation)
    return operations


def resolve(document, schema):
    while isinstance(schema, dict) and "$ref" in schema:
        target = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema or {}


def content(document, holder):
    media = (holder or {}).get("content", {})
    return next((resolve(document, entry.get("schema")) for entry in media.values()), {})


def narrower(old, new, where, request):
    """What a client that kept to the old schema could now run into."""
    (old_doc, was), (new_doc, now) = old, new
    was, now = resolve(old_doc, was), resolve(new_doc, now)
    if was.get("type") != now.get("type"):
        yield f"{where}: the type changed"
        return
    before, after = was.get("properties", {}), now.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{where}/{name}: the member is gone"
    required = set(now.get("required", [])) - set(was.get("required", []))
    if request:
        for name in sorted(required):
            yield f"{where}/{name}: the member became mandatory"
        for limit, lower in (("maxLength", True), ("maximum", True), ("maxItems", True),
                             ("minLength", False), ("minimum", False), ("minItems", False)):
            a, b = was.get(limit), now.get(limit)
            if b is not None and (a is None or (b < a if lower else b > a)):
                yield f"{where}: {limit} was {a}, is {b}"
        for value in set(map(str, was.get("enum", []))) - set(map(str, now.get("enum", []))):
            yield f"{where}: `{value}` is no longer accepted"
    else:
        for name in sorted(set(was.get("required", [])) & after.keys() - set(now.get("required", []))):
            yield f"{where}/{name}: the member may now be absent"
    for name in before.keys() & after.keys():
        yield from narrower((old_doc, before[name]), (new_doc, after[name]), f"{where}/{name}", request)
    if "items" in was and "items" in now:
        yield from narrower((old_doc, was["items"]), (new_doc, now["items"]), f"{where}/items", request)


def at_base(path):
    base = os.environ.get("BASE", "")
    if not base.strip("0"):  # a branch's first push has no commit before it
        return None
    shown = subprocess.run(["git", "-C", str(ROOT), "show", f"{base}:{path}"], capture_output=True, text=True)
    return shown.stdout if shown.returncode == 0 else None


def at_head(path):
    return read(path) if (ROOT / path).exists() else None


def check_breaking(_today):
    """VER-11: what a version once promised it keeps until it is retired."""
    versions = load("config/versions.toml").get("version", [])
    gone = tuple(f"/{version.get('name')}/" for version in versions if version.get("state") == "retired")
    after = documents(at_head)
    for name, (old_doc, was) in documents(at_base).items():
        if name.split(" ")[1].startswith(gone):
            continue
        if name not in after:
            yield f"openapi: {name} is gone"
            continue
        new_doc, now = after[name]
        known = {(p["in"], p["name"]) for p in was.get("parameters", [])}
        for parameter in now.get("parameters", []):
            if parameter.get("required") and (parameter["in"], parameter["name"]) not in known:
                yield f"openapi: {name} demands a new parameter `{parameter['name']}`"
        old_body, new_body = content(old_doc, was.get("requestBody")), content(new_doc, now.get("requestBody"))
        yield from narrower((old_doc, old_body), (new_doc, new_body), f"openapi: {name} request", True)
        for status, response in was.get("responses", {}).items():
            if not status.startswith("2"):
                continue
            if status not in now.get("responses", {}):
                yield f"openapi: {name} no longer answers {status}"
                continue
            old_answer = content(old_doc, resolve(old_doc, response))
            new_answer = content(new_doc, resolve(new_doc, now["responses"][status]))
            yield from narrower((old_doc, old_answer), (new_doc, new_answer), f"openapi: {name} {status}", False)


# Bill of materials ----------------------------------------------------------


def check_sbom(file, target):
    """PATCH-7: every crate resolved for the target is a component."""
    document = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    if document.get("bomFormat") != "CycloneDX" or tuple(map(int, document["specVersion"].split("."))) < (1, 5):
        yield f"{file}: CycloneDX 1.5 or later is wanted"
    named = {(item["name"], item["version"]) for item in document["components"]}
    named.add((document["metadata"]["component"]["name"], document["metadata"]["component"]["version"]))
    tree = subprocess.run(
        ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe", "--format", "{p}", "--target", target],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    linked = {(name, version) for name, version in re.findall(r"(?m)^(\S+) v(\S+)", tree)}
    for name, version in sorted(linked - named):
        yield f"{file}: {name} {version} is linked and not listed"


# Reports of what looked at the running service ------------------------------


def check_operations(file):
    """AUDIT-3: no operation was left out, and none failed."""
    cases = {case.get("name"): case for case in xml.etree.ElementTree.parse(file).iter("testcase")}
    for name in documents(at_head):
        if name not in cases:
            yield f"{file}: {name} was not run"
        elif cases[name].find("skipped") is not None:
            yield f"{file}: {name} was left out"
    for name, case in cases.items():
        if case.find("failure") is not None or case.find("error") is not None:
            yield f"{file}: {name} failed"


def check_zap(file):
    """AUDIT-4: a site was scanned, and no alert is medium (2) or high (3)."""
    sites = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))["site"]
    if not sites:
        yield f"{file}: nothing was scanned"
    for alert in (alert for site in sites for alert in site["alerts"]):
        if int(alert["riskcode"]) > 1:
            yield f"{file}: {alert['name']} ({alert['riskdesc']})"


def main(arguments):
    today = datetime.date.today()
    if "--today" in arguments:
        place = arguments.index("--today")
        today = as_date(arguments[place + 1])
        del arguments[place:place + 2]
    match arguments:
        case ["ignored"]:
            for entry in exceptions():
                print("--ignore", entry if isinstance(entry, str) else entry["id"], sep="\n")
            return 0
        case ["sbom", file, target]:
            findings = list(check_sbom(file, target))
        case ["operations", *files] if files:
            findings = [finding for file in files for finding in check_operations(file)]
        case ["zap", file]:
            findings = list(check_zap(file))
        case ["all"]:
            checks = (check_exceptions, check_security_txt, check_audits, check_versions,
                      check_ids, check_log_inventory, check_breaking)
            findings = [finding for check in checks for finding in check(today)]
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings on {today}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
