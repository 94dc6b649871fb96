-- Keys are kept as the SHA-256 of 256 random bits: a copy of this table opens nothing.
CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL,
    owner TEXT NOT NULL,
    role TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

-- Each row's mac covers the row before it; see `audit verify`.
CREATE TABLE audit_log (
    number BIGINT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    request TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    mac BLOB NOT NULL
);

-- The end of the chain, sealed: rows that are cut off its end are missed.
CREATE TABLE audit_head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL,
    seal BLOB NOT NULL
);
INSERT INTO audit_head (one, number, seal) VALUES (1, 0, '');
