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
