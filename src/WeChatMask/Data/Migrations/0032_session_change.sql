-- Raised in the same transaction by whoever ends a log-in before its time: a node that keeps log-ins in memory asks for this one row and knows whether they still stand.
CREATE TABLE session_change (
    id {int} NOT NULL PRIMARY KEY,
    version {long} NOT NULL
);

INSERT INTO session_change (id, version) VALUES (1, 1);
