#!/usr/bin/env bash
# Looks at the running service from outside, and leaves reports in a folder:
# every operation with made-up requests, with and without a credential, and
# the TLS of its listener.
#
# Usage: surface.sh REPORTS. Wants schemathesis and sslyze on the PATH.
set -euo pipefail
reports=$(mkdir -p "$1" && cd "$1" && pwd)
project=$(cd "$(dirname "$0")/.." && pwd)
cd "$project"
name=$(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
binary=target/debug/$name

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

sslyze --mozilla_config disable --sslv2 --sslv3 --tlsv1 --tlsv1_1 --tlsv1_2 --tlsv1_3 --early_data --compression --reneg \
    --json_out "$reports/tls.json" localhost:8443 > "$reports/tls.txt"
python3 - "$reports/tls.json" << 'PYTHON' || failed=1
import json, sys

result = json.load(open(sys.argv[1]))["server_scan_results"][0]["scan_result"]
suites = {version: [suite["cipher_suite"]["name"] for suite in result[f"{version}_cipher_suites"]["result"]["accepted_cipher_suites"]]
          for version in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")}
findings = [f"{version} is spoken" for version in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1") if suites[version]]
findings += [f"{suite} is accepted" for suite in suites["tls_1_2"] if "ECDHE" not in suite or not ("GCM" in suite or "CHACHA20" in suite)]
findings += [] if suites["tls_1_3"] else ["TLS 1.3 is not spoken"]
if result["tls_1_3_early_data"]["result"]["supports_early_data"]:
    findings.append("early data is accepted")
if result["tls_compression"]["result"]["supports_compression"]:
    findings.append("compression is accepted")
if result["session_renegotiation"]["result"]["is_vulnerable_to_client_renegotiation_dos"]:
    findings.append("a client may renegotiate")
print("\n".join(findings) or "TLS is as it should be")
sys.exit(bool(findings))
PYTHON
exit "$failed"
