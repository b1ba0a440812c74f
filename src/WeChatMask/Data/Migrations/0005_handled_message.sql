-- Messages of WeChat that are being handled or were answered a short while ago, so that a resend has no second effect
-- and gets the same reply, on whichever node it arrives. Nobody can be read out of a row: the key is a keyed hash, the
-- reply is encrypted. Rows go a few minutes after they came.
CREATE TABLE handled_message (
    message_key {key} NOT NULL PRIMARY KEY,
    received_at {long} NOT NULL,
    lease {long} NOT NULL,
    leased_until {long} NOT NULL,
    reply {text}
);

CREATE INDEX ix_handled_message_received ON handled_message (received_at);
