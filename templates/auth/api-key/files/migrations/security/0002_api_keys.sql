-- Keys are kept as the SHA-256 of 256 random bits: a copy of this table opens nothing.
CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL,
    owner TEXT NOT NULL,
    role TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
