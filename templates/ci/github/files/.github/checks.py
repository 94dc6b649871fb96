"""Checks that need today's date, git's history or a look across files.

    checks.py all [--today YYYY-MM-DD]   dates, ids, inventory
    checks.py ignored                    deny.toml's exceptions as flags of cargo-audit
    checks.py sbom FILE TARGET           a bill of materials names every crate linked
    checks.py operations DOCUMENT FILE…  reports (JUnit) of schemathesis name every operation
    checks.py zap FILE                   ZAP's report (JSON) has nothing above low

Each finding is one line; with any, the exit code is 1. Needs Python 3.11 and
nothing else.
"""

import datetime
import json
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


def check_shut(today):
    """VER-8: a version that has ended is retired, and its code is taken out."""
    for version in load("config/versions.toml").get("version", []):
        name, is_retired = version.get("name", "?"), version.get("state") == "retired"
        if not is_retired and "sunset" in version and as_date(version["sunset"]) < today:
            yield f"config/versions.toml: {name} ended on {as_date(version['sunset'])} and is not retired"
            is_retired = True
        if is_retired and any((ROOT / "src/api" / path).exists() for path in (name, f"{name}.rs")):
            yield f"src/api/{name}: its code remains, though {name} is served no more: remove it, and its lines in src/api/mod.rs"


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
    tables = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "migrations/security").glob("*.sql"))
    for table in re.findall(r"the table `(\w+)`", inventory):
        if f"CREATE TABLE {table} (" not in tables:
            yield f"deploy/LOGS.md: there is no table {table}"


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


def check_operations(document, file):
    """AUDIT-3: no operation was left out, and none failed."""
    cases = {case.get("name"): case for case in xml.etree.ElementTree.parse(file).iter("testcase")}
    paths = json.loads(pathlib.Path(document).read_text(encoding="utf-8"))["paths"]
    for name in (f"{method.upper()} {path}" for path, methods in paths.items() for method in methods):
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
        case ["operations", document, *files] if files:
            findings = [finding for file in files for finding in check_operations(document, file)]
        case ["zap", file]:
            findings = list(check_zap(file))
        case ["all"]:
            checks = (check_exceptions, check_security_txt, check_audits, check_versions, check_shut,
                      check_ids, check_log_inventory)
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
