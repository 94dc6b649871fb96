#!/usr/bin/env bash
# Looks at the running service from outside, and leaves reports in a folder:
# every operation with made-up requests, with and without a credential, and
# the TLS of its listener. With the name of ZAP's image in $ZAP, that scans too.
#
# Usage: surface.sh REPORTS. Wants schemathesis on the PATH.
set -euo pipefail
reports=$(mkdir -p "$1" && cd "$1" && pwd)
project=$(cd "$(dirname "$0")/.." && pwd)
cd "$project"
name=$(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
binary=${CARGO_TARGET_DIR:-target}/debug/$name

# A made-up request is to reach the code behind the quotas, which have tests of
# their own.
for quota in client anonymous failed read write costly; do
    export "$(tr 'a-z-' 'A-Z_' <<< "${name}__quotas__$quota")=1000000"
done

cargo build --locked
"$binary" serve > "$reports/service.log" 2>&1 &
service=$!
trap 'kill "$service" 2> /dev/null || true' EXIT
for _ in {1..50}; do
    "$binary" healthcheck > /dev/null 2>&1 && break
    sleep 0.2
done

check() {
    (cd "$reports" && schemathesis run "$project/openapi.json" --url https://localhost:8443 \
        --tls-verify "$project/certs/dev/ca.pem" --max-examples 50 --report junit --report-junit-path "$1.xml" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth \
        "${@:2}") | tee "$reports/$1.txt"
}
key=$("$binary" keys create --owner surface --role admin --expires 1d)
failed=0
check with-credential --header "Authorization: Bearer $key" || failed=1
check without-credential || failed=1
python3 -B .github/checks.py operations "$reports"/with{,out}-credential.xml || failed=1

if [ -n "${ZAP:-}" ]; then
    cp openapi.json "$reports/"
    chmod a+rwx "$reports" # the image has a user of its own
    docker run --rm --network host --env ZAP_AUTH_HEADER_VALUE="Bearer $key" \
        --volume "$reports:/zap/wrk" "$ZAP" zap-api-scan.py -t openapi.json -f openapi \
        -O https://localhost:8443 -J zap.json -I | tee "$reports/zap.txt" || failed=1
    python3 -B .github/checks.py zap "$reports/zap.json" || failed=1
fi

python3 - certs/dev/ca.pem > "$reports/tls.txt" << 'PYTHON' || failed=1
"""Offers the listener each version, suite and protocol in turn (TLS-1, TLS-2, TLS-4)."""
import socket, ssl, sys, warnings

warnings.simplefilter("ignore", DeprecationWarning)  # old versions are offered on purpose
findings = []


def offer(version, suites, protocols):
    context = ssl.create_default_context(cafile=sys.argv[1])
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    if protocols:
        context.set_alpn_protocols(protocols)
    try:
        with socket.create_connection(("localhost", 8443), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                return secure.cipher()[0], secure.selected_alpn_protocol(), secure.compression()
    except OSError:
        return None


def expect(what, wanted, got):
    print(what, got or "refused")
    if wanted != bool(got):
        findings.append(f"{what} should be {'accepted' if wanted else 'refused'}")


old, new = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
    expect(version.name, False, offer(version, "ALL", ["http/1.1"]))
expect("TLSv1_3", True, offer(new, "ALL", ["http/1.1"]))
known = ssl.create_default_context()
known.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
accepted = 0
for suite in (suite["name"] for suite in known.get_ciphers() if suite["protocol"] != "TLSv1.3"):
    got = offer(old, suite, ["http/1.1"])
    good = suite.startswith("ECDHE-") and ("GCM" in suite or "CHACHA20" in suite)
    accepted += bool(got)
    if got:
        expect(suite, good, got)
expect("some suite of TLSv1_2", True, accepted)
for protocols, wanted in (["h2"], True), (["http/1.1"], True), (["h2", "http/1.1"], True), ([], True), (["spdy/3"], False):
    expect(f"protocols {protocols}", wanted, offer(new, "ALL", protocols))
print("\n".join(findings) or "TLS is as it should be")
sys.exit(bool(findings))
PYTHON
cat "$reports/tls.txt"
exit "$failed"
