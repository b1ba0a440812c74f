-- What each node's booking desk answered in one second, for the live page; kept for two hours. Refusals are JSON: the count of each code.
CREATE TABLE live_second (
    at {long} NOT NULL,
    node {key} NOT NULL,
    booked {int} NOT NULL,
    refusals {text} NOT NULL,
    queue {int} NOT NULL,
    PRIMARY KEY (at, node)
);
